"""``jingkai demo``: a synthetic zone loaded, decided and explained, and what to try next."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import polars as pl
import typer
from rich.text import Text

from jingkai.cli.deciding import print_summary, summary_dict
from jingkai.cli.explaining import explained, print_reason
from jingkai.cli.output import line, print_json, progress_bar
from jingkai.cli.session import JSON, open_rulebook
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.registry.snapshot import Match, Snapshot
from jingkai.workspace import Workspace, ZoneSettings

__all__ = ["demo_command"]

_AS_OF = date(2026, 6, 30)
_MARK = ".jingkai-demo"
#: How many the zone has of what is beside enterprises.
_BESIDE = {
    "investment": 60,
    "project": 40,
    "parcel": 40,
    "product": 60,
    "platform": 12,
    "material": 30,
    "violation": 60,
    "penalty": 40,
    "inspection": 200,
}


def demo_command(
    folder: Path = typer.Argument(Path("demo-zone"), help="演示工作区"),
    enterprises: int = typer.Option(2000, "--enterprises", min=1, help="合成企业数"),
    as_json: bool = JSON,
) -> None:
    """演示：合成一个经开区，认定并说明。A synthetic zone, decided and explained."""
    workspace = _workspace(folder)
    if not as_json:
        line(f"合成一个示范经开区：{enterprises:,} 家企业，全部为随机生成，与任何真实企业无关")
    snapshot = _synthetic_snapshot(workspace, enterprises)
    rulebook = open_rulebook(workspace)
    with progress_bar("认定", quiet=as_json) as progress:
        run = decide(workspace, snapshot, rulebook, _AS_OF, progress=progress)
    explainer = Explainer(rulebook, snapshot, run)
    shown = _near_miss(explainer)
    match = _match(snapshot, shown)
    reasons = explainer.explain("enterprise", shown, ["high_tech_enterprise"])
    if as_json:
        example = explained("enterprise", match, run, reasons)
        print_json({**summary_dict(run), "example": example})
        return
    print_summary(run, rulebook)
    line(Text("\n例：") + Text(match.name, style="bold") + Text(f" {match.key}"))
    print_reason(reasons[0], "zh", full=True)
    _next_steps(folder, match.key)


def _workspace(folder: Path) -> Workspace:
    """Open the demo's folder again, or make it; a folder that is not the demo's is refused."""
    if (folder / _MARK).exists():
        return Workspace.open(folder)
    workspace = Workspace.init(
        folder, ZoneSettings(key="示范经开区", name="示范经开区（合成）", province="江苏")
    )
    (workspace.path / _MARK).touch()
    return workspace


def _synthetic_snapshot(workspace: Workspace, enterprises: int) -> Snapshot:
    # The generator is imported where it runs: no other command waits for it.
    from jingkai.population import some_enterprises, some_entities, some_zone
    from jingkai.population.snapshots import write_synthetic

    frames = {"enterprise": some_enterprises(enterprises)}
    owners = frames["enterprise"]["key"]
    frames |= {entity: some_entities(entity, count, owners) for entity, count in _BESIDE.items()}
    frames["zone"] = some_zone(frames["enterprise"])
    return write_synthetic(workspace, frames, _AS_OF, "种子7")


def _near_miss(explainer: Explainer) -> int:
    """Return the first enterprise that one condition alone refused, else the first refused."""
    decided = explainer.run.scan("enterprise").select("high_tech_enterprise").collect()
    refused = decided.with_row_index().filter(~pl.col("high_tech_enterprise"))["index"].to_list()
    for position in refused[:200]:
        reason = explainer.explain("enterprise", position, ["high_tech_enterprise"])[0]
        if reason.near_miss == "one":
            return int(position)
    return int(refused[0]) if refused else 0


def _match(snapshot: Snapshot, position: int) -> Match:
    row = snapshot.scan("enterprise").select("key", "name").slice(position, 1).collect()
    return Match(row["key"][0], row["name"][0], position)


def _next_steps(folder: Path, key: str) -> None:
    line("\n接下来可以试：")
    program = Path(".venv/bin/jingkai")
    name = os.path.relpath(program.absolute(), folder.absolute()) if program.exists() else "jingkai"
    line(f"  cd {folder}")
    for words in (
        f"explain {key}",
        "decide --as-of 2026-06-30 --xlsx out.xlsx",
        "rules list",
        "rules show high_tech_enterprise",
    ):
        line(f"  {name} {words}")
