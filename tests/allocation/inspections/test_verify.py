"""Anyone repeats the draw from the published files alone; what was changed afterwards shows."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from jingkai.allocation.inspections.errors import InspectionError, VerificationError
from jingkai.allocation.inspections.folder import PlanFolder
from jingkai.allocation.inspections.plan import draw_plan
from jingkai.allocation.inspections.summary import plan_summary
from jingkai.allocation.inspections.verify import (
    Published,
    check_own,
    check_plan_folder,
    check_published,
)
from tests.allocation.inspections.small import plan_words, prepared, write_plan


def _made(folder: Path, ranking: str = "joint") -> Path:
    words = plan_words(ranking=ranking, seed=[{"name": "甲"}, {"name": "乙"}])
    file = write_plan(folder, words)
    ready = prepared(words)
    ready = type(ready)(
        ready.plan,
        folder,
        *[getattr(ready, n) for n in ("people", "days", "enterprises", "made", "pool")],
    )
    target = PlanFolder(folder / "out")
    target.announce(ready, file, "盐")
    assert target.announced and not target.drawn
    assert not all(c.holds for c in check_published(Published.open(target.path)))
    drawn = draw_plan(ready, ["甲的话", "3512.77"])
    target.write_draw(
        ready, drawn, ["甲的话", "3512.77"], plan_summary(ready, drawn), synthetic=True
    )
    return target.path


@pytest.fixture(scope="module", params=["joint", "by_office"])
def made(request, tmp_path_factory) -> Path:
    return _made(tmp_path_factory.mktemp("plan"), request.param)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_ten_lines_of_anyones_own_find_the_same_names(made):
    published, receipts = made / "published", made / "internal" / "receipts.csv"
    seed = "\n".join(json.loads((published / "seed.json").read_text("utf-8"))["parts"]).encode()
    pool: dict[str, list[str]] = {}
    for row in _rows(published / "pool.csv"):
        pool.setdefault(row["stratum"], []).append(row["id"])
    found = set()
    for row in _rows(published / "strata.csv"):
        ids = pool.get(row["stratum"], [])
        ids.sort(key=lambda i: hmac.new(seed, i.encode(), hashlib.sha256).hexdigest())
        found |= {(row["office"], i) for i in ids[: int(row["number"])]}
    # names come with each enterprise's own nonce
    ranking = json.loads((published / "announcement.json").read_text("utf-8"))["ranking"]
    scopes = ["joint"] if ranking == "joint" else ["1", "2", "3"]
    named = {}
    for row in _rows(receipts):
        for scope in scopes:
            text = f"{scope}|{row['key']}".encode()
            named[hmac.new(row["nonce"].encode(), text, hashlib.sha256).hexdigest()[:32]] = row[
                "name"
            ]
    visits = pl.read_parquet(made / "internal" / "plan" / "visits.parquet")
    assert {(office, named[i]) for office, i in found} == set(
        visits.select("office", "name").iter_rows()
    )


def test_the_program_that_is_published_says_that_the_draw_is_right(made):
    program = re.search(
        r"```python\n(.*?)```", (made / "published" / "算法.md").read_text("utf-8"), re.S
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "ignore", "-c", program[1]],
        cwd=made / "published", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "True"


def test_nothing_published_names_an_enterprise_or_its_class(made):
    receipts = pl.read_csv(made / "internal" / "receipts.csv", infer_schema=False)
    secret = {*receipts["key"], *receipts["name"], *receipts["nonce"], "盐"}
    for file in (made / "published").iterdir():
        text = file.read_text("utf-8")
        if file.suffix != ".md":
            assert not any(word in text for word in secret)
        if file.name == "strata.csv":
            assert text.startswith("stratum,office,title,size,number\n")
    assert "class" not in pl.read_parquet(made / "internal" / "plan" / "visits.parquet").columns


def test_every_check_of_an_untouched_plan_holds(made):
    published = Published.open(made)
    checks = [*check_published(published), *check_plan_folder(made / "internal", published)]
    assert len(checks) == 21 and all(c.holds for c in checks), checks


def _altered(made: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(made, tmp_path / "copy"))


@pytest.mark.parametrize(
    ("name", "old", "new", "broken"),
    [
        ("pool.csv", r"\n1-1,.{32}", "", "名单与公布的摘要相同"),
        (
            "strata.csv",
            r"\n1-1,(.*),(\d+)\n",
            r"\n1-1,\1,999\n",
            "各层户数和抽取数与公布的摘要相同",
        ),
        ("seed.json", "甲的话", "别的话", "种子的摘要相符"),
        ("seed.json", "甲的话", "别的话", "重抽的结果与公布的结果相同"),
        ("drawn.csv", r"\n1-2,.*", "", "重抽的结果与公布的结果相同"),
    ],
)
def test_what_was_changed_afterwards_shows(made, tmp_path, name, old, new, broken):
    copy = _altered(made, tmp_path)
    file = copy / "published" / name
    file.write_text(re.sub(old, new, file.read_text("utf-8"), count=1), "utf-8")
    wrong = {c.what for c in check_published(Published.open(copy)) if not c.holds}
    assert broken in wrong


def test_an_enterprise_swapped_into_the_visits_or_a_friendly_inspector_shows(made, tmp_path):
    copy = _altered(made, tmp_path)
    path = copy / "internal" / "plan" / "visits.parquet"
    visits = pl.read_parquet(path)
    published = Published.open(copy)
    once = visits.group_by("key", "office").len().filter(pl.col("len") == 1).sort("key").row(0)
    first = (pl.col("key") == once[0]) & (pl.col("office") == once[1])
    swapped = pl.when(first).then(pl.lit("91999999X")).otherwise("key").alias("key")
    visits.with_columns(swapped).write_parquet(path)
    wrong = {c.what for c in check_plan_folder(copy / "internal", published) if not c.holds}
    assert {
        "抽中的都有检查或者写明未安排的原因",
        "检查的都是抽中的，或者有重点领域、专项的事由",
    } <= wrong
    other = pl.when(first).then(pl.col("inspectors").list.reverse()).otherwise("inspectors")
    visits.with_columns(other.alias("inspectors")).write_parquet(path)
    wrong = {c.what for c in check_plan_folder(copy / "internal", published) if not c.holds}
    assert wrong == {"检查人员与按种子重抽的相同"}


def test_ids_that_no_enterprise_has_show(made, tmp_path):
    copy = _altered(made, tmp_path)
    receipts = copy / "internal" / "receipts.csv"
    pl.read_csv(receipts, infer_schema=False).slice(1).write_csv(receipts)
    wrong = {
        c.what for c in check_plan_folder(copy / "internal", Published.open(copy)) if not c.holds
    }
    assert "名单中的每个编号都是一家企业" in wrong


def test_an_enterprise_finds_itself_with_its_nonce_and_nobody_else_does(made):
    published = Published.open(made / "published")
    row = pl.read_csv(made / "internal" / "receipts.csv", infer_schema=False).row(3, named=True)
    own = check_own(published, row["key"], row["nonce"])
    assert own.height == 3 and own["drawn"].null_count() == 0
    visits = pl.read_parquet(made / "internal" / "plan" / "visits.parquet")
    went = set(visits.filter(pl.col("key") == row["key"])["office"])
    assert set(own.filter("drawn")["office"]) == went
    with pytest.raises(VerificationError, match="不在名单中"):
        check_own(published, row["key"], "0" * 64)


def test_a_pool_that_changed_after_it_was_announced_is_not_drawn_from(tmp_path):
    made = _made(tmp_path)
    words = plan_words(seed=[{"name": "甲"}, {"name": "乙"}])
    with pytest.raises(InspectionError, match="公布之后变了"):
        PlanFolder(made).announce(prepared(words, 399), tmp_path / "plan.yaml", "盐")


def test_a_draw_is_made_once(tmp_path):
    made = _made(tmp_path)
    ready = prepared(plan_words(seed=[{"name": "甲"}, {"name": "乙"}]))
    drawn = draw_plan(ready, ["另一句", "3512.77"])
    with pytest.raises(InspectionError, match="不能重抽"):
        PlanFolder(made).write_draw(ready, drawn, ["另一句", "3512.77"], {}, synthetic=True)


def test_a_folder_without_an_announcement_or_with_a_damaged_one_is_refused(tmp_path):
    with pytest.raises(VerificationError, match="没有公布的名单"):
        Published.open(tmp_path)
    (tmp_path / "announcement.json").write_text("{", "utf-8")
    with pytest.raises(VerificationError, match="损坏"):
        check_published(Published.open(tmp_path))


@pytest.mark.parametrize("name", ["receipts.csv", "inputs/made.csv", "plan/visits.parquet"])
def test_a_folder_with_a_damaged_or_missing_file_is_told_of_not_crashed_on(made, tmp_path, name):
    copy = _altered(made, tmp_path)
    (copy / "internal" / name).unlink()
    with pytest.raises(VerificationError, match="缺失或已损坏"):
        check_plan_folder(copy / "internal", Published.open(copy))


@pytest.mark.parametrize("text", ["{}", '{"seed": 3}', "[]", '{"parts": [1], "seed_sha256": 2}'])
def test_published_files_of_another_shape_are_refused(made, tmp_path, text):
    for name in ("announcement.json", "seed.json"):
        copy = _altered(made, tmp_path / name)
        (copy / "published" / name).write_text(text, "utf-8")
        with pytest.raises(VerificationError, match="损坏"):
            check_published(Published.open(copy))
