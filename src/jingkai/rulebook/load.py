"""Reads rule files and layers into a checked `Rulebook`, or says everything that is wrong."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from jingkai import __version__
from jingkai.errors import Finding, JingkaiError
from jingkai.rulebook.check import check_rule
from jingkai.rulebook.errors import RulebookError
from jingkai.rulebook.model import Measure, RuleSource
from jingkai.rulebook.order import order_rules
from jingkai.rulebook.rule import Rule, Rulebook
from jingkai.rulebook.scope import RuleType
from jingkai.vocabulary import (
    PLAIN,
    SourceFile,
    Unit,
    Vocabulary,
    load_vocabulary,
    read_yaml,
)
from jingkai.vocabulary.load import validation_findings

__all__ = ["load_rulebook", "rulebook_hash"]

_PARAMETERS = "parameters.yaml"
_MEASURE = "measure.yaml"


def load_rulebook(
    folders: Sequence[Path],
    *,
    vocabulary: Vocabulary | None = None,
    extra: Iterable[Path] = (),
    examples_needed: bool = True,
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

    Raises
    ------
    RulebookError
        With every finding: file, line, what, and how to mend it.
    """
    vocabulary = vocabulary or load_vocabulary()
    findings: list[Finding] = []
    sources: dict[str, tuple[SourceFile, RuleSource, str]] = {}
    measures: dict[str, Measure] = {}
    settings: dict[str, dict[str, tuple[str, str]]] = {}
    layers = [
        ("package" if i == 0 else f.name, sorted(f.rglob("*.yaml"))) for i, f in enumerate(folders)
    ]
    layers.append(("workspace", list(extra)))
    for layer, paths in layers:
        for path in paths:
            try:
                _read_file(path, layer, sources, measures, settings, findings)
            except JingkaiError as error:
                findings.append(Finding(error.what, error.where, error.hint, error.code))
    rules = _check_all(sources, settings, vocabulary, findings, examples_needed)
    _check_measures(measures, sources, findings)
    ordered = order_rules(rules, findings)
    if findings:
        raise RulebookError(
            f"{len(findings)} error(s) in the rules", findings=findings, hint="mend the lines named"
        )
    files = [path for _, paths in layers for path in paths]
    return Rulebook(ordered, measures, vocabulary, rulebook_hash(files))


def rulebook_hash(files: Iterable[Path]) -> str:
    """Return the identity of rule files and of the vocabulary that they are read with."""
    digest = hashlib.sha256(__version__.encode())
    shipped = sorted((Path(__file__).parents[1] / "vocabulary").rglob("*.yaml"))
    for path in [*shipped, *files]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _read_file(
    path: Path,
    layer: str,
    sources: dict[str, tuple[SourceFile, RuleSource, str]],
    measures: dict[str, Measure],
    settings: dict[str, dict[str, tuple[str, str]]],
    findings: list[Finding],
) -> None:
    source = read_yaml(path)
    if source.data is None and path.name == _PARAMETERS:
        return
    if not isinstance(source.data, dict):
        findings.append(Finding("the file is no rule", source.name, "start with `rule: NAME`"))
        return
    try:
        if path.name == _PARAMETERS:
            _read_settings(source, layer, settings, findings)
        elif path.name == _MEASURE:
            measure = Measure(**source.data)
            measures[measure.measure] = measure
        else:
            _add_rule(source, RuleSource(**source.data), layer, sources, findings)
    except ValidationError as error:
        findings += validation_findings(error, source)


def _read_settings(
    source: SourceFile,
    layer: str,
    settings: dict[str, dict[str, tuple[str, str]]],
    findings: list[Finding],
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
            settings.setdefault(rule, {})[name] = (str(value), layer)


def _add_rule(
    source: SourceFile,
    rule: RuleSource,
    layer: str,
    sources: dict[str, tuple[SourceFile, RuleSource, str]],
    findings: list[Finding],
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
    if rule.rule in sources and sources[rule.rule][2] == layer:
        other = sources[rule.rule][0].name
        findings.append(
            Finding(f"rule `{rule.rule}` is also in {other}", source.where("rule"), "rename one")
        )
    sources[rule.rule] = (source, rule, layer)


def _check_all(
    sources: dict[str, tuple[SourceFile, RuleSource, str]],
    settings: dict[str, dict[str, tuple[str, str]]],
    vocabulary: Vocabulary,
    findings: list[Finding],
    examples_needed: bool,
) -> dict[str, Rule]:
    types = {name: _rule_type(rule) for name, (_, rule, _) in sources.items()}
    for name in settings.keys() - sources.keys():
        near = difflib.get_close_matches(name, sources, 1)
        hint = f"did you mean `{near[0]}`?" if near else "see `jingkai rules list`"
        findings.append(Finding(f"parameters are set for an unknown rule `{name}`", hint=hint))
    checked = {}
    for name, (source, rule, layer) in sources.items():
        result = check_rule(
            source,
            rule,
            layer,
            vocabulary,
            types,
            settings.get(name, {}),
            findings,
            examples_needed,
        )
        if result is not None:
            checked[name] = result
    return checked


def _rule_type(rule: RuleSource) -> RuleType:
    try:
        unit = Unit.parse(rule.unit) if rule.unit else PLAIN
    except JingkaiError:
        unit = PLAIN  # reported by check_rule with its line
    if rule.kind == "score":
        unit = Unit.parse("分")
    return RuleType(rule.entity, rule.kind, unit, tuple(g.id for g in rule.groups))


def _check_measures(
    measures: dict[str, Measure],
    sources: dict[str, tuple[SourceFile, RuleSource, str]],
    findings: list[Finding],
) -> None:
    if not measures:
        return
    for source, rule, layer in sources.values():
        if rule.measure not in measures and layer == "package":
            findings.append(
                Finding(
                    f"there is no measure `{rule.measure}`",
                    source.where("measure"),
                    "add its measure.yaml, or name one of " + ", ".join(sorted(measures)),
                )
            )
