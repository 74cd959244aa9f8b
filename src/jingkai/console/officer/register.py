"""The enterprises of a zone as an officer looks for them: by name, code, industry and kind."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened, opened
from jingkai.registry.cells.text import plain_text
from jingkai.vocabulary import Vocabulary

__all__ = ["KINDS", "Asked", "industry_title", "opened_register", "searched", "zone_register"]

#: Kinds by the fact that tells them.
KINDS = {
    "foreign": ("foreign_invested", "外商投资企业", "Foreign-invested"),
    "sme": ("is_sme", "中小企业", "Small and medium"),
    "listed": ("listed_company", "上市公司", "Listed"),
    "high_tech": ("high_tech_enterprise_title_held", "高新技术企业", "High-tech enterprise"),
}
_TEXTS = ("key", "name", "short_name", "stock_code", "industry_code")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: words, an industry by code or title, a kind (one of `KINDS`); empty for all."""

    words: str = ""
    industry: str = ""
    kind: str = ""


def opened_register() -> Opened:
    """Return the opened workspace.

    Raises
    ------
    NotFound
        If no enterprise was loaded yet.
    """
    found = opened()
    if found is None or "enterprise" not in found.snapshot.entities:
        raise NotFound("工作区里还没有企业的数据", hint="在“导入”里装载登记册")
    return found


def zone_register(found: Opened, zone: str) -> pl.DataFrame:
    """Return what a search looks at of a zone's enterprises, in the order of their rows.

    Returns
    -------
    A row an enterprise: `position` (its row in the snapshot), `key`, `name`, `short_name`, `stock_code`,
    `industry_code`, and a column a kind, true where it is known to be one.
    """
    return found.kept(("register", zone), lambda: _zone_register(found, zone))


def _zone_register(found: Opened, zone: str) -> pl.DataFrame:
    have = set(found.snapshot.columns("enterprise"))
    texts = [pl.col(n) if n in have else pl.lit(None, pl.String).alias(n) for n in _TEXTS]
    kinds = [
        (pl.col(fact).fill_null(False) if fact in have else pl.lit(False)).alias(kind)
        for kind, (fact, *_) in KINDS.items()
    ]
    here = (pl.col("zone") == zone) if "zone" in have else pl.lit(False)
    rows = found.snapshot.scan("enterprise").with_row_index("position").filter(here)
    return rows.select("position", *texts, *kinds).collect(engine="streaming")


def searched(found: Opened, zone: str, asked: Asked) -> pl.DataFrame:
    """Return the rows of `zone_register` that answer; whose name begins with the words stand first."""
    rows = zone_register(found, zone)
    words = plain_text(asked.words)
    if words:
        rows = rows.filter(_answers(words))
        first = pl.col("name").str.starts_with(words) | (pl.col("short_name") == words)
        rows = rows.sort(first.fill_null(False), descending=True, maintain_order=True)
    if asked.industry:
        codes = _codes(found.rulebook.vocabulary, asked.industry)
        under = [pl.col("industry_code").str.starts_with(c) for c in codes]
        rows = rows.filter(pl.any_horizontal(under) if under else pl.lit(False))
    if asked.kind in KINDS:
        rows = rows.filter(pl.col(asked.kind))
    return rows


def _answers(words: str) -> pl.Expr:
    """Return whether a row answers to words: in its name, or how its code begins."""
    tests = [pl.col(n).str.contains(words, literal=True) for n in ("name", "short_name")]
    code = words.upper().removeprefix("STOCK:")
    if code.isascii() and code.isalnum():
        tests += [
            pl.col("key").str.starts_with(code),
            pl.col("key").str.starts_with(f"stock:{code}"),
            pl.col("stock_code").str.starts_with(code),
        ]
    return pl.any_horizontal(t.fill_null(False) for t in tests)


def _codes(vocabulary: Vocabulary, text: str) -> list[str]:
    """Return the codes of industries that a text means: the code it is, else those whose title has it."""
    code, names = text.strip().upper().partition(" ")[0], _names(vocabulary)
    if code in names or (code[:1].isalpha() and code[1:].isdigit()):
        return [code]
    return [c for c, title in names.items() if text.strip() in title]


def industry_title(vocabulary: Vocabulary, code: str | None) -> str:
    """Return a code of industry with the title of the nearest listed one above; empty for none."""
    names = _names(vocabulary)
    above = (
        next((code[:n] for n in range(len(code), 0, -1) if code[:n] in names), "") if code else ""
    )
    return f"{code} {names[above]}" if above else code or ""


def _names(vocabulary: Vocabulary) -> dict[str, str]:
    codes = vocabulary.entities["enterprise"].facts["industry_code"].codes
    return vocabulary.codes[codes].names if isinstance(codes, str) else {}
