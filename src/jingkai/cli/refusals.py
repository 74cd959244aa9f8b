"""What went wrong, whatever it was, as an error that a person can read."""

from __future__ import annotations

import errno
import re
import tempfile
import traceback
from pathlib import Path

import typer

from jingkai.errors import JingkaiError

__all__ = ["BadCommand", "UnexpectedError", "readable"]

#: What the command line's parser raises; typer may bring its own copy of click.
_Usage: type[Exception] = typer.BadParameter.__bases__[0]
_SAYINGS = (
    (r"No such command '(.*)'\.?", "没有命令“{0}”"),
    (r"No such option: ([^ ]+).*", "没有选项 {0}"),
    (r"Missing option '?(.*?)'?\.?", "缺少选项 {0}"),
    (r"Missing argument '?(.*?)'?\.?", "缺少参数 {0}"),
    (r"Option '(.*)' requires an argument\.?", "选项 {0} 后面缺少值"),
    (r"Got unexpected extra argument\S* \((.*)\)", "多余的参数：{0}"),
    (
        r"Invalid value for '?(.*?)'?: (?:Value error, )?'(.*)' is not one of (.*?)\.?",
        "{0} 不能是“{1}”，可以是 {2}",
    ),
    (r"Invalid value for '?(.*?)'?: (.*)", "{0} 的值不对：{1}"),
)


class BadCommand(JingkaiError):
    """A command written wrongly."""

    code = "usage"
    exit_code = 2


class UnreachableFile(JingkaiError):
    """A file that cannot be read or written."""

    code = "file"
    exit_code = 2


class UnexpectedError(JingkaiError):
    """What should not happen; its traceback lies in a file."""

    code = "unexpected"
    exit_code = 70


def readable(error: Exception) -> JingkaiError:
    """Return any error as one that says what happened, where, and what to do."""
    if isinstance(error, JingkaiError):
        return error
    if isinstance(error, _Usage):
        return _usage(error)
    if isinstance(error, OSError):
        return _unreachable(error)
    return _unexpected(error)


def _unreachable(error: OSError) -> UnreachableFile:
    text = str(error)
    told = re.search(r"os error (\d+)\)(?:: (.*))?", text)  # as Polars says it
    number = error.errno or (int(told[1]) if told else 0)
    where = error.filename or (told[2] if told else None) or ""
    why = _ERRNOS.get(number, error.strerror or text)
    return UnreachableFile(
        f"文件无法读写：{why}", where=str(where), hint="检查路径、权限，或换一个位置"
    )


_ERRNOS = {
    errno.ENOENT: "路径不存在",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "这是文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘只读",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
}


def _usage(error: Exception) -> BadCommand:
    text = str(getattr(error, "format_message", lambda: error)())
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "jingkai"
    for pattern, saying in _SAYINGS:
        found = re.fullmatch(pattern, text)
        if found:
            text = saying.format(*(g.replace("', '", "、").strip("'") for g in found.groups()))
            break
    return BadCommand(text, hint=f"见 {command} --help")


def _unexpected(error: Exception) -> UnexpectedError:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="jingkai-", suffix=".txt", delete=False
    ) as file:
        traceback.print_exception(error, file=file)
    first = (str(error).splitlines() or [""])[0]
    return UnexpectedError(
        f"意外错误：{type(error).__name__} {first}".rstrip(),
        where=str(Path(file.name)),
        hint="此文件写有经过，请随报告附上",
    )
