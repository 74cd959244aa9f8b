"""Reads the data dictionary's YAML files into one `Vocabulary`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jingkai.errors import Finding, JingkaiError
from jingkai.vocabulary.model import Entity, Fact, Label, Office, Title
from jingkai.vocabulary.source import SourceFile, read_yaml

_PARTS = ("entity", "facts", "sources", "materials")

__all__ = ["CodeList", "Vocabulary", "VocabularyError", "load_vocabulary", "validation_findings"]


class VocabularyError(JingkaiError):
    """A data dictionary that cannot be used."""

    code = "vocabulary"


@dataclass(frozen=True, slots=True)
class CodeList:
    """A hierarchical list of codes (代码表): a code lies under each of its prefixes."""

    id: str
    names: dict[str, str]
    open_below: bool = True  #: longer codes under a listed one are taken too

    def valid(self, code: str) -> bool:
        """Whether a code is listed, or lies below a listed division."""
        if code in self.names:
            return True
        parts = (code[:n] for n in range(len(code) - 1, 1, -1))
        return self.open_below and code[1:].isdigit() and any(part in self.names for part in parts)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every entity, title, office and code list, and where each fact was defined."""

    entities: dict[str, Entity]
    titles: dict[str, Title]
    offices: dict[str, Office]
    codes: dict[str, CodeList]
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def fact(self, entity: str, name: str) -> Fact | None:
        """Return a fact by entity and name, None if there is none."""
        return self.entities[entity].facts.get(name) if entity in self.entities else None

    def entity_named(self, text: str) -> Entity | None:
        """Return an entity by id, plural (``enterprises``, ``penalties``) or Chinese title."""
        for entity in self.entities.values():
            if text in (entity.id, entity.plural, entity.title.zh):
                return entity
        return None

    def code_list(self, fact: Fact) -> CodeList | None:
        """Return the codes a code fact may take, None where any text goes."""
        if isinstance(fact.codes, dict):
            names = {code: label.zh for code, label in fact.codes.items()}
            return CodeList(fact.name, names, open_below=False)
        return self.codes.get(fact.codes) if fact.codes else None


@cache
def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """Load the dictionary that the package ships, or another folder of the same shape.

    Raises
    ------
    VocabularyError
        With every finding at once: file, line, and what to mend.
    """
    folder = folder or Path(__file__).parent
    findings: list[Finding] = []
    offices = _offices(read_yaml(folder / "offices.yaml"))
    titles = _titles(read_yaml(folder / "titles.yaml"), findings)
    codes = {p.stem: _code_list(read_yaml(p)) for p in sorted((folder / "codes").glob("*.yaml"))}
    places: dict[tuple[str, str], str] = {}
    entities = _entities(sorted((folder / "facts").rglob("*.yaml")), places, findings)
    entities = _with_titles(entities, titles)
    vocabulary = Vocabulary(entities, titles, offices, codes, places)
    findings += _cross_checks(vocabulary)
    if findings:
        raise VocabularyError(
            "the data dictionary has errors", findings=findings, hint="mend the lines named"
        )
    return vocabulary


def validation_findings(
    error: ValidationError, source: SourceFile, *path: str | int
) -> list[Finding]:
    """Turn pydantic's errors into findings with file and line."""
    return [
        Finding(
            f"`{'.'.join(str(p) for p in e['loc']) or path[-1]}`: {e['msg']}",
            source.where(*path, *e["loc"]),
            _MENDS.get(e["type"], ""),
            code=e["type"],
        )
        for e in error.errors()
    ]


_MENDS = {
    "missing": "add it",
    "extra_forbidden": "take it out, or correct its spelling",
    "literal_error": "write one of these",
}


def _offices(source: SourceFile) -> dict[str, Office]:
    data = source.data.get("offices", source.data)
    return {key: Office(id=key, label=Label(**value)) for key, value in data.items()}


def _titles(source: SourceFile, findings: list[Finding]) -> dict[str, Title]:
    result = {}
    for key, value in (source.data.get("titles") or {}).items():
        try:
            result[key] = Title(id=key, **value)
        except ValidationError as error:
            findings += validation_findings(error, source, "titles", key)
    return result


