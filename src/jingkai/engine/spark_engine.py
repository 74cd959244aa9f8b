"""The engine on a cluster: a program as Spark SQL, from Parquet to Parquet, exact as the others."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.engine.polars_engine import program_frame, write_results
from jingkai.engine.spark_joins import SparkTables
from jingkai.engine.spark_plan import quoted, spark_sql, spark_steps
from jingkai.engine.spark_session import SparkFiles
from jingkai.engine.store import EngineError
from jingkai.rulebook import Program, Rulebook

__all__ = ["SparkEngine", "computed"]

_TOO_WIDE = re.compile(r"NUMERIC_VALUE_OUT_OF_RANGE|ARITHMETIC_OVERFLOW|CAST_OVERFLOW|[Oo]verflow")


class SparkEngine:
    """Runs programs on Spark and brings their results back.

    Parameters
    ----------
    tables, rulebook
        The facts, and the rules that say what is joined to them.
    out
        The folder at a URL where results stay as Parquet; None: only what is brought back.
    """

    name = "spark"

    def __init__(self, tables: SparkTables, rulebook: Rulebook, out: str | None = None) -> None:
        self.tables, self.rulebook, self.out = tables, rulebook, out

    def decide(self, program: Program, facts: pl.LazyFrame, target: Path) -> None:
        """Write a program's outputs for every row, in the order of the rows.

        Parameters
        ----------
        program
            What to compute, over the tables at the URL.
        facts
            The rows as the workspace has them: results must have their keys, in their order.
        target
            The Arrow IPC file to write; its folder exists.

        Raises
        ------
        EngineError
            If a number passes what Spark counts exactly, Spark fails, or the rows are not those.
        """
        local = target.with_suffix(".parquet")
        if self.out is None:
            self.write(program, local.as_uri())
        else:
            url = f"{self.out}/{local.name}"
            self.write(program, url)
            SparkFiles(self.tables.session).fetch(url, local)
        schema = program_frame(program, facts).select("key", *program.outputs).collect_schema()
        results = pl.scan_parquet(_parts(local)).select(schema.names()).cast(schema)
        write_results(results, target)
        shutil.rmtree(local)
        _check_rows(facts, target)

    def write(self, program: Program, url: str) -> None:
        """Write a program's outputs as a Parquet folder at a URL, sorted by key."""
        with _explained(url):
            facts = self.tables.facts(self.rulebook, program.entity, program.as_of)
            frame = computed(program, facts).select("key", *map(quoted, program.outputs))
            frame.write.mode("overwrite").parquet(url)


def computed(program: Program, facts: Any) -> Any:
    """Return a Spark table of facts with every column of a program added, step after step."""
    for step in spark_steps(program.steps):
        columns = (f"{spark_sql(plan)} AS {quoted(name)}" for name, plan in step.items())
        facts = facts.selectExpr("*", *columns)
    return facts


def _parts(folder: Path) -> list[Path]:
    found = sorted(folder.glob("part-*.parquet"))
    if not found:
        raise EngineError(
            "Spark 没有在这里写出结果",
            where=str(folder),
            hint="集群的机器须能写这个地址：用 --facts 和 --out 给出共享的地址",
        )
    return found


def _check_rows(facts: pl.LazyFrame, target: Path) -> None:
    mine, theirs = facts.select("key"), pl.scan_ipc(target).select(found="key")
    rows, found = (x.select(pl.len()).collect(engine="streaming").item() for x in (mine, theirs))
    apart = abs(rows - found)
    if not apart:
        both = pl.concat([mine, theirs], how="horizontal")
        unlike = pl.col("key").ne_missing(pl.col("found")).sum()
        apart = both.select(unlike).collect(engine="streaming").item()
    if apart:
        raise EngineError(
            f"Spark 的结果有 {apart:,} 行与工作区的快照不对应",
            where=target.stem,
            hint="--facts 地址的数据须由同一快照导出，且集群的机器都能读写所给的地址",
        )


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Turn what Spark says into an error for people."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        text = str(error)
        if _TOO_WIDE.search(text):
            raise EngineError(
                "有数字超过 Spark 能精确计算的范围（64 位整数或 38 位小数），没有给出结果",
                where=url,
                hint="用 --engine polars 运行（整数到 128 位）",
            ) from error
        raise EngineError(f"Spark 运行失败：{text.splitlines()[0]}", where=url) from error
