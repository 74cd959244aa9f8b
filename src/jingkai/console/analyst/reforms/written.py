"""A reform as the rulebook reads it: a file of changed figures, rules ended, conditions taken out."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from jingkai.console.errors import ConsoleError
from jingkai.policies import policies_folder
from jingkai.rulebook import Rule, Rulebook, load_rulebook
from jingkai.rulebook.model import RuleSource
from jingkai.rulebook.reform import read_reform
from jingkai.workspace import Workspace

__all__ = ["reformed", "removable"]

_WORDS = {"zh": "页面上的改动", "en": "changed on the page"}


def removable(rule: Rule) -> list[str]:
    """Return the conditions that can be taken out: of a rule that asks for all of them, with one left."""
    if rule.kind not in ("eligibility", "amount", "duty") or rule.source.decide != "all":
        return []
    return [c.id for c in rule.conditions] if len(rule.conditions) > 1 else []


def reformed(workspace: Workspace, before: Rulebook, asked: dict[str, Any]) -> tuple[Rulebook, str]:
    """Return the rules after a reform, checked, and the reform's hash.

    Parameters
    ----------
    before
        The rules as they are.
    asked
        ``rule``, ``parameters`` (as a reform has them), ``drop`` (conditions), ``end``; the same always
        gives the same hash.

    Raises
    ------
    RulebookError
        With every finding, if the rules do not hold together so.
    """
    content: dict[str, Any] = {"reform": "page", "title": _WORDS, "why": _WORDS}
    if asked["parameters"]:
        content["parameters"] = {asked["rule"]: asked["parameters"]}
    if asked["end"]:
        content["end"] = [asked["rule"]]
    with tempfile.TemporaryDirectory() as folder:
        if asked["drop"]:
            content["rules"] = [f"{asked['rule']}.yaml"]
            source = _without(before.rules[asked["rule"]], set(asked["drop"]))
            Path(folder, content["rules"][0]).write_text(_text(source), "utf-8")
        path = Path(folder, "reform.yaml")
        path.write_text(_text(content), "utf-8")
        read = read_reform(path)
        rules = load_rulebook([policies_folder(), *workspace.layers], reform=read)
    return rules, read.hash


def _without(rule: Rule, drop: set[str]) -> dict[str, Any]:
    """Return a rule's file without some conditions, and without the figures that only they read."""
    if not drop <= set(removable(rule)) or len(drop) == len(rule.conditions):
        raise ConsoleError("这些条件不能取消", hint="至少留一个条件")
    source: RuleSource = rule.source
    data = source.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data["conditions"] = [c for c in data["conditions"] if c["id"] not in drop]
    kept = json.dumps({k: v for k, v in data.items() if k not in ("parameters", "examples")})
    data["parameters"] = {n: p for n, p in data.get("parameters", {}).items() if n in kept}
    return data


def _text(data: dict[str, Any]) -> str:
    """Return data as YAML, of which JSON is a part; the same data give the same text."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=False)
