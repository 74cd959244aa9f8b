"""A reform (改革方案): the named way to change figures, dates or whole rules, and ask what follows."""

from __future__ import annotations

import copy
import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from jingkai.errors import Finding
from jingkai.rulebook.errors import RulebookError
from jingkai.rulebook.model import DatedValue, RuleSource, Step, Text, _Model
from jingkai.vocabulary import Label, SourceFile, read_yaml
from jingkai.vocabulary.load import validation_findings

__all__ = ["Reform", "ReformFile", "patch_rules", "read_reform"]

_FORMS = ("value", "values", "bands", "table", "codes", "set_by", "default", "unit")
#: What described the figure that goes: it is not said of the one that comes.
_GROUNDS = ("verified", "evidence", "checked", "note")

#: A rule as the loader holds it: its file, its content, its layer.
Read = tuple[SourceFile, RuleSource, str]


class BandsPatch(_Model):
    """New steps of a banded parameter; `by` only where it changes."""

    by: Text | None = None
    steps: tuple[Step, ...]


class ParameterPatch(_Model):
    """A parameter's new figure, in one form; rows of a `table` replace those of their codes."""

    value: Text | None = None
    values: tuple[DatedValue, ...] = ()
    bands: BandsPatch | None = None
    table: dict[str, Text] | None = None
    codes: tuple[Text, ...] | None = None
    basis: str = ""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"value": data}

    @model_validator(mode="after")
    def _one_form(self) -> ParameterPatch:
        given = [self.value, self.values or None, self.bands, self.table, self.codes]
        if sum(form is not None for form in given) != 1:
            raise ValueError("give exactly one of value, values, bands, table, codes")
        return self


class BasisPatch(_Model):
    """A rule's new first or last day in force; `to: null` leaves it open."""

    from_: date | None = Field(default=None, alias="from")
    to: date | None = None


class Reform(_Model):
    """A reform as written: figures, dates and rules that change, and why.

    Parameters
    ----------
    parameters
        By rule and parameter the new figure.
    basis
        By rule the new dates.
    rules
        Rule files that replace the rule of their name or add one; paths from the reform's folder.
    end
        Rules that are in force no more.
    """

    reform: str
    title: Label
    why: Label
    parameters: dict[str, dict[str, ParameterPatch]] = Field(default_factory=dict)
    basis: dict[str, BasisPatch] = Field(default_factory=dict)
    rules: tuple[str, ...] = ()
    end: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReformFile:
    """A reform with its file, the rule files it names, and the hash of them all."""

    content: Reform
    source: SourceFile
    paths: tuple[Path, ...]
    hash: str


@dataclass(slots=True)
class _Patched(SourceFile):
    """A rule file some of whose values come from a reform: findings name the reform's line."""

    patches: dict[tuple[str | int, ...], tuple[SourceFile, tuple[str | int, ...]]] = field(
        default_factory=dict
    )

    def where(self, *keys: str | int) -> str:
        """Return ``file:line`` of a value, in the reform where it comes from there."""
        for end in range(len(keys), 0, -1):
            if keys[:end] in self.patches:
                source, path = self.patches[keys[:end]]
                return source.where(*path, *keys[end:])
        return SourceFile.where(self, *keys)


def read_reform(path: Path) -> ReformFile:
    """Read a reform.

    Raises
    ------
    RulebookError
        If the file or a rule file it names is not there, or it says something else than a reform.
    SourceError
        If it is no YAML.
    """
    if not path.is_file():
        raise RulebookError("没有这个改革方案文件", where=str(path), hint="检查文件名")
    source = read_yaml(path.resolve())
    if not isinstance(source.data, dict):
        raise RulebookError("the file is no reform", where=source.name, hint="start with `reform:`")
    try:
        content = Reform(**source.data)
    except ValidationError as error:
        raise RulebookError(
            "the reform cannot be read",
            findings=validation_findings(error, source),
            hint="mend the lines named",
        ) from error
    paths = tuple(path.parent / name for name in content.rules)
    for i, missing in enumerate(paths):
        if not missing.is_file():
            raise RulebookError(
                f"there is no rule file {content.rules[i]}",
                where=source.where("rules", i),
                hint="write the path from the reform's own folder",
            )
    digest = hashlib.sha256()
    for file in (path, *paths):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return ReformFile(content, source, paths, digest.hexdigest())


