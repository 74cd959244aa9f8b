"""Official outcomes beside computed verdicts: where the two disagree."""

from __future__ import annotations

import polars as pl

from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot
from jingkai.vocabulary import Vocabulary

__all__ = ["official_differences"]


def official_differences(
    snapshot: Snapshot, run: DecisionRun, vocabulary: Vocabulary
) -> pl.DataFrame:
    """Return one row for each enterprise and title where the official outcome is known.

    Columns: `key`, `name`, `title`, `rule`, `official` (held on the date), `computed` (the verdict;
    null: undetermined), `agrees` (null where undetermined). A validity that is not known counts by
    whether the title is held at all.
    """
    frames = []
    for title in vocabulary.titles.values():
        held = f"{title.id}_held"
        rules = [r for r in (title.rule, f"{title.rule}_2022") if r in run.rules]
        if (
            not rules
            or title.entity not in snapshot.entities
            or held not in snapshot.columns(title.entity)
        ):
            continue
        columns = snapshot.columns(title.entity)
        facts = snapshot.scan(title.entity).select(
            "key",
            (pl.col("name") if "name" in columns else pl.lit(None, dtype=pl.String)).alias("name"),
            _official(title.id, columns, run).alias("official"),
        )
        decided = run.scan(title.entity).select(*rules)
        both = pl.concat([facts, decided], how="horizontal").filter(
            pl.col("official").is_not_null()
        )
        for rule in rules:
            frames.append(
                both.select(
                    "key",
                    "name",
                    pl.lit(title.id).alias("title"),
                    pl.lit(rule).alias("rule"),
                    "official",
                    pl.col(rule).alias("computed"),
                    (pl.col("official") == pl.col(rule)).alias("agrees"),
                )
            )
    schema = {
        "key": pl.String,
        "name": pl.String,
        "title": pl.String,
        "rule": pl.String,
        "official": pl.Boolean,
        "computed": pl.Boolean,
        "agrees": pl.Boolean,
    }
    return pl.concat(frames).collect() if frames else pl.DataFrame(schema=schema)


def _official(title: str, columns: list[str], run: DecisionRun) -> pl.Expr:
    held = pl.col(f"{title}_held")
    day = pl.lit(run.as_of)
    for name, ends in ((f"{title}_from", False), (f"{title}_to", True)):
        if name in columns:
            inside = (pl.col(name) >= day) if ends else (pl.col(name) <= day)
            held = held & inside.fill_null(True)
    return held
