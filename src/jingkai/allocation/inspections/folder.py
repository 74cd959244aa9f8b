"""A plan's folder: `published/` for everyone, `internal/` for the office.

Announced first (the pool under ids, its hash, where the seed will come from), drawn later: the seed
and the ids drawn beside, the visits inside. Nothing published ties an id to a name (CRR-08).
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.allocation.inspections.draw import ALGORITHM, sha256_text
from jingkai.allocation.inspections.errors import InspectionError
from jingkai.allocation.inspections.plan import DrawnPlan, Prepared, chinese_offices
from jingkai.allocation.inspections.plan_file import read_plan
from jingkai.engine.table_file import write_table
from jingkai.workspace import publish_folder

__all__ = [
    "VISIT_HEADINGS",
    "PlanFolder",
    "Planned",
    "announcement_of",
    "made_by_key",
    "made_schema",
    "read_planned",
]

#: The headings of the table of visits, as people read them.
VISIT_HEADINGS = {
    "visit": "检查编号", "day": "日期", "key": "统一社会信用代码", "name": "企业名称",
    "office": "检查机关", "items": "检查事项", "kinds": "检查类型", "grounds": "事由",
    "counts": "计入上限", "inspectors": "检查人员",
}  # fmt: skip
_UNASSIGNED = {
    "key": "统一社会信用代码", "name": "企业名称", "office": "检查机关", "what": "清单", "times": "次数",
    "reason": "未安排的原因",
}  # fmt: skip
_GUIDE = Path(__file__).parent / "published.md"


def announcement_of(prepared: Prepared) -> dict[str, str]:
    """Return what is published before the seed is known, as file name and text."""
    pool = prepared.pool
    strata = pool.strata.select("stratum", "office", "title", "size", "number").write_csv()
    units = pool.units.select("stratum", "id").sort("stratum", "id").write_csv()
    plan = prepared.plan
    about = {
        "plan": plan.plan,
        "year": plan.year,
        "algorithm": ALGORITHM,
        "ranking": plan.ranking,
        "seed": [{"name": p.name, "commitment": p.commitment} for p in plan.seed],
        "strata_sha256": sha256_text(strata),
        "pool_sha256": sha256_text(units),
    }
    return {
        "announcement.json": json.dumps(about, ensure_ascii=False, indent=1) + "\n",
        "strata.csv": strata,
        "pool.csv": units,
        "算法.md": _GUIDE.read_text("utf-8"),
    }


def made_schema() -> dict[str, pl.DataType]:
    """Return the columns of the table of visits that were made before."""
    return {"key": pl.String(), "office": pl.String(), "done": pl.Int64()}


def made_by_key(prepared: Prepared) -> pl.DataFrame:
    """Return the year's visits made before, by credit code instead of position."""
    if prepared.made is None:
        return pl.DataFrame(schema=made_schema())
    keys = prepared.enterprises.frame.select("position", "key")
    return (
        prepared.made.join(keys, on="position")
        .select("key", "office", pl.col("done").cast(pl.Int64))
        .sort("key", "office")
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """What a ledger asks of a year's plan: its visits, its caps by office, its rule of classes."""

    visits: pl.DataFrame
    caps: dict[str, int]
    class_rule: str


def read_planned(path: Path) -> Planned:
    """Read a plan's folder for the ledger.

    Raises
    ------
    InspectionError
        If nothing was drawn there.
    """
    internal = path / "internal"
    visits = internal / "plan" / "visits.parquet"
    if not visits.is_file():
        raise InspectionError(
            "这里没有已抽取的计划",
            where=str(path),
            hint="给出 jingkai inspect plan 的 --out 文件夹",
        )
    plan = read_plan(internal / "inputs" / "plan.yaml")
    caps = {name: office.cap for name, office in plan.offices.items()}
    return Planned(pl.read_parquet(visits), caps, plan.class_rule)


class PlanFolder:
    """Where a plan lies.

    Parameters
    ----------
    path
        The folder; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.published = path / "published"
        self.internal = path / "internal"

    @property
    def announced(self) -> bool:
        """Whether the pool was announced."""
        return (self.published / "announcement.json").exists()

    @property
    def drawn(self) -> bool:
        """Whether the seed was drawn with."""
        return (self.published / "seed.json").exists()

    def salt(self) -> str:
        """Return the plan's secret, a new one before it is announced."""
        file = self.internal / "salt.txt"
        return file.read_text("utf-8").strip() if file.exists() else secrets.token_hex(32)

    def announce(self, prepared: Prepared, plan_file: Path, salt: str) -> None:
        """Write the pool; where it was announced, make sure that it is the same.

        Raises
        ------
        InspectionError
            If another pool was announced here, or the folder holds other things.
        """
        texts = announcement_of(prepared)
        if self.announced:
            self._same(texts)
            return
        if self.path.exists() and any(self.path.iterdir()):
            raise InspectionError("文件夹不为空", where=str(self.path), hint="换一个 --out")
        tmp = self.path.parent / f".tmp-{os.getpid()}-{self.path.name}"
        (tmp / "published").mkdir(parents=True)
        (tmp / "internal" / "inputs").mkdir(parents=True)
        (tmp / "internal").chmod(0o700)
        for name, text in texts.items():
            (tmp / "published" / name).write_text(text, "utf-8", newline="")
        _keep_inputs(prepared, plan_file, tmp / "internal" / "inputs")
        (tmp / "internal" / "salt.txt").write_text(salt + "\n", "utf-8")
        _receipts(prepared).write_csv(tmp / "internal" / "receipts.csv")
        if self.path.exists():
            self.path.rmdir()
        publish_folder(tmp, self.path)

    def _same(self, texts: dict[str, str]) -> None:
        for name in ("announcement.json", "strata.csv", "pool.csv"):
            if (self.published / name).read_text("utf-8") != texts[name]:
                raise InspectionError(
                    "名单或计划在公布之后变了，不能再用公布过的名单抽取",
                    where=str(self.published / name),
                    hint="用公布时的数据和计划文件，或换一个 --out 重新公布",
                )

    def write_draw(
        self,
        prepared: Prepared,
        drawn: DrawnPlan,
        parts: Sequence[str],
        manifest: dict[str, Any],
        *,
        synthetic: bool,
    ) -> None:
        """Write the plan inside and, last, the seed and the ids drawn.

        Raises
        ------
        InspectionError
            If it was drawn before with another seed.
        """
        seed = {"parts": [p.strip() for p in parts], "seed_sha256": sha256_text(drawn.seed)}
        text = json.dumps(seed, ensure_ascii=False, indent=1) + "\n"
        if self.drawn:
            if (self.published / "seed.json").read_text("utf-8") != text:
                raise InspectionError(
                    "已经用另一个种子抽取过",
                    where=str(self.published),
                    hint="抽取只有一次，不能重抽",
                )
            return
        tmp = self.internal / f".tmp-{os.getpid()}-plan"
        shutil.rmtree(tmp, ignore_errors=True)
        tmp.mkdir()
        _write_tables(prepared, drawn, tmp, synthetic)
        (tmp / "manifest.json").write_text(
            json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8"
        )
        publish_folder(tmp, self.internal / "plan")
        units = drawn.drawn.select("stratum", "id", "rank").sort("stratum", "rank")
        _replace(self.published / "drawn.csv", units.write_csv())
        _replace(self.published / "seed.json", text)


def _keep_inputs(prepared: Prepared, plan_file: Path, folder: Path) -> None:
    """Keep the plan file and the tables of people, so that the folder can be checked by itself."""
    shutil.copyfile(plan_file, folder / "plan.yaml")
    for name in (prepared.plan.inspectors, prepared.plan.conflicts):
        if name:
            target = folder / name
            if not target.resolve().is_relative_to(folder.resolve()):
                raise InspectionError(
                    f"{name} 不在计划文件的文件夹内", hint="放到计划文件旁边，写相对路径"
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(prepared.folder / name, target)
    made_by_key(prepared).write_csv(folder / "made.csv")


def _receipts(prepared: Prepared) -> pl.DataFrame:
    """Return for each enterprise in the pool what ties it to its ids."""
    nonces = pl.Series("nonce", prepared.pool.nonces, dtype=pl.String)
    named = prepared.enterprises.frame.select("position", "key", "name").with_columns(nonces)
    inside = prepared.pool.units["position"].unique()
    return named.filter(pl.col("position").is_in(inside.implode())).drop("position")


def _write_tables(prepared: Prepared, drawn: DrawnPlan, folder: Path, synthetic: bool) -> None:
    drawn.visits.write_parquet(folder / "visits.parquet")
    drawn.placed.write_parquet(folder / "placed.parquet")
    shown = chinese_offices(drawn.visits).with_columns(
        pl.col("inspectors").list.join("、"),
        pl.when("counts").then(pl.lit("是")).otherwise(pl.lit("否")).alias("counts"),
    )
    shown = shown.rename(VISIT_HEADINGS)
    for ending in ("csv", "xlsx"):
        write_table(shown, folder / f"visits.{ending}", synthetic=synthetic)
    left = chinese_offices(drawn.unassigned).rename(_UNASSIGNED)
    write_table(left, folder / "unassigned.csv", synthetic=synthetic)


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    with beside.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
