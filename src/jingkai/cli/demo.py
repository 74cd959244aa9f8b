"""``jingkai demo``: a synthetic zone loaded, decided and explained, and what to try next."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import typer

from jingkai.cli.deciding import print_reason, print_summary
from jingkai.cli.output import console, progress_bar
from jingkai.cli.session import open_rulebook
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.population import demo_enterprises, demo_investments
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot
from jingkai.workspace import Workspace, ZoneSettings

__all__ = ["demo_command"]

_AS_OF = date(2026, 6, 30)
_MARK = ".jingkai-demo"


def demo_command(
    folder: Path = typer.Argument(Path("demo-zone"), help="演示工作区"),
    enterprises: int = typer.Option(2000, "--enterprises", help="合成企业数"),
) -> None:
    """演示：合成一个经开区，认定并说明。A synthetic zone, decided and explained."""
    if (folder / _MARK).exists():
        shutil.rmtree(folder)
    workspace = Workspace.init(
        folder, ZoneSettings(key="示范经开区", name="示范经开区（合成）", province="江苏")
    )
    (workspace.path / _MARK).touch()
    console.print(f"合成一个示范经开区：{enterprises:,} 家企业，全部为随机生成，与任何真实企业无关")
    snapshot = _synthetic_snapshot(workspace, enterprises)
    rulebook = open_rulebook(workspace)
    with progress_bar("认定") as progress:
        run = decide(workspace, snapshot, rulebook, _AS_OF, progress=progress)
    print_summary(run, rulebook)
    _next_steps(folder, _show_one(Explainer(rulebook, snapshot, run)))


def _synthetic_snapshot(workspace: Workspace, enterprises: int) -> Snapshot:
    day = _AS_OF.isoformat()
    made = SourceFile(
        "合成企业（种子7）", "", "zone_committee", day, "enterprise", None, enterprises, enterprises
    )
    invested = SourceFile("合成再投资（种子7）", "", "commerce", day, "investment", None, 60, 60)
    frames = {"enterprise": demo_enterprises(enterprises), "investment": demo_investments(60)}
    zone = {"key": ["示范经开区"], "name": ["示范经开区（合成）"], "province": ["江苏"]}
    frames["zone"] = pl.DataFrame(zone)
    return write_snapshot(
        workspace,
        frames,
        as_of=_AS_OF,
        sources=[made, invested],
        synthetic=True,
        column_sources={"investment": {c: [1] for c in frames["investment"].columns}},
    )


def _show_one(explainer: Explainer) -> str:
    """Explain the nearest miss of the high-tech rule; returns its key."""
    decided = explainer.run.scan("enterprise").select("key", "high_tech_enterprise").collect()
    near = _near_miss(explainer, decided)
    if near is None:
        return str(decided["key"][0])
    values, _ = explainer.row("enterprise", near)
    console.print(f"\n例：[bold]{values['name']}[/bold] {values['key']}")
    print_reason(
        explainer.explain("enterprise", near, ["high_tech_enterprise"])[0], "zh", full=True
    )
    return str(values["key"])


def _near_miss(explainer: Explainer, decided: pl.DataFrame) -> int | None:
    """Return the first enterprise that one condition alone refused, else the first refused."""
    refused = decided.with_row_index().filter(~pl.col("high_tech_enterprise"))["index"].to_list()
    for position in refused[:200]:
        if (
            explainer.explain("enterprise", position, ["high_tech_enterprise"])[0].near_miss
            == "one"
        ):
            return int(position)
    return int(refused[0]) if refused else None


def _next_steps(folder: Path, key: str) -> None:
    console.print("\n接下来可以试：")
    program = Path(".venv/bin/jingkai")
    name = f"../{program}" if program.exists() else "jingkai"
    console.print(f"  cd {folder}")
    for words in (
        f"explain {key}",
        "decide --as-of 2026-06-30 --xlsx out.xlsx",
        "rules list",
        "rules show high_tech_enterprise",
    ):
        console.print(f"  {name} {words}", soft_wrap=True)
