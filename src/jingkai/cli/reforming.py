"""Commands about change: what a reform or other rules would flip, what differs between two runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from jingkai.cli.flips import print_comparison
from jingkai.cli.output import line, print_json, progress_bar, show_table
from jingkai.cli.session import AS_OF, JSON, STRICT, find_workspace, open_rulebook, read_day
from jingkai.engine.comparison import Comparison
from jingkai.engine.diff import compare_runs
from jingkai.engine.reform import compare_rules
from jingkai.engine.run import decide
from jingkai.engine.runs import find_run, stored_runs
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook, RulebookError, load_rulebook, strict_rulebook
from jingkai.rulebook.reform import read_reform
from jingkai.workspace import Workspace

__all__ = ["diff_command", "plan_command", "runs_command", "whatif_command"]

OUT = typer.Option(None, "--out", help="把逐户变化写成 CSV")


def whatif_command(
    reform: Path = typer.Argument(..., help="改革方案文件，如 reform.yaml"),
    as_of: str | None = AS_OF,
    strict: bool = STRICT,
    out: Path | None = OUT,
    as_json: bool = JSON,
) -> None:
    """改一项政策，会有哪些变化。What a reform of figures, dates or rules would flip."""
    workspace = find_workspace()
    read = read_reform(reform)
    layers = [policies_folder(), *workspace.layers]
    about: dict[str, Any] = {
        "kind": "whatif",
        "strict": strict,
        "reform": {
            "reform": read.content.reform,
            "title": read.content.title.model_dump(),
            "why": read.content.why.model_dump(),
            "hash": read.hash,
        },
    }
    _compare(workspace, load_rulebook(layers, reform=read), as_of, about, out, as_json)


def plan_command(
    folder: Path = typer.Argument(..., help="拟用的规则文件夹，替代工作区的 rules"),
    add: bool = typer.Option(False, "--add", help="在现有 rules 之上另加一层，而不是替代它"),
    as_of: str | None = AS_OF,
    strict: bool = STRICT,
    out: Path | None = OUT,
    as_json: bool = JSON,
) -> None:
    """拟改的规则文件夹，在采用前会改变什么。What a folder of rules would flip before it is applied."""
    workspace = find_workspace()
    if not folder.is_dir():
        raise RulebookError("没有这个规则文件夹", where=str(folder), hint="检查文件夹名")
    kept = workspace.layers if add else [f for f in workspace.layers if f != workspace.rules]
    planned = load_rulebook([policies_folder(), *kept, folder])
    about = {"kind": "plan", "strict": strict, "folder": folder.name, "add": add}
    _compare(workspace, planned, as_of, about, out, as_json)


def _compare(
    workspace: Workspace,
    after: Rulebook,
    as_of: str | None,
    about: dict[str, Any],
    out: Path | None,
    as_json: bool,
) -> None:
    snapshot = Snapshot.current(workspace)
    day = read_day(as_of) or snapshot.as_of
    before = open_rulebook(workspace)
    if about["strict"]:
        before, after = strict_rulebook(before), strict_rulebook(after)
    with progress_bar("认定", quiet=as_json) as progress:
        decide(workspace, snapshot, before, day, progress=progress)
    _tell(compare_rules(workspace, snapshot, before, after, day, about), out, as_json)


def diff_command(
    first: str = typer.Argument(..., help="先前一次认定的编号（开头几位即可）"),
    second: str = typer.Argument(..., help="后一次认定的编号"),
    out: Path | None = OUT,
    as_json: bool = JSON,
) -> None:
    """两次认定的变化，以及原因在数据、规则还是日期。What differs between two stored runs, and why."""
    workspace = find_workspace()
    runs = [find_run(workspace, name) for name in (first, second)]
    _tell(compare_runs(workspace, *runs), out, as_json)


def _tell(comparison: Comparison, out: Path | None, as_json: bool) -> None:
    written = comparison.write_csv(out) if out is not None else 0
    if as_json:
        print_json(comparison.manifest)
        return
    print_comparison(comparison)
    if out is not None:
        line(f"逐户变化 {written:,} 行已写入 {out}")
    elif any(rule["flips"] for rule in comparison.rules.values()):
        line("加 --out flips.csv 写出逐户清单")


def runs_command(as_json: bool = JSON) -> None:
    """已存的认定：编号、数据、查询日、规则。The stored runs."""
    runs = stored_runs(find_workspace())
    keys = ("id", "snapshot", "as_of", "rulebook", "created")
    if as_json:
        print_json([{k: run.manifest[k] for k in keys} for run in runs])
        return
    if not runs:
        line("还没有认定：运行 jingkai decide")
        return
    rows = [
        [
            run.id,
            run.manifest["snapshot"],
            str(run.as_of),
            run.manifest["rulebook"][:12],
            run.manifest["created"],
        ]
        for run in runs
    ]
    show_table(f"{len(runs)} 次认定", ["编号", "数据", "查询日", "规则", "时间"], rows)
