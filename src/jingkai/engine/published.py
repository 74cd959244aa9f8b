"""Published figures of indicators: what a release printed, and what a printed share implies."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from jingkai.errors import Finding, JingkaiError
from jingkai.vocabulary import Unit, parse_figure, units

__all__ = ["Published", "PublishedError", "published_figures"]

_FILE = "published.csv"
Relation = Literal["equals", "over", "at_least"]
_RELATIONS: dict[str, Relation] = {"equals": "equals", "over": "over", "at_least": "at_least"}


class PublishedError(JingkaiError):
    """A file of published figures that cannot be used."""

    code = "published"


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of an indicator as it was printed.

    Parameters
    ----------
    year, indicator
        Of which year, and the rule that computes it.
    relation
        ``equals``; ``over`` (超: strictly more) and ``at_least`` (以上) are lower bounds.
    value, unit, step
        The figure in its unit, and how much one of its last printed digit is.
    share, share_step
        Its share of the whole country as printed, None where none was.
    source, url, evidence, verified, note
        Where it stands and how well it is known.
    """

    year: int
    indicator: str
    relation: Relation
    value: Fraction
    unit: str
    step: Fraction
    share: Fraction | None
    share_step: Fraction | None
    source: str
    url: str
    evidence: str
    verified: bool
    note: str

    def within(self, unit: str) -> tuple[Fraction, Fraction]:
        """Return the figure and its printed digit in another unit."""
        factor = Fraction(1) if unit == self.unit else units().factor(self.unit, unit)
        return self.value * factor, self.step * factor

    def met_by(self, value: Fraction, unit: str) -> bool:
        """Whether a value is the printed count, rounds to the printed amount, or keeps the bound."""
        printed, step = self.within(unit)
        if self.relation == "over":
            return value > printed
        if self.relation == "at_least":
            return value >= printed
        if Unit.parse(self.unit).factors and Unit.parse(self.unit).currency is None:
            return value == printed
        return abs(value - printed) * 2 <= step

    def implied_country(self) -> tuple[Fraction, Fraction, Fraction] | None:
        """Return the whole country's figure that the share implies: least, middle, most.

        In the figure's unit; the ends take both printed figures as rounded. None without a share;
        of a lower bound nothing is implied.
        """
        if self.share is None or self.share_step is None or self.relation != "equals":
            return None
        value, half = self.share, self.share_step / 2
        low = (self.value - self.step / 2) / (value + half)
        high = (self.value + self.step / 2) / (value - half)
        return low, self.value / value, high


def published_figures(folders: Iterable[Path]) -> list[Published]:
    """Read every `published.csv` under the folders of rules.

    Parameters
    ----------
    folders
        The package's rules and the workspace's layers.

    Returns
    -------
    The figures, in the files' order; of one indicator and year the last folder's counts.

    Raises
    ------
    PublishedError
        With file and line of each row that cannot be read.
    """
    found: dict[tuple[int, str], Published] = {}
    findings: list[Finding] = []
    for path in (p for folder in folders for p in sorted(folder.rglob(_FILE))):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                try:
                    figure = _read(row)
                except (KeyError, ValueError, TypeError) as error:
                    findings.append(Finding(str(error), f"{path.name}:{number}"))
                else:
                    found[figure.year, figure.indicator] = figure
    if findings:
        raise PublishedError("公布数据文件有错误", findings=findings, hint="按提示的行修改")
    return list(found.values())


def _read(row: dict[str, str]) -> Published:
    value, step, unit = _printed(row["value"])
    share = _printed(row["share"]) if row["share"] else None
    if row["relation"] not in _RELATIONS:
        raise ValueError(f"relation 应为 {'、'.join(_RELATIONS)}，不是“{row['relation']}”")
    return Published(
        year=int(row["year"]),
        indicator=row["indicator"],
        relation=_RELATIONS[row["relation"]],
        value=value,
        unit=unit,
        step=step,
        share=share[0] if share else None,
        share_step=share[1] if share else None,
        source=row["source"],
        url=row["url"],
        evidence=row["evidence"],
        verified=row["verified"].strip().lower() == "true",
        note=row["note"] or "",
    )


def _printed(text: str) -> tuple[Fraction, Fraction, str]:
    """Return a figure, how much one of its last printed digit is, and its unit."""
    figure = parse_figure(text)
    if figure is None:
        raise ValueError(f"“{text}”不是数字")
    value, unit = figure
    digits = text.strip().partition(" ")[0]
    step = Fraction(1, 10 ** len(digits.partition(".")[2]))
    return value, step / 100 if "%" in text else step, unit