def _code_list(source: SourceFile) -> CodeList:
    data = source.data.get("codes", source.data)
    return CodeList(
        source.path.stem, {k: v["zh"] if isinstance(v, dict) else v for k, v in data.items()}
    )


def _entities(
    paths: list[Path], places: dict[tuple[str, str], str], findings: list[Finding]
) -> dict[str, Entity]:
    heads: dict[str, dict[str, Any]] = {}
    facts: dict[str, dict[str, Fact]] = {}
    for path in paths:
        source = read_yaml(path)
        entity = source.data["entity"]
        head = {k: v for k, v in source.data.items() if k not in _PARTS}
        heads.setdefault(entity, {}).update(head)
        for name in source.data.get("facts") or {}:
            _add_fact(source, entity, name, facts.setdefault(entity, {}), places, findings)
    return {
        entity: Entity(id=entity, facts=facts.get(entity, {}), **head)
        for entity, head in heads.items()
        if "title" in head
    }


def _add_fact(
    source: SourceFile,
    entity: str,
    name: str,
    facts: dict[str, Fact],
    places: dict[tuple[str, str], str],
    findings: list[Finding],
) -> None:
    where = source.where("facts", name)
    if name in facts:
        findings.append(Finding(f"fact `{name}` is defined twice", where, "keep one", "twice"))
        return
    try:
        fact = Fact(name=name, entity=entity, **_spelled_out(source, name))
        if fact.numeric:
            _ = fact.symbol, fact.quantum
    except ValidationError as error:
        findings += validation_findings(error, source, "facts", name)
    except (JingkaiError, StopIteration) as error:
        findings.append(Finding(str(error) or "money needs a currency unit", where, code="unit"))
    else:
        facts[name] = fact
        places[entity, name] = where


def _spelled_out(source: SourceFile, name: str) -> dict[str, Any]:
    """Return a fact's words with the file's shared `sources` and `materials` put in."""
    words = dict(source.data["facts"][name])
    for key in ("source", "material"):
        shared = source.data.get(f"{key}s") or {}
        if isinstance(words.get(key), str):
            if words[key] not in shared:
                raise VocabularyError(f"no {key} `{words[key]}` at the head of the file")
            words[key] = shared[words[key]]
    return words


def _with_titles(entities: dict[str, Entity], titles: dict[str, Title]) -> dict[str, Entity]:
    for title in titles.values():
        entity = entities.get(title.entity)
        if entity:
            extra = {fact.name: fact for fact in title.facts()}
            entities[title.entity] = entity.model_copy(update={"facts": {**entity.facts, **extra}})
    return entities


def _cross_checks(vocabulary: Vocabulary) -> list[Finding]:
    findings = []
    for entity in vocabulary.entities.values():
        for fact in entity.facts.values():
            where = vocabulary.places.get((entity.id, fact.name), "titles.yaml")
            if fact.holder not in vocabulary.offices:
                findings.append(Finding(f"`{fact.name}`: no office `{fact.holder}`", where))
            if isinstance(fact.codes, str) and fact.codes not in vocabulary.codes:
                findings.append(Finding(f"`{fact.name}`: no code list `{fact.codes}`", where))
            if fact.type in ("money", "quantity") and not fact.unit:
                findings.append(Finding(f"`{fact.name}`: a {fact.type} needs a unit", where))
        findings += _event_checks(entity)
        if entity.established and entity.established not in entity.facts:
            findings.append(Finding(f"{entity.id}: no fact `{entity.established}`"))
    return findings


def _event_checks(entity: Entity) -> list[Finding]:
    """Return what is wrong with an entity's statement that its rows are events."""
    if entity.event is None:
        return []
    dated = entity.facts.get(entity.event.date)
    if entity.event.owner not in entity.references:
        return [Finding(f"{entity.id}: `{entity.event.owner}` refers to no entity")]
    if dated is None or dated.type != "date" or dated.yearly:
        return [Finding(f"{entity.id}: `{entity.event.date}` is no date")]
    return []
