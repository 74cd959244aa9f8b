"""What every command opens: the workspace, its rules with their layers, its newest run."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path
from typing import Literal

import typer

from jingkai.engine.run import decide
from jingkai.engine.store import DecisionRun
from jingkai.errors import JingkaiError
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook, stored_rulebook, strict_rulebook
from jingkai.workspace import Workspace

__all__ = ["Language", "find_rule", "find_workspace", "open_rulebook", "open_run", "read_day"]


def find_workspace() -> Workspace:
    """Return the workspace that the current folder lies in."""
    return Workspace.find(Path.cwd())


def open_rulebook(workspace: Workspace | None) -> Rulebook:
    """Return the package's rules with the workspace's layer."""
    return stored_rulebook([policies_folder(), *(workspace.layers if workspace else [])])


def find_rule(rulebook: Rulebook, name: str) -> Rule:
    """Return a rule by name.

    Raises
    ------
    JingkaiError
        If there is none; with the nearest name.
    """
    if name not in rulebook.rules:
        near = difflib.get_close_matches(name, rulebook.rules, 1)
        raise JingkaiError(
            f"没有规则“{name}”", hint=f"是不是 {near[0]}？" if near else "见 `jingkai rules list`"
        )
    return rulebook.rules[name]


def open_run(
    workspace: Workspace, as_of: date | None, *, strict: bool = False
) -> tuple[Rulebook, Snapshot, DecisionRun]:
    """Return the rules, the newest snapshot and its run as of a date, decided now if need be."""
    snapshot = Snapshot.current(workspace)
    day = as_of or snapshot.as_of
    rulebook = open_rulebook(workspace).on(day)
    if strict:
        rulebook = strict_rulebook(rulebook)
    return rulebook, snapshot, decide(workspace, snapshot, rulebook, day)


def read_day(text: str | None) -> date | None:
    """Read a date option.

    Raises
    ------
    JingkaiError
        If it is no date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise JingkaiError(f"“{text}”不是日期", hint="写成 2026-06-30") from error


Language = Literal["zh", "en"]
AS_OF = typer.Option(None, "--as-of", help="查询日，如 2026-06-30；默认为数据日期")
JSON = typer.Option(False, "--json", help="输出 JSON")
STRICT = typer.Option(False, "--strict", help="未核实的数字和条件按未知处理")
LANG = typer.Option("zh", "--lang", help="zh 或 en")
