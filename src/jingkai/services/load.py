"""Reads item and bundle files, package first and then a zone's layer, into a checked `Catalogue`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from jingkai.errors import Finding, JingkaiError
from jingkai.rulebook import Rulebook
from jingkai.services.catalogue import Bundle, Catalogue, Item
from jingkai.services.check import ItemChecker
from jingkai.services.critical_path import longest_way
from jingkai.services.errors import CalendarError, CatalogueError
from jingkai.services.item import BundleSource, ItemSource, ZoneServices
from jingkai.services.law import licensing_law
from jingkai.services.working_days import WorkingCalendar
from jingkai.vocabulary import SourceFile, read_yaml
from jingkai.vocabulary.load import validation_findings

__all__ = ["item_folders", "load_catalogue"]

_SETTINGS = "settings.yaml"
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(slots=True)
class _Files:
    """What was read: by name the versions of an item (lowest layer first), bundles, a zone's settings."""

    items: dict[str, list[tuple[SourceFile, ItemSource, str]]] = field(default_factory=dict)
    bundles: dict[str, tuple[SourceFile, BundleSource, str]] = field(default_factory=dict)
    settings: ZoneServices = field(default_factory=ZoneServices)
    settings_file: SourceFile | None = None


def item_folders(zone: Path | None = None) -> list[Path]:
    """Return the folders of items and bundles: the package's, then a zone's where it has one."""
    here = Path(__file__).parent
    own = [here / "items", here / "bundles"]
    return [*own, zone] if zone is not None and zone.is_dir() else own


def load_catalogue(
    rulebook: Rulebook, folders: Sequence[Path] | None = None, extra: Sequence[Path] = ()
) -> Catalogue:
    """Load and check every item and bundle.

    Parameters
    ----------
    rulebook
        Gives the vocabulary and the rules whose rights items pay out.
    folders
        As `item_folders` gives them; the package's own two come first, later ones are the zone's.
    extra
        Single files to check as one more layer.

    Raises
    ------
    CatalogueError
        With every finding: file, line, what, and how to mend it.
    """
    findings: list[Finding] = []
    files = _Files()
    for i, folder in enumerate(folders if folders is not None else item_folders()):
        for path in sorted(folder.rglob("*.yaml")):
            _read(path, "package" if i < 2 else folder.name, files, findings)
    for path in extra:
        _read(path, "workspace", files, findings)
    found = _catalogue(files, rulebook, findings)
    if findings:
        what = f"事项有 {len(findings)} 处错误"
        raise CatalogueError(what, findings=findings, hint="按提示的行修改")
    return found


def _read(path: Path, layer: str, files: _Files, findings: list[Finding]) -> None:
    try:
        file = read_yaml(path)
    except JingkaiError as error:
        findings.append(Finding(error.what, error.where, error.hint, error.code))
        return
    if not isinstance(file.data, dict):
        if file.data is not None or path.name != _SETTINGS:
            findings.append(Finding("文件不是事项", file.name, "以 `item: 名称` 开头"))
    elif path.name == _SETTINGS:
        files.settings = _parsed(ZoneServices, file, findings) or files.settings
        files.settings_file = file
    elif "bundle" in file.data:
        bundle = _parsed(BundleSource, file, findings)
        if bundle is not None:
            _add_bundle(file, bundle, layer, files, findings)
    else:
        item = _parsed(ItemSource, file, findings)
        if item is not None:
            _add_item(file, item, layer, files, findings)


def _parsed(model: type[_Model], file: SourceFile, findings: list[Finding]) -> _Model | None:
    try:
        return model(**file.data)
    except ValidationError as error:
        findings += validation_findings(error, file)
        return None


def _add_item(
    file: SourceFile, item: ItemSource, layer: str, files: _Files, findings: list[Finding]
) -> None:
    below = files.items.setdefault(item.item, [])
    where = file.where("item")
    if below and below[-1][2] == layer:
        findings.append(Finding(f"事项 `{item.item}` 已在 {below[-1][0].name} 中", where, "改名"))
    elif below and item.replaces is None:
        what = f"事项 `{item.item}` 会不声不响地改掉下层的同名事项"
        findings.append(Finding(what, where, "加 `replaces: {from: 日期, why: 文件}`，或改名"))
    elif not below and item.replaces is not None:
        what = f"下层没有事项 `{item.item}` 可以替代"
        findings.append(Finding(what, file.where("replaces"), "删去 replaces"))
    below.append((file, item, layer))


