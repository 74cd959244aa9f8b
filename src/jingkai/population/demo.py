"""A small seeded generator of enterprises for the demo, tests and benchmarks.

Shapes are plausible, not calibrated: log-normal revenue, spending and staff that follow it, gaps
where offices have gaps. Nothing here describes a real enterprise.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction

import polars as pl
from stdnum.cn import uscc

from jingkai.policies import policies_folder
from jingkai.population.filler import Filler, codes_in_rules, columns_read
from jingkai.rulebook import stored_rulebook
from jingkai.vocabulary import Entity, load_vocabulary

__all__ = ["demo_enterprises", "demo_entities", "demo_investments", "synthetic_code"]

_SYLLABLES = "华瑞恒达信远科创新诚泰安盛联合嘉和润丰宏宇晨光明德博雅维康智云海川博力"
_TRADES = (
    ("精密机械", "C34"),
    ("电子科技", "C39"),
    ("生物医药", "C27"),
    ("新材料", "C26"),
    ("汽车部件", "C36"),
    ("食品", "C14"),
    ("软件", "I65"),
    ("供应链", "F51"),
    ("新能源", "C38"),
    ("环保", "N77"),
)


def synthetic_code(number: int) -> str:
    """Return a credit code with a right check digit and an organisation code of no one."""
    body = f"91999999{number:09d}"
    return body + uscc.calc_check_digit(body)


def demo_enterprises(
    count: int, seed: int = 7, year: int = 2025, zone: str = "示范经开区"
) -> pl.DataFrame:
    """Return synthetic enterprises as a snapshot stores them.

    Parameters
    ----------
    count, seed
        How many, and the seed: the same gives the same rows.
    year
        The last year with figures; the two before have them too.
    zone
        Their zone's key.

    Returns
    -------
    One row an enterprise, column `key` and every fact that the rules read in those years.
    """
    return _Maker(count, seed, year, load_vocabulary().entities["enterprise"]).frame(zone)


class _Maker:
    def __init__(self, count: int, seed: int, year: int, entity: Entity) -> None:
        self.count, self.seed, self.year, self.entity = count, seed, year, entity
        rng = self.rng = random.Random(seed)
        self.years = (year - 2, year - 1, year)
        self.size = [rng.lognormvariate(8.3, 1.4) for _ in range(count)]  # revenue in 万元
        self.intensity = [min(0.4, rng.lognormvariate(-3.3, 0.7)) for _ in range(count)]
        self.trade = [rng.choice(_TRADES) for _ in range(count)]
        self.columns: dict[str, list[object]] = {}

    def frame(self, zone: str) -> pl.DataFrame:
        """Return every column, typed as stored."""
        self._identity(zone)
        self._money()
        self._people()
        self._marks()
        series = [pl.Series("key", [synthetic_code(i + 1) for i in range(self.count)])]
        for name, values in self.columns.items():
            known = self.entity.column(name)
            assert known is not None
            series.append(pl.Series(name, values, dtype=known[0].arrow_type, strict=False))
        return self._from_founding(self._filled(pl.DataFrame(series)))

    def _filled(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Draw every other fact that the rules read, whichever edition is in force in these years."""
        book = stored_rulebook([policies_folder()])
        days = [date(y + 1, 6, 30) for y in self.years]
        columns = [c for day in days for c in columns_read(book, "enterprise", day)]
        codes = codes_in_rules(book, "enterprise", days[-1])
        filler = Filler(load_vocabulary(), "enterprise", days[-1], self.seed, codes)
        return filler.fill(frame, [c for c in dict.fromkeys(columns) if self._in_years(c)])

    def _in_years(self, column: str) -> bool:
        known = self.entity.column(column)
        return known is not None and (known[1] is None or known[1] in (*self.years, self.year + 1))

    def _from_founding(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Leave out figures of years in which the enterprise was not there yet."""
        founded = pl.col("established_on").dt.year()
        yearly = [(n, k[1]) for n in frame.columns if (k := self.entity.column(n)) and k[1]]
        return frame.with_columns(
            pl.when((founded <= year) | founded.is_null()).then(name).alias(name)
            for name, year in yearly
        )

    def _put(self, name: str, values: list[object], gap: float) -> None:
        rng = self.rng
        self.columns[name] = [None if rng.random() < gap else v for v in values]

    def _identity(self, zone: str) -> None:
        rng = self.rng
        names = [
            f"示例{rng.choice(_SYLLABLES)}{rng.choice(_SYLLABLES)}{trade}{i + 1}号有限公司"
            for i, (trade, _) in enumerate(self.trade)
        ]
        self._put("name", list(names), 0)
        self._put("zone", [zone] * self.count, 0)
        self._put(
            "industry_code",
            [code + f"{rng.randrange(1, 4)}{rng.randrange(0, 3)}" for _, code in self.trade],
            0.04,
        )
        ages = [int(min(12_000, rng.lognormvariate(8.0, 0.8))) + 20 for _ in range(self.count)]
        end = date(self.year + 1, 3, 31)
        self._put("established_on", [end - timedelta(days=a) for a in ages], 0.02)
        self._put("niche_since", [end - timedelta(days=int(a * rng.random())) for a in ages], 0.2)

    def _wan(self, values: list[float]) -> list[object]:
        return [round(v * 100) * 10_000 for v in values]  # to 0.01 万元, in fen

    def _money(self) -> None:
        rng, current = self.rng, list(self.size)
        for year in reversed(self.years):
            revenue = list(current)
            rd = [
                r * i * rng.uniform(0.8, 1.2) for r, i in zip(revenue, self.intensity, strict=True)
            ]
            shares = {
                "revenue": 1.0,
                "main_business_revenue": rng.uniform(0.93, 0.99),
                "total_income": 1.02,
                "total_assets": 1.3,
                "net_assets": 0.6,
            }
            for name, share in shares.items():
                self._put(
                    f"{name}_{year}",
                    self._wan([r * share * rng.uniform(0.9, 1.0) for r in revenue]),
                    0.05,
                )
            self._put(
                f"total_liabilities_{year}",
                self._wan([r * 1.3 * rng.betavariate(5, 4) for r in revenue]),
                0.08,
            )
            self._put(
                f"high_tech_income_{year}",
                self._wan([r * rng.betavariate(5, 2) for r in revenue]),
                0.2,
            )
            self._put(f"rd_expense_{year}", self._wan(rd), 0.1)
            self._put(
                f"domestic_rd_expense_{year}",
                self._wan([x * rng.uniform(0.55, 1) for x in rd]),
                0.12,
            )
            self._put(
                f"new_equity_financing_{year}",
                self._wan([rng.choice((0, 0, 0, r * 0.3)) for r in revenue]),
                0.1,
            )
            current = [r / rng.uniform(0.92, 1.28) for r in current]
        self._deductions()

    def _deductions(self) -> None:
        for name in (
            "deductible_rd_direct",
            "deductible_rd_other",
            "rd_intangible_amortisation",
            "new_equipment_within_limit",
        ):
            share = {"deductible_rd_direct": 0.8, "deductible_rd_other": 0.1}.get(name, 0.05)
            self._put(
                f"{name}_{self.year}",
                self._wan([r * i * share for r, i in zip(self.size, self.intensity, strict=True)]),
                0.1,
            )

    def _people(self) -> None:
        rng = self.rng
        staff = [max(3, int(r / rng.uniform(40, 160))) for r in self.size]
        self._put(f"staff_{self.year}", list(staff), 0.05)
        share = [min(1.0, i * rng.uniform(2, 6)) for i in self.intensity]
        for name in ("tech_staff", "rd_staff"):
            self._put(
                f"{name}_{self.year}", [int(s * f) for s, f in zip(staff, share, strict=True)], 0.12
            )

    def _marks(self) -> None:
        """Experts' marks lie near the top of their bands, a platform's score in this year too."""
        rng = self.rng
        for fact in self.entity.facts.values():
            if fact.name.startswith("hte_mark_") and fact.max is not None:
                top = float(fact.max)
                marks = [round(top * rng.choice((0.75, 0.85, 0.9, 1.0)), 2) for _ in self.size]
                self._put(fact.name, [int(Fraction(str(m)) / fact.quantum) for m in marks], 0.1)
        for year in self.years:
            conversions = [min(60, int(rng.lognormvariate(1.9, 0.8))) for _ in self.size]
            self._put(f"tech_conversions_{year}", list(conversions), 0.1)


def demo_investments(count: int, seed: int = 7) -> pl.DataFrame:
    """Return synthetic reinvestments as a snapshot stores them; seeds and shapes as above."""
    rng = random.Random(seed)
    entity = load_vocabulary().entities["investment"]
    rows: dict[str, list[object]] = {"key": [f"RI-{i + 1:04d}" for i in range(count)]}
    rows["name"] = [f"示例再投资{i + 1}号" for i in range(count)]
    rows["investor"] = [f"示例境外投资者{rng.randrange(1, 40)}" for _ in range(count)]
    start = date(2024, 6, 1)
    rows["invested_on"] = [start + timedelta(days=rng.randrange(0, 700)) for _ in range(count)]
    rows["paid_on"] = rows["invested_on"]
    rows["amount"] = [rng.randrange(50, 20_000) * 1_000_000 for _ in range(count)]
    for name in (
        "non_resident_investor",
        "realised_profit",
        "direct_transfer",
        "national_catalogue",
        "deferred",
    ):
        rows[name] = [None if rng.random() < 0.06 else rng.random() < 0.92 for _ in range(count)]
    for name in ("listed_shares", "prohibited_field", "strategic_investment"):
        rows[name] = [None if rng.random() < 0.04 else rng.random() < 0.05 for _ in range(count)]
    rows["mode"] = [
        rng.choice(("capital_increase", "new_enterprise", "unrelated_purchase"))
        for _ in range(count)
    ]
    rows["treaty_rate"] = [rng.choice((5_000_000, 10_000_000)) for _ in range(count)]
    rows["chosen_rate"] = [10_000_000] * count
    _recoveries(rows, rng)
    types = {n: f.arrow_type for n, f in entity.facts.items()}
    return pl.DataFrame([pl.Series(n, v, dtype=types.get(n, pl.String())) for n, v in rows.items()])


def _recoveries(rows: dict[str, list[object]], rng: random.Random) -> None:
    """Let some investors take part of their investment back; of a few it is not known."""
    kinds = rng.choices(("none", "part", "unknown"), weights=(80, 15, 5), k=len(rows["key"]))
    rows["recovered_amount"], rows["recovered_on"] = [], []
    for kind, amount, day in zip(kinds, rows["amount"], rows["invested_on"], strict=True):
        assert isinstance(amount, int) and isinstance(day, date)
        part = {"none": 0, "part": amount // 4, "unknown": None}[kind]
        rows["recovered_amount"].append(part)
        rows["recovered_on"].append(day + timedelta(days=200) if kind == "part" else None)
    rows["proceeds_received_on"] = list(rows["recovered_on"])
    rows["credit_claimed"] = [rng.random() < 0.7 for _ in kinds]
    rows["credit_used"] = [0] * len(kinds)
    rows["credit_available"] = [a // 10 if isinstance(a, int) else None for a in rows["amount"]]


#: What a demo zone has beside enterprises and reinvestments: rows, and the word of their names.
_ENTITIES = {
    "project": (40, "项目"),
    "parcel": (40, "宗地"),
    "product": (60, "产品"),
    "platform": (12, "平台"),
    "material": (30, "材料"),
    "violation": (60, "违法行为"),
    "penalty": (40, "行政处罚"),
    "inspection": (200, "行政检查"),
}


def demo_entities(
    owners: pl.Series, seed: int = 7, year: int = 2025, zone: str = "示范经开区"
) -> dict[str, pl.DataFrame]:
    """Return synthetic projects, parcels, products, platforms, materials and events of a zone.

    Parameters
    ----------
    owners
        Keys of the enterprises they belong to.
    seed, year, zone
        As for enterprises.

    Returns
    -------
    By entity one row each, with every fact that its rules read.
    """
    book, day = stored_rulebook([policies_folder()]), date(year + 1, 6, 30)
    rng, found = random.Random(seed), {}
    for entity, (count, word) in _ENTITIES.items():
        facts = load_vocabulary().entities[entity].facts
        rows: dict[str, list[object]] = {
            "key": [f"{entity}-{i + 1:04d}" for i in range(count)],
            "name": [f"示例{word}{i + 1}号" for i in range(count)],
            "zone": [zone] * count,
        }
        if "enterprise" in facts:
            rows["enterprise"] = [owners[rng.randrange(len(owners))] for _ in range(count)]
        frame = pl.DataFrame(rows)
        filler = Filler(load_vocabulary(), entity, day, seed, codes_in_rules(book, entity, day))
        wanted = [*columns_read(book, entity, day), "occurred_on", "kind"]
        if load_vocabulary().entities[entity].event is not None:
            wanted += facts  # what rules ask of an event while they count
        found[entity] = filler.fill(frame, [c for c in wanted if c in facts or "_" in c])
    return found