def patch_rules(
    reform: ReformFile,
    rules: dict[str, list[Read]],
    settings: dict[str, dict[str, Any]],
    findings: list[Finding],
) -> None:
    """Change rules as a reform says, before they are checked.

    Parameters
    ----------
    reform
        What changes.
    rules
        By name the rule in each layer that has it; changed in place.
    settings
        By rule and parameter what layers set; a figure of the reform stands for it.
    findings
        Where unknown names are reported, with the reform's line.
    """
    content, named = reform.content, {}
    for part in ("parameters", "basis"):
        for name in getattr(content, part):
            named[name] = (part, name)
    named |= {name: ("end", i) for i, name in enumerate(content.end)}
    for name, place in named.items():
        if name not in rules:
            findings.append(_unknown(f"rule `{name}`", name, rules, reform.source.where(*place)))
            continue
        _unknown_parameters(name, reform, rules[name], findings)
        for patch in content.parameters.get(name, {}):
            settings.get(name, {}).pop(patch, None)
        rules[name] = [_patched(name, read, reform, findings) for read in rules[name]]


def _unknown(what: str, name: str, known: Iterable[str], where: str) -> Finding:
    near = difflib.get_close_matches(name, list(known), 1)
    hint = f"did you mean `{near[0]}`?" if near else "see `jingkai rules list`"
    return Finding(f"the reform changes an unknown {what}", where, hint, "unknown_name")


def _unknown_parameters(
    name: str, reform: ReformFile, reads: list[Read], findings: list[Finding]
) -> None:
    known = {p for _, rule, _ in reads for p in rule.parameters}
    for parameter in reform.content.parameters.get(name, {}).keys() - known:
        where = reform.source.where("parameters", name, parameter)
        findings.append(_unknown(f"parameter `{name}.{parameter}`", parameter, known, where))


def _patched(name: str, read: Read, reform: ReformFile, findings: list[Finding]) -> Read:
    """Return a rule's file and content with the reform's figures and dates in it."""
    source, rule, layer = read
    data: dict[str, Any] = copy.deepcopy(source.data)
    patches: dict[tuple[str | int, ...], tuple[SourceFile, tuple[str | int, ...]]] = {}
    words = reform.source.data
    for parameter, new in (words.get("parameters") or {}).get(name, {}).items():
        if parameter in rule.parameters:
            place = ("parameters", name, parameter)
            patches["parameters", parameter] = (reform.source, place)
            data["parameters"][parameter] = _figure(data["parameters"][parameter], new)
    for end, day in (words.get("basis") or {}).get(name, {}).items():
        patches["basis", end] = (reform.source, ("basis", name, end))
        data["basis"][end] = day
    if name in reform.content.end:
        patches["basis", "to"] = (reform.source, ("end", reform.content.end.index(name)))
        data["basis"]["to"] = (rule.basis.from_ - timedelta(days=1)).isoformat()
        data.pop("window", None)  # no round of applications keeps an ended rule alive
    changed = _Patched(source.path, data, source.lines, patches)
    try:
        return changed, RuleSource(**data), layer
    except ValidationError as error:
        findings += validation_findings(error, changed)
        return read


def _figure(old: dict[str, Any], new: Any) -> dict[str, Any]:
    given = new if isinstance(new, dict) else {"value": new}
    kept = {k: v for k, v in old.items() if k not in (*_FORMS, *_GROUNDS)}
    if "bands" in given:
        by = (old.get("bands") or {}).get("by")
        given = {**given, "bands": {"by": by, **given["bands"]}}
    if "table" in given:
        given = {**given, "table": {**(old.get("table") or {}), **given["table"]}}
    else:
        kept.pop("by", None)
    return {**kept, **given}
