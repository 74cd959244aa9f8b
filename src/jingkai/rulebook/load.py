"""Reads rule files and layers into a checked `Rulebook`, or says everything that is wrong."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from jingkai import __version__
from jingkai.errors import Finding, JingkaiError
from jingkai.rulebook.assessment import check_assessments
from jingkai.rulebook.check import Settings, check_rule
from jingkai.rulebook.errors import RulebookError
from jingkai.rulebook.model import Ending, Measure, RuleSource
from jingkai.rulebook.order import order_rules
from jingkai.rulebook.reform import ReformFile, patch_rules
from jingkai.rulebook.rule import Rule, Rulebook, RuleText
from jingkai.rulebook.scope import RuleType
from jingkai.rulebook.together import check_together
from jingkai.vocabulary import (
    PLAIN,
    SourceFile,
    Unit,
    Vocabulary,
    load_vocabulary,
    read_yaml,
)
from jingkai.vocabulary.load import validation_findings

__all__ = ["Layers", "check_layers", "load_rulebook", "read_layers", "rulebook_hash"]

_PARAMETERS = "parameters.yaml"
_ENDED = "ended.yaml"
_MEASURE = "measure.yaml"


@dataclass(slots=True)
class Layers:
    """The files of every layer, read but not yet checked.

    Parameters
    ----------
    rules
        By name the rule files, lowest layer first: file, content, layer.
    settings
        By rule and parameter (or ``window``) the value a layer gives, and the layer.
    ended
        By rule what ends it, and in which layer.
    """

    rules: dict[str, list[tuple[SourceFile, RuleSource, str]]] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    settings: Settings = field(default_factory=dict)
    ended: dict[str, tuple[Ending, str]] = field(default_factory=dict)


def load_rulebook(
    folders: Sequence[Path],
    *,
    vocabulary: Vocabulary | None = None,
    extra: Iterable[Path] = (),
    examples_needed: bool = True,
    reform: ReformFile | None = None,
) -> Rulebook:
    """Load the layers of rules, package first, each may add rules and set parameters.

    Parameters
    ----------
    folders
        Folders of rule files, searched recursively; a later one is a higher layer.
    vocabulary
        The data dictionary; the package's own by default.
    extra
        Single files to check as one more layer.
    examples_needed
        Whether a rule without its three examples is an error.
    reform
        What to change before the rules are checked.

    Raises
    ------
    RulebookError
        With every finding: file, line, what, and how to mend it.
    """
    vocabulary = vocabulary or load_vocabulary()
    findings: list[Finding] = []
    named = [
        ("package" if i == 0 else f.name, sorted(f.rglob("*.yaml"))) for i, f in enumerate(folders)
    ]
    named.append(("workspace", list(extra)))
    layers = read_layers(named, findings)
    identity = rulebook_hash(path for _, paths in named for path in paths)
    if reform is not None:
        _reform(reform, layers, findings)
        identity = hashlib.sha256(f"{identity}\0{reform.hash}".encode()).hexdigest()
    checked = check_layers(layers, vocabulary, identity, findings, examples_needed=examples_needed)
    return replace(checked, texts=() if reform else _texts(folders, named))


def read_layers(named: Iterable[tuple[str, Iterable[Path]]], findings: list[Finding]) -> Layers:
    """Read the files of layers, lowest first; what cannot be read becomes a finding.

    Parameters
    ----------
    named
        Pairs of a layer's name and its files.
    findings
        Where findings are added.
    """
    layers = Layers()
    for layer, paths in named:
        for path in paths:
            try:
                _read_file(path, layer, layers, findings)
            except JingkaiError as error:
                findings.append(Finding(error.what, error.where, error.hint, error.code))
    return layers


def check_layers(
    layers: Layers,
    vocabulary: Vocabulary,
    identity: str,
    findings: list[Finding],
    *,
    examples_needed: bool = True,
) -> Rulebook:
    """Check every rule of some layers.

    Parameters
    ----------
    layers, vocabulary
        What was read, and what its names mean.
    identity
        The rulebook's hash.
    findings
        What reading them found already.

    Raises
    ------
    RulebookError
        With every finding: file, line, what, and how to mend it.
    """
    rules = _check_all(layers, vocabulary, findings, examples_needed)
    _check_measures(layers, findings)
    sources = {n: s[-1][0] for n, s in layers.rules.items()}
    check_together(rules, sources, findings)
    check_assessments(rules, sources, findings)
    ordered = order_rules(rules, findings)
    if findings:
        raise RulebookError(
            f"规则有{len(findings)}处错误", findings=findings, hint="按提示的行修改"
        )
    return Rulebook(ordered, layers.measures, vocabulary, identity)


def _texts(
    folders: Sequence[Path], named: Sequence[tuple[str, Sequence[Path]]]
) -> tuple[RuleText, ...]:
    """Return the text of every file, so that a run can keep the rules that it was made with."""
    return tuple(
        RuleText(
            place,
            layer,
            str(path.relative_to(folders[place])) if place < len(folders) else path.name,
            path.read_text("utf-8"),
        )
        for place, (layer, paths) in enumerate(named)
        for path in paths
    )


def _reform(reform: ReformFile, layers: Layers, findings: list[Finding]) -> None:
    for path in reform.paths:
        layers.rules.pop(path.stem, None)  # a reform may replace what a layer may not
        _read_file(path, "reform", layers, findings)
    patch_rules(reform, layers.rules, layers.settings, findings)


def rulebook_hash(files: Iterable[Path]) -> str:
    """Return the identity of rule files and of the vocabulary that they are read with."""
    digest = hashlib.sha256(__version__.encode())
    shipped = sorted((Path(__file__).parents[1] / "vocabulary").rglob("*.yaml"))
    for path in [*shipped, *files]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _read_file(path: Path, layer: str, layers: Layers, findings: list[Finding]) -> None:
    source = read_yaml(path)
    if source.data is None and path.name in (_PARAMETERS, _ENDED):
        return
    if not isinstance(source.data, dict):
        findings.append(Finding("the file is no rule", source.name, "start with `rule: NAME`"))
        return
    try:
        if path.name == _PARAMETERS:
            _read_settings(source, layer, layers.settings, findings)
        elif path.name == _ENDED:
            layers.ended |= {n: (Ending(**e), layer) for n, e in source.data.items()}
        elif path.name == _MEASURE:
            measure = Measure(**source.data)
            layers.measures[measure.measure] = measure
        else:
            _add_rule(source, RuleSource(**source.data), layer, layers, findings)
    except (ValidationError, TypeError) as error:
        if isinstance(error, TypeError):
            findings.append(Finding(str(error), source.name, "write `rule: {from: day, why: ...}`"))
        else:
            findings += validation_findings(error, source)


def _read_settings(
    source: SourceFile, layer: str, settings: Settings, findings: list[Finding]
) -> None:
    for rule, values in (source.data or {}).items():
        if not isinstance(values, dict):
            findings.append(
                Finding(
                    f"`{rule}` sets nothing", source.where(rule), "write `rule: {parameter: value}`"
                )
            )
            continue
        for name, value in values.items():
            given = tuple(map(str, value)) if isinstance(value, list) else str(value)
            settings.setdefault(rule, {})[name] = (given, layer)


def _add_rule(
    source: SourceFile, rule: RuleSource, layer: str, layers: Layers, findings: list[Finding]
) -> None:
    if source.path.stem != rule.rule:
        findings.append(
            Finding(
                f"the rule `{rule.rule}` lies in {source.path.name}",
                source.where("rule"),
                f"name the file {rule.rule}.yaml",
                "file_name",
            )
        )
    below = layers.rules.setdefault(rule.rule, [])
    if below and below[-1][2] == layer:
        other = below[-1][0].name
        findings.append(
            Finding(f"rule `{rule.rule}` is also in {other}", source.where("rule"), "rename one")
        )
    elif below and rule.replaces is None:
        findings.append(
            Finding(
                f"rule `{rule.rule}` of the layer {below[-1][2]} would be changed silently",
                source.where("rule"),
                "add `replaces: {from: DAY, why: DOCUMENT}`, or name the rule anew",
                "replaces",
            )
        )
    elif not below and rule.replaces is not None:
        findings.append(
            Finding(
                f"no layer below has a rule `{rule.rule}` to replace",
                source.where("replaces"),
                "take `replaces` out",
                "replaces",
            )
        )
    below.append((source, rule, layer))


def _check_all(
    layers: Layers, vocabulary: Vocabulary, findings: list[Finding], examples_needed: bool
) -> dict[str, Rule]:
    types = {name: _rule_type(rules[-1][1]) for name, rules in layers.rules.items()}
    for name in [*(layers.settings.keys() - types.keys()), *(layers.ended.keys() - types.keys())]:
        near = difflib.get_close_matches(name, types, 1)
        hint = f"did you mean `{near[0]}`?" if near else "see `jingkai rules list`"
        what = "parameters are set for" if name in layers.settings else "a layer ends"
        findings.append(Finding(f"{what} an unknown rule `{name}`", hint=hint))
    checked: dict[str, Rule] = {}
    for name, versions in layers.rules.items():
        for source, rule, layer in versions:
            given = layers.settings.get(name, {})
            if rule is not versions[-1][1]:
                given = {k: v for k, v in given.items() if k in rule.parameters}
            result = check_rule(
                source, rule, layer, vocabulary, types, given, findings, examples_needed
            )
            if result is None:
                continue
            ended = layers.ended.get(name)
            checked[name] = replace(
                result, before=checked.get(name), ended=ended[0] if ended else None
            )
    return checked


def _rule_type(rule: RuleSource) -> RuleType:
    try:
        unit = Unit.parse(rule.unit) if rule.unit else PLAIN
    except JingkaiError:
        unit = PLAIN  # reported by check_rule with its line
    if rule.kind in ("score", "assessment"):
        unit = Unit.parse("分")
    return RuleType(rule.entity, rule.kind, unit, tuple(g.id for g in rule.groups))


def _check_measures(layers: Layers, findings: list[Finding]) -> None:
    measures = layers.measures
    if not measures:
        return
    for source, rule, layer in (version for rules in layers.rules.values() for version in rules):
        if layer != "package":
            continue
        measure = measures.get(rule.measure)
        if measure is None:
            what = f"there is no measure `{rule.measure}`"
            hint = "add its measure.yaml, or name one of " + ", ".join(sorted(measures))
        elif rule.rule not in (measure.indicators if rule.kind == "indicator" else measure.rules):
            part = "indicators" if rule.kind == "indicator" else "rules"
            what = f"measure `{rule.measure}` does not list `{rule.rule}`"
            hint = f"add it under `{part}:` of its measure.yaml"
        else:
            continue
        findings.append(Finding(what, source.where("measure"), hint))
    for measure in measures.values():
        for name in (*measure.rules, *measure.indicators):
            if name not in layers.rules:
                what = f"measure `{measure.measure}` lists `{name}`, which is no rule"
                findings.append(Finding(what, hint="take it out of its measure.yaml"))