def _add_bundle(
    file: SourceFile, bundle: BundleSource, layer: str, files: _Files, findings: list[Finding]
) -> None:
    where = file.where("bundle")
    if file.path.stem != bundle.bundle:
        what = f"“一件事” `{bundle.bundle}` 写在 {file.path.name} 中"
        findings.append(Finding(what, where, f"文件名改为 {bundle.bundle}.yaml"))
    if bundle.bundle in files.bundles:
        other = files.bundles[bundle.bundle][0].name
        findings.append(Finding(f"“一件事” `{bundle.bundle}` 已在 {other} 中", where, "改名"))
    files.bundles[bundle.bundle] = (file, bundle, layer)


def _catalogue(files: _Files, rulebook: Rulebook, findings: list[Finding]) -> Catalogue:
    law, settings = licensing_law(), files.settings
    items = _items(files, ItemChecker(rulebook, law, frozenset(files.items), findings))
    _same_originals(items, findings)
    bundles = {
        name: Bundle(source, file.where("bundle"), layer, items, _trips(source, settings))
        for name, (file, source, layer) in files.bundles.items()
    }
    for name, bundle in bundles.items():
        _check_bundle(bundle, files.bundles[name][0], findings)
    _check_settings(files, findings)
    warning = law.warning.days if settings.warning is None else settings.warning
    return Catalogue(items, bundles, law, warning, _calendar(files, findings))


def _items(files: _Files, checker: ItemChecker) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for name, versions in files.items.items():
        for i, (file, source, layer) in enumerate(versions):
            given = files.settings.items.get(name) if i == len(versions) - 1 else None
            found = checker.item(file, source, layer, given)
            items[name] = replace(found, before=items.get(name))
    return items


def _trips(source: BundleSource, settings: ZoneServices) -> int | None:
    return settings.bundles.get(source.bundle, source.trips)


def _same_originals(items: dict[str, Item], findings: list[Finding]) -> None:
    """Materials of one id in several items are one and the same: their names must be, too."""
    seen: dict[str, tuple[str, str]] = {}
    for item in items.values():
        for m in item.materials:
            other = seen.setdefault(m.id, (m.title.zh, item.id))
            if other[0] != m.title.zh:
                what = f"材料 `{m.id}` 在 `{other[1]}` 中名为“{other[0]}”，这里名为“{m.title.zh}”"
                findings.append(Finding(what, item.place, "同一材料用同一名称，不同的改 id"))


def _check_bundle(bundle: Bundle, file: SourceFile, findings: list[Finding]) -> None:
    names = [p.item for p in bundle.parts]
    for i, part in enumerate(bundle.parts):
        for name in (part.item, *part.after):
            known = bundle.items if name == part.item else names
            if name not in known:
                near = difflib.get_close_matches(name, list(known), 1)
                hint = f"是不是 `{near[0]}`？" if near else "after 只能是本“一件事”中的事项"
                where = file.where("items", i)
                findings.append(Finding(f"没有事项 `{name}`", where, hint, "unknown"))
        if names.index(part.item) != i:
            findings.append(
                Finding(f"事项 `{part.item}` 写了两次", file.where("items", i), "删去一个")
            )
    try:
        after = {p.item: [a for a in p.after if a in names] for p in bundle.parts}
        longest_way(dict.fromkeys(names, 0), after)
    except CycleError as error:
        what = f"事项互相等待：{' → '.join(error.args[1])}"
        findings.append(Finding(what, file.where("items"), "删去一个 after"))


def _check_settings(files: _Files, findings: list[Finding]) -> None:
    pairs: list[tuple[str, str, Any]] = [
        *(("items", n, files.items) for n in files.settings.items),
        *(("bundles", n, files.bundles) for n in files.settings.bundles),
    ]
    for part, name, known in pairs:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"是不是 `{near[0]}`？" if near else "见 `jingkai services list`"
            where = files.settings_file.where(part, name) if files.settings_file else ""
            findings.append(Finding(f"设定了没有的事项 `{name}`", where, hint, "unknown"))


def _calendar(files: _Files, findings: list[Finding]) -> WorkingCalendar:
    try:
        return WorkingCalendar(files.settings.calendar)
    except CalendarError as error:
        where = files.settings_file.where("calendar") if files.settings_file else ""
        findings.append(Finding(error.what, where, error.hint, error.code))
        return WorkingCalendar()
