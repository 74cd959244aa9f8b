"""``jingkai demo``: a synthetic zone loaded, decided and explained, and what to try next."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import typer

from jingkai.cli.deciding import _print_reason, print_summary
from jingkai.cli.output import console, progress_bar
from jingkai.cli.session import open_rulebook
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.population import demo_enterprises, demo_investments
from jingkai.registry.snapshot import SourceFile, write_snapshot
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
    day = _AS_OF.isoformat()
    sources = [
        SourceFile(
            "合成企业（种子7）",
            "",
            "zone_committee",
            day,
            "enterprise",
            None,
            enterprises,
            enterprises,
        ),
        SourceFile("合成再投资（种子7）", "", "commerce", day, "investment", None, 60, 60),
    ]
    frames = {"enterprise": demo_enterprises(enterprises), "investment": demo_investments(60)}
    frames["zone"] = pl.DataFrame(
        {"key": ["示范经开区"], "name": ["示范经开区（合成）"], "province": ["江苏"]}
    )
    snapshot = write_snapshot(
        workspace,
        frames,
        as_of=_AS_OF,
        sources=sources,
        synthetic=True,
        column_sources={"investment": {c: [1] for c in frames["investment"].columns}},
    )
    rulebook = open_rulebook(workspace)
    with progress_bar("认定") as progress:
        run = decide(workspace, snapshot, rulebook, _AS_OF, progress=progress)
    print_summary(run, rulebook)
    explainer = Explainer(rulebook, snapshot, run)
    near = _near_miss(
        explainer, run.scan("enterprise").select("key", "high_tech_enterprise").collect()
    )
    if near is not None:
        values, _ = explainer.row("enterprise", near)
        console.print(f"\n例：[bold]{values['name']}[/bold] {values['key']}")
        _print_reason(
            explainer.explain("enterprise", near, ["high_tech_enterprise"])[0],
            rulebook,
            "zh",
            full=True,
        )
    _next_steps(folder, "" if near is None else str(values["key"]))


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
