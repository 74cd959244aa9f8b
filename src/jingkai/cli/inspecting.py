"""``jingkai inspect``: a year's inspections planned, drawn so that anyone can repeat it, and counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import typer

from jingkai.allocation.inspections import templates
from jingkai.allocation.inspections.draw import seed_text, sha256_text
from jingkai.allocation.inspections.errors import VerificationError
from jingkai.allocation.inspections.folder import PlanFolder
from jingkai.allocation.inspections.plan import draw_plan, prepare
from jingkai.allocation.inspections.summary import plan_summary, pool_summary
from jingkai.allocation.inspections.verify import (
    Published,
    check_own,
    check_plan_folder,
    check_published,
    check_receipts,
)
from jingkai.cli.inspect_text import print_checks, print_own, print_plan, print_pool
from jingkai.cli.output import line, print_json
from jingkai.cli.session import AS_OF, JSON, find_workspace, open_run, read_day
from jingkai.cli.table_file import say_synthetic
from jingkai.errors import JingkaiError

__all__ = ["inspect_app"]

inspect_app = typer.Typer(
    no_args_is_help=True, help="涉企行政检查：计划、抽取、核对、台账。Inspections of enterprises."
)


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
