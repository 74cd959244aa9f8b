"""jingkai beside its peers on the high-tech enterprise rule: speed, memory, same verdicts."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.high_tech import RULE, HighTech
from benchmarks.measure import Peak, interleaved, peak_of, ratio
from jingkai.rulebook import Rulebook

__all__ = ["peers_section"]

_SIDES = {
    "jingkai": "jingkai",
    "polars": "Polars by hand",
    "duckdb": "DuckDB SQL by hand",
    "openfisca": "OpenFisca-core",
}
_FORMS = {"arrow": "Arrow to Arrow", "parquet": "Parquet to Parquet"}


def peers_section(
    rulebook: Rulebook, facts: pl.LazyFrame, scores: pl.LazyFrame, folder: Path, runs: int
) -> str:
    """Time the four in turn in both formats, watch each alone in a process of its own."""
    peers = HighTech(rulebook, folder)
    peers.give(facts, scores)
    count = int(peers.facts("arrow").select(pl.len()).collect().item())
    tables = "\n".join(_table(peers, form, count, runs) for form in _FORMS)
    return f"""## The high-tech enterprise rule alone, ten conditions, its score given, {count:,} enterprises

{tables}
From a file of 20 columns to the stored result. Bars: at least 5 times OpenFisca-core in rules × enterprises a second (aim: 10 from
Arrow to Arrow) with under a quarter of its memory. The peer has no unknown, computes in 32-bit floats and stores no trace: it writes
the verdict alone where the others write ten conditions beside it. Its facts are read and its verdict is written by Polars; sums and
conditions are its own formulas. No file is compressed; in Parquet jingkai and Polars by hand store a three-valued column as two
without nulls, `X__low` (surely) and `X__high` (possibly), which are read back for the comparison. Memory is the most anonymous memory
of a process that does this once, start and compiling included.
"""


def _table(peers: HighTech, form: str, count: int, runs: int) -> str:
    times = interleaved({side: peers.call(side, form) for side in _SIDES}, runs)
    peaks = {side: _peak(side, form, peers.folder) for side in ("jingkai", "openfisca")}
    ours = peers.result("jingkai", form).select(RULE).collect()[RULE]
    rows = []
    for side, label in _SIDES.items():
        seconds = median(times[side])
        memory = f"{peaks[side].anonymous:,.0f}" if side in peaks else ""
        theirs = peers.result(side, form).select(RULE).collect()[RULE]
        rows.append(
            f"| {label} | {seconds:.2f} | {count / seconds / 1e6:.1f} "
            f"| {ratio(times, side, 'jingkai'):.1f} | {memory} | {_verdicts(side, ours, theirs)} |"
        )
    body = "\n".join(rows)
    faster = ratio(times, "openfisca", "jingkai")
    share = peaks["jingkai"].anonymous / peaks["openfisca"].anonymous
    return f"""{_FORMS[form]}: **{faster:.1f} times** OpenFisca-core with **{share:.0%}** of its memory.

| | seconds | million rules × enterprises a second | time to jingkai's | anonymous memory, MB | verdicts beside jingkai's |
| --- | --- | --- | --- | --- | --- |
{body}
"""


def _peak(side: str, form: str, folder: Path) -> Peak:
    command = ["benchmarks.high_tech", side, form, str(folder)]
    return peak_of(command, Path(__file__).resolve().parents[1])


def _verdicts(side: str, ours: pl.Series, theirs: pl.Series) -> str:
    known = ours.is_not_null()
    if side == "jingkai":
        return f"{int((~known).sum()):,} unknown"
    if side != "openfisca":
        return f"{int(ours.ne_missing(theirs).sum()):,} differ"
    wrong = int((theirs != ours).filter(known).sum())
    return f"no unknown: {int((~known).sum()):,} open ones answered; {wrong:,} of the others differ"
