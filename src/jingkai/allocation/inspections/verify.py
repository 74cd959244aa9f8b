"""Whether a plan is what was announced: the draw repeated, ids tied to enterprises, visits checked.

Anyone can check the published files; an enterprise its own row with its nonce; the office, and who
supervises it, everything.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

import polars as pl
from pydantic import BaseModel

from jingkai.allocation.inspections.checks import Check, check_visits
from jingkai.allocation.inspections.days import visiting_days
from jingkai.allocation.inspections.draw import (
    ALGORITHM,
    pseudonym,
    seed_text,
    sha256_text,
)
from jingkai.allocation.inspections.errors import VerificationError
from jingkai.allocation.inspections.folder import made_schema
from jingkai.allocation.inspections.people import People, read_people
from jingkai.allocation.inspections.plan_file import Party, PlanFile, read_plan
from jingkai.allocation.inspections.pool import drawn_from
from jingkai.allocation.inspections.schedule import make_roster
from jingkai.allocation.inspections.teams import drawn_teams

__all__ = [
    "Announcement",
    "Published",
    "Seed",
    "check_own",
    "check_plan_folder",
    "check_published",
    "check_receipts",
]


class Announcement(BaseModel):
    """What is published before the seed can be known."""

    plan: str
    year: int
    algorithm: str
    ranking: Literal["joint", "by_office"]
    seed: list[Party]
    strata_sha256: str
    pool_sha256: str


class Seed(BaseModel):
    """The seed's parts in the order announced, and the SHA-256 of the seed."""

    parts: list[str]
    seed_sha256: str


_Model = TypeVar("_Model", Announcement, Seed)


