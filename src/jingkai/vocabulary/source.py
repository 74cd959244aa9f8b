"""YAML read so that every value knows its line and no figure is rounded.

Only ``true``/``false``/``null`` are resolved; every other scalar stays the text that stands in the
file, so that ``0.1`` is a tenth and a date is validated where its meaning is known. A key written
twice is an error, not a silent overwrite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from jingkai.errors import JingkaiError

__all__ = ["SourceError", "SourceFile", "read_yaml"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class SourceError(JingkaiError):
    """A YAML file that cannot be read."""

    code = "unreadable_yaml"


@dataclass(slots=True)
class SourceFile:
    """A YAML file's content with the line of each of its values.

    Parameters
    ----------
    path
        Where the file lies; `name` is what messages print.
    data
        Mappings, lists, text, booleans and None.
    lines
        Line (from 1) of each value by its path of keys and list positions.
    """

    path: Path
    data: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def where(self, *keys: str | int) -> str:
        """Return ``file:line`` of the value at a path, or of its nearest parent."""
        path = tuple(keys)
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"

    @property
    def name(self) -> str:
        """The file with its folder, as messages name it."""
        folder = self.path.parent.name
        return f"{folder}/{self.path.name}" if folder else self.path.name


def read_yaml(path: Path, text: str | None = None) -> SourceFile:
    """Read one YAML file, or text that stands for it.

    Raises
    ------
    SourceError
        If it is not UTF-8, not YAML, or has a key twice; with file and line.
    """
    source = SourceFile(path, None)
    try:
        node = yaml.compose(text if text is not None else path.read_text("utf-8"), _LOADER)
    except UnicodeDecodeError as error:
        raise SourceError("文件不是 UTF-8 编码", where=source.name, hint="另存为 UTF-8") from error
    except yaml.YAMLError as error:
        raise _yaml_error(source, error) from error
    source.data = None if node is None else _build(node, (), source)
    return source


def _yaml_error(source: SourceFile, error: yaml.YAMLError) -> SourceError:
    mark = getattr(error, "problem_mark", None)
    where = f"{source.name}:{mark.line + 1}" if mark else source.name
    problem = getattr(error, "problem", None) or str(error)
    return SourceError(
        f"不是有效的 YAML：{problem}", where=where, hint="检查该处的缩进、冒号和引号"
    )


def _build(node: yaml.Node, path: tuple[str | int, ...], source: SourceFile) -> Any:
    source.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, path, source)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, i), source) for i, item in enumerate(node.value)]
    return _scalar(node)


def _build_mapping(
    node: yaml.MappingNode, path: tuple[str | int, ...], source: SourceFile
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in result:
            raise SourceError(
                f"键 `{key}` 写了两次",
                where=f"{source.name}:{key_node.start_mark.line + 1}",
                hint="只保留一个",
            )
        result[key] = _build(value_node, (*path, key), source)
        source.lines[*path, key] = key_node.start_mark.line + 1
    return result


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if not getattr(node, "style", None):  # plain, not quoted
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
    return text
