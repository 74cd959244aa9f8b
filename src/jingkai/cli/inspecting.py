"""``jingkai inspect``: a year's inspections planned, drawn so that anyone can repeat it, and counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import typer

from jingkai.allocation.inspections import templates
from jingkai.allocation.inspections.draw import seed_text, sha256_text
from jingkai.allocation.inspections.errors import InspectionError, VerificationError
from jingkai.allocation.inspections.folder import PlanFolder, read_planned
from jingkai.allocation.inspections.ledger import (
    COUNT_HEADINGS,
    Ledger,
    caps_of_rules,
    ledger_summary,
    read_ledger,
)
from jingkai.allocation.inspections.plan import chinese_offices, draw_plan, prepare
from jingkai.allocation.inspections.summary import plan_summary, pool_summary
from jingkai.allocation.inspections.verify import (
    Published,
    check_own,
    check_plan_folder,
    check_published,
    check_receipts,
)
from jingkai.cli.inspect_desks import assign_command, export_command, visits_on_desks
from jingkai.cli.inspect_text import print_checks, print_own, print_plan, print_pool
from jingkai.cli.ledger_text import print_ledger, print_visits
from jingkai.cli.output import line, print_json
from jingkai.cli.session import AS_OF, JSON, find_workspace, open_run, read_day
from jingkai.cli.table_file import OUT, say_synthetic
from jingkai.engine.table_file import write_table
from jingkai.errors import JingkaiError
from jingkai.registry.snapshot import Snapshot

__all__ = ["inspect_app"]

inspect_app = typer.Typer(
    no_args_is_help=True, help="涉企行政检查：计划、抽取、核对、台账。Inspections of enterprises."
)


inspect_app.command("assign")(assign_command)
inspect_app.command("export")(export_command)


@inspect_app.command("template")
def template_command(
    folder: Path = typer.Argument(Path("inspections"), help="写样例的文件夹"),
) -> None:
    """写一份计划文件的样例。An example of the plan file, to be filled in."""
    if folder.exists() and any(folder.iterdir()):
        raise JingkaiError("文件夹不为空", where=str(folder), hint="换一个文件夹")
    folder.mkdir(parents=True, exist_ok=True)
    for file in templates.FILES:
        shutil.copyfile(file, folder / file.name)
    line(f"已写入 {folder}：" + "、".join(file.name for file in templates.FILES))
    line("标“由本区设定”的留空；比例是黑龙江林甸的示例，检查人员是举例，都按本区的改。")
    line(f"然后运行 jingkai inspect plan {folder / 'plan.yaml'} --out 计划文件夹")


@inspect_app.command("plan")
def plan_command(
    file: Path = typer.Argument(..., help="计划文件，如 inspections/plan.yaml"),
    out: Path = typer.Option(..., "--out", help="计划文件夹：published 可公布，internal 不公布"),
    seed: list[str] = typer.Option(
        [], "--seed", help="种子，按计划文件 seed 的顺序每方一个；先不给，只公布名单"
    ),
    as_of: str | None = AS_OF,
    as_json: bool = JSON,
) -> None:
    """年度检查计划：不给种子先公布名单，给种子即抽取。Announce the pool, then draw with the seed."""
    target = PlanFolder(out)
    at_once = bool(seed) and not target.announced
    _, snapshot, run = open_run(find_workspace(), read_day(as_of))
    salt = target.salt()
    prepared = prepare(file, snapshot, run, salt)
    about = {"snapshot": snapshot.id, "run": run.id, "as_of": run.as_of.isoformat()}
    synthetic = bool(snapshot.manifest.get("synthetic"))
    if not seed:
        target.announce(prepared, file, salt)
        _tell_pool({**about, "synthetic": synthetic, **pool_summary(prepared)}, out, as_json)
        return
    drawn = draw_plan(prepared, seed)
    manifest = {
        **about,
        "synthetic": synthetic,
        "announced_before": not at_once,
        "seed_sha256": sha256_text(seed_text(seed)),
        **plan_summary(prepared, drawn),
    }
    target.announce(prepared, file, salt)
    target.write_draw(prepared, drawn, seed, manifest, synthetic=synthetic)
    if as_json:
        print_json(manifest)
        return
    say_synthetic(manifest)
    print_plan(manifest, out)


def _tell_pool(found: dict[str, Any], out: Path, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    say_synthetic(found)
    print_pool(found, out)


@inspect_app.command("verify")
def verify_command(
    folder: Path = typer.Argument(..., help="公布的文件夹，或整个计划文件夹"),
    receipts: Path | None = typer.Option(None, "--receipts", help="核对码表（监督机关）"),
    key: str | None = typer.Option(None, "--key", help="本企业统一社会信用代码"),
    nonce: str | None = typer.Option(None, "--nonce", help="本企业的核对码"),
    as_json: bool = JSON,
) -> None:
    """重抽一遍并核对，有不符时退出码为 1。Repeat the draw and check the plan."""
    published = Published.open(folder)
    checks = check_published(published)
    if receipts is not None:
        checks += check_receipts(published, _read_receipts(receipts))
    elif (folder / "internal").is_dir():
        checks += check_plan_folder(folder / "internal", published)
    if (key is None) != (nonce is None):
        raise VerificationError("--key 和 --nonce 要一起给", hint="核对码向检查机关领取")
    own = check_own(published, key, nonce) if key and nonce else None
    if as_json:
        said = [{"what": c.what, "holds": c.holds, "said": c.said} for c in checks]
        print_json({"checks": said, "own": own.to_dicts() if own is not None else None})
    else:
        print_checks(checks)
        if own is not None:
            print_own(own)
    if not all(c.holds for c in checks):
        raise typer.Exit(1)


def _read_receipts(path: Path) -> pl.DataFrame:
    found = pl.read_csv(path, infer_schema=False)
    if not {"key", "nonce"} <= set(found.columns):
        raise VerificationError("核对码表应有 key 和 nonce 两列", where=str(path))
    return found


@inspect_app.command("ledger")
def ledger_command(
    year: int | None = typer.Option(None, "--year", help="年份；默认为数据日期的当年"),
    plan: Path | None = typer.Option(
        None, "--plan", help="本年的计划文件夹：上限，以及哪些在计划中"
    ),
    enterprise: str | None = typer.Option(None, "--enterprise", help="只看一家企业：代码或名称"),
    out: Path | None = typer.Option(None, "--out", help="写入按企业和部门的次数，" + OUT),
    as_of: str | None = AS_OF,
    as_json: bool = JSON,
) -> None:
    """检查台账：每家企业被谁、因何、查了几次、结果如何。The ledger of inspections."""
    workspace = find_workspace()
    rulebook, snapshot, run = open_run(workspace, read_day(as_of))
    planned = read_planned(plan) if plan else None
    caps = planned.caps if planned else caps_of_rules(rulebook, run.as_of)
    classes = run.scan("enterprise").select(
        pl.col(planned.class_rule if planned else "credit_risk_class")
        .cast(pl.String)
        .alias("class")
    )
    asked = year or snapshot.as_of.year
    visits = planned.visits if planned else None
    ledger = read_ledger(snapshot, classes, asked, caps, visits, visits_on_desks(workspace, asked))
    synthetic = bool(snapshot.manifest.get("synthetic"))
    counts = ledger.counts()
    if out is not None:
        shown = chinese_offices(counts).rename(COUNT_HEADINGS)
        write_table(shown, out, synthetic=synthetic)
        if not as_json:
            line(f"已写入 {out}，{shown.height:,} 行")
    if enterprise is not None:
        _tell_enterprise(snapshot, ledger, enterprise, as_json)
        return
    found = {"snapshot": snapshot.id, "synthetic": synthetic, **ledger_summary(ledger)}
    if as_json:
        over = counts.filter("over").to_dicts()
        print_json({**found, "caps": caps, "over_cap": over})
        return
    say_synthetic(found)
    print_ledger(found, counts)


def _tell_enterprise(snapshot: Snapshot, ledger: Ledger, text: str, as_json: bool) -> None:
    matches = snapshot.find("enterprise", text)
    if len(matches) != 1:
        what = f"“{text}”找到 {len(matches)} 家企业" if matches else f"没有企业“{text}”"
        raise InspectionError(what, hint="给出统一社会信用代码")
    visits = ledger.events.filter(pl.col("key") == matches[0].key)
    counts = ledger.counts().filter(pl.col("key") == matches[0].key)
    if as_json:
        print_json({
            "key": matches[0].key, "name": matches[0].name,
            "visits": visits.drop("key", "name", "class").to_dicts(),
            "counts": counts.drop("key", "name").to_dicts(),
        })  # fmt: skip
        return
    say_synthetic(snapshot.manifest)
    print_visits(matches[0].name or matches[0].key, ledger, visits, counts)