@dataclass(frozen=True)
class Published:
    """The files that everyone may read.

    Parameters
    ----------
    folder
        Where `announcement.json` lies.
    """

    folder: Path

    @classmethod
    def open(cls, path: Path) -> Published:
        """Open a published folder, or the one inside a plan's folder.

        Raises
        ------
        VerificationError
            If there is none.
        """
        for folder in (path, path / "published"):
            if (folder / "announcement.json").is_file():
                return cls(folder)
        raise VerificationError(
            "这里没有公布的名单", where=str(path), hint="给出含 announcement.json 的文件夹"
        )

    @cached_property
    def about(self) -> Announcement:
        """The announcement."""
        return self._read("announcement.json", Announcement)

    @cached_property
    def seed(self) -> Seed | None:
        """The seed's parts, None before the draw."""
        there = (self.folder / "seed.json").is_file()
        return self._read("seed.json", Seed) if there else None

    @cached_property
    def pool(self) -> pl.DataFrame:
        """`stratum` and `id` of everyone who may be drawn."""
        return self._table("pool.csv", {"stratum": pl.String(), "id": pl.String()})

    @cached_property
    def strata(self) -> pl.DataFrame:
        """`stratum`, `office`, `title`, `size` and `number` drawn."""
        whole = {"size": pl.Int64(), "number": pl.Int64()}
        text = dict.fromkeys(("stratum", "office", "title"), pl.String())
        return self._table("strata.csv", {**text, **whole})

    @cached_property
    def drawn(self) -> pl.DataFrame:
        """`stratum`, `id` and `rank` of those drawn."""
        return self._table("drawn.csv", dict.fromkeys(("stratum", "id", "rank"), pl.String()))

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of a file."""
        try:
            return hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise _unreadable(self.folder / name) from error

    def scope(self, stratum: str) -> str:
        """Return what stands before the credit code when an id of a stratum is made."""
        return "joint" if self.about.ranking == "joint" else stratum.split("-")[0]

    def _read(self, name: str, model: type[_Model]) -> _Model:
        try:
            return model.model_validate_json((self.folder / name).read_text("utf-8"))
        except (OSError, ValueError) as error:  # pydantic's are ValueErrors
            raise _unreadable(self.folder / name) from error

    def _table(self, name: str, columns: dict[str, pl.DataType]) -> pl.DataFrame:
        try:
            found = pl.read_csv(self.folder / name, schema_overrides=columns)
            return found.select(list(columns))
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _unreadable(self.folder / name) from error


def _unreadable(path: Path) -> VerificationError:
    return VerificationError("文件缺失或已损坏", where=str(path), hint="重新下载公布的文件")


def check_published(published: Published) -> list[Check]:
    """Repeat the draw from the published files alone."""
    about, pool, strata = published.about, published.pool, published.strata
    counted = dict(pool.group_by("stratum").len().iter_rows())
    sizes = {s: n for s, n in strata.select("stratum", "size").iter_rows() if n}
    doubles = pool.height - pool.unique().height
    found = [
        Check("算法是已知的", about.algorithm == ALGORITHM, about.algorithm),
        Check(
            "名单与公布的摘要相同",
            published.sha256("pool.csv") == about.pool_sha256,
            f"{pool.height:,} 行",
        ),
        Check(
            "各层户数和抽取数与公布的摘要相同",
            published.sha256("strata.csv") == about.strata_sha256,
            f"{strata.height} 层",
        ),
        Check("各层户数与名单一致", counted == sizes and not doubles, f"重复的 {doubles} 行"),
    ]
    if published.seed is None:
        return [*found, Check("已经抽取", False, "还没有公布种子")]
    return [*found, *_draw_checks(published)]


def _draw_checks(published: Published) -> list[Check]:
    assert published.seed is not None
    parts, parties = published.seed.parts, published.about.seed
    kept = len(parts) == len(parties) and all(
        not party.commitment or sha256_text(part) == party.commitment
        for party, part in zip(parties, parts, strict=False)
    )
    committed = sum(bool(p.commitment) for p in parties)
    seed = seed_text(parts)
    again = drawn_from(published.pool, published.strata, seed).select("stratum", "id", "rank")
    order = ["stratum", "rank", "id"]
    said = published.drawn.sort(order)
    return [
        Check("种子各部分与公布的来源和摘要相符", kept, f"{len(parts)} 部分，{committed} 个有摘要"),
        Check(
            "种子的摘要相符",
            sha256_text(seed) == published.seed.seed_sha256,
            sha256_text(seed)[:16],
        ),
        Check("重抽的结果与公布的结果相同", again.sort(order).equals(said), f"{said.height:,} 个"),
    ]


def check_receipts(published: Published, receipts: pl.DataFrame) -> list[Check]:
    """Tie every published id to an enterprise: none made up, none twice in a list.

    Parameters
    ----------
    receipts
        `key`, `name`, `nonce` of each enterprise in the pool.
    """
    scopes = sorted({published.scope(s) for s in published.strata["stratum"]})
    keys, nonces = receipts["key"].to_list(), receipts["nonce"].to_list()
    made = pl.concat(
        pl.DataFrame(
            {
                "id": [pseudonym(n, scope, k) for k, n in zip(keys, nonces, strict=True)],
                "key": keys,
                "scope": scope,
            },
            schema=dict.fromkeys(("id", "key", "scope"), pl.String),
        )
        for scope in scopes
    )
    scope_of = {s: published.scope(s) for s in published.strata["stratum"]}
    pool = published.pool.with_columns(
        pl.col("stratum")
        .replace_strict(scope_of, default=None, return_dtype=pl.String)
        .alias("scope"),
        pl.col("stratum").str.split("-").list.first().alias("list"),
    )
    tied = pool.join(made, on=["id", "scope"], how="left")
    strange = tied["key"].null_count()
    twice = tied.drop_nulls("key").group_by("list", "key").len().filter(pl.col("len") > 1).height
    absent = receipts.filter(~pl.col("key").is_in(tied["key"].drop_nulls().implode())).height
    return [
        Check("名单中的每个编号都是一家企业", strange == 0, f"对不上的 {strange} 个"),
        Check("没有企业在一份清单中出现两次", twice == 0, f"{twice} 户"),
        Check("有核对码的企业都在名单中", absent == 0, f"{receipts.height:,} 户，缺 {absent} 户"),
    ]


def check_own(published: Published, key: str, nonce: str) -> pl.DataFrame:
    """Return an enterprise's own rows: `office`, `title`, and whether it was drawn (null: not yet).

    Raises
    ------
    VerificationError
        If key and nonce make no id of the pool.
    """
    scopes = {published.scope(s) for s in published.strata["stratum"]}
    ids = [pseudonym(nonce, scope, key) for scope in scopes]
    mine = published.pool.filter(pl.col("id").is_in(ids)).join(published.strata, on="stratum")
    if mine.is_empty():
        raise VerificationError(
            "这一企业和核对码不在名单中", where=str(published.folder), hint="核对信用代码和核对码"
        )
    mine = mine.select("office", "title", "stratum", "id")
    if published.seed is None:
        return mine.with_columns(pl.lit(None, pl.Boolean).alias("drawn"))
    hits = published.drawn.select("stratum", "id", pl.lit(True).alias("drawn"))
    return mine.join(hits, on=["stratum", "id"], how="left").with_columns(
        pl.col("drawn").fill_null(False)
    )


def check_plan_folder(internal: Path, published: Published) -> list[Check]:
    """Check the office's own part: ids, and the visits against the draw and every constraint.

    Raises
    ------
    VerificationError
        If a file is missing or damaged.
    """
    try:
        return _internal_checks(internal, published)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise VerificationError(
            f"文件缺失或已损坏：{error}", where=str(internal), hint="从备份取回整个文件夹"
        ) from error


def _internal_checks(internal: Path, published: Published) -> list[Check]:
    receipts = pl.read_csv(internal / "receipts.csv", schema_overrides={"key": pl.String})
    found = check_receipts(published, receipts)
    if published.seed is None or not (internal / "plan").is_dir():
        return found
    inputs = internal / "inputs"
    plan = read_plan(inputs / "plan.yaml")
    visits = pl.read_parquet(internal / "plan" / "visits.parquet")
    made = pl.read_csv(inputs / "made.csv", schema_overrides=made_schema())
    people = read_people(plan, inputs)
    return [
        *found,
        _teams_check(plan, people, internal, visits, published),
        *_drawn_checks(internal, published, receipts, visits),
        *check_visits(plan, people, visits, made),
    ]


def _teams_check(
    plan: PlanFile, people: People, internal: Path, visits: pl.DataFrame, published: Published
) -> Check:
    """Draw the teams again and compare them with those that the visits have."""
    assert published.seed is not None
    days = visiting_days(plan)
    placed = pl.read_parquet(internal / "plan" / "placed.parquet")
    seed = seed_text(published.seed.parts)
    teams = drawn_teams(plan, placed, make_roster(plan, people, days), people, days, seed)
    again = (
        teams.drop_nulls("inspectors")
        .join(placed, on=["visit", "office"])
        .select(
            "key",
            "office",
            pl.col("day").replace_strict(dict(enumerate(days)), return_dtype=pl.Date),
            pl.col("inspectors").list.join("|"),
        )
    )
    columns = ["key", "office", "day", "inspectors"]
    said = visits.with_columns(pl.col("inspectors").list.join("|")).select(columns)
    same = again.select(columns).sort(columns).equals(said.sort(columns))
    return Check("检查人员与按种子重抽的相同", same, f"{said.height:,} 组")


def _drawn_checks(
    internal: Path, published: Published, receipts: pl.DataFrame, visits: pl.DataFrame
) -> list[Check]:
    """Hold the visits against the draw: nobody drawn is missing, nobody else is put in."""
    drawn = published.drawn.join(published.strata, on="stratum").with_columns(
        pl.col("stratum").map_elements(published.scope, return_dtype=pl.String).alias("scope")
    )
    rows = [
        (pseudonym(nonce, scope, key), scope, key)
        for scope in drawn["scope"].unique().to_list()
        for key, nonce in receipts.select("key", "nonce").iter_rows()
    ]
    ids = pl.DataFrame(rows, schema=dict.fromkeys(("id", "scope", "key"), pl.String), orient="row")
    wanted = drawn.join(ids, on=["id", "scope"]).select("key", "office").unique()
    missing = wanted.join(visits.select("key", "office"), on=["key", "office"], how="anti")
    said = pl.read_csv(internal / "plan" / "unassigned.csv", infer_schema=False)
    missing = missing.filter(~pl.col("key").is_in(said["统一社会信用代码"].implode()))
    others = visits.filter(~pl.col("grounds").str.contains("重点领域：|上级部署：")).join(
        wanted, on=["key", "office"], how="anti"
    )
    return [
        Check(
            "抽中的都有检查或者写明未安排的原因",
            missing.is_empty(),
            f"缺 {missing.height} 户次",
        ),
        Check(
            "检查的都是抽中的，或者有重点领域、专项的事由",
            others.is_empty(),
            f"另有 {others.height} 户次",
        ),
    ]
