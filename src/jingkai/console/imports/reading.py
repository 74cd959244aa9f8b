"""Reads an uploaded register as a load does, on behalf of its office and kept to its zone."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from pydantic import BaseModel, ConfigDict

from jingkai.console.errors import ConsoleError
from jingkai.console.files import path_of
from jingkai.console.imports.kinds import OUTCOMES, only_zone
from jingkai.console.models import StoredFile, Upload
from jingkai.errors import JingkaiError
from jingkai.registry.load import Prepared, prepare
from jingkai.registry.mapping import LoadMap
from jingkai.registry.outcomes import prepare_outcomes, prepare_register
from jingkai.vocabulary import Vocabulary

__all__ = ["ImportMap", "import_map", "prepared", "under_its_name"]

Tell = Callable[[str, int, int], None]
_ELSEWHERE = ("--", "`jingkai", "对应表里")


class ImportMap(BaseModel):
    """How a file is read: which column is which fact, and what is said of its rows."""

    model_config = ConfigDict(extra="forbid")

    columns: LoadMap = LoadMap()
    strict_cells: bool = False
    complete: bool = False


def import_map(upload: Upload) -> ImportMap:
    """Return how an upload is read, as its officer has it so far."""
    return ImportMap.model_validate_json(upload.mapping) if upload.mapping else ImportMap()


@contextlib.contextmanager
def under_its_name(stored: StoredFile) -> Iterator[Path]:
    """Give a path to a stored file that ends in the name it was handed in under.

    Raises
    ------
    ConsoleError
        What a reader finds wrong, with its place in the file and what to do on the page.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, stored.name)
        path.symlink_to(path_of(stored))
        try:
            yield path
        except JingkaiError as error:
            raise _on_the_page(error, f"{folder}/") from error


def prepared(
    upload: Upload, path: Path, vocabulary: Vocabulary, tell: Tell, *, whole: bool
) -> Prepared:
    """Read an upload and join it to what is there; nothing is written.

    Parameters
    ----------
    path
        The file under its name.
    whole
        Whether all that was there is in the result, to be written.

    Raises
    ------
    RegistryError
        If it cannot be taken.
    """
    given, zone = import_map(upload), only_zone(upload.zone)
    how: dict[str, Any] = {
        "office": upload.office,
        "as_of": upload.as_of,
        "sheet": given.columns.sheet,
        "vocabulary": vocabulary,
        "whole": whole,
    }
    workspace = settings.WORKSPACE
    if upload.entity == OUTCOMES:
        return prepare_outcomes(workspace, [path], complete=given.complete, only_zone=zone, **how)
    if upload.entity not in vocabulary.entities:
        if zone is not None:
            raise ConsoleError("一个经开区不能装载全部经开区的完整名单", hint="请上级装载")
        return prepare_register(workspace, upload.entity, path, **how)
    return prepare(
        workspace,
        upload.entity,
        [path],
        given.columns,
        strict_cells=given.strict_cells,
        complete=given.complete,
        progress=tell,
        only_zone=zone,
        **how,
    )


def _on_the_page(error: JingkaiError, folder: str) -> ConsoleError:
    """Return an error without the path on the server, and without hints for the command line."""

    def hint(text: str) -> str:
        return "" if any(word in text for word in _ELSEWHERE) else text

    findings = [
        replace(f, where=f.where.replace(folder, ""), hint=hint(f.hint)) for f in error.findings
    ]
    found = ConsoleError(
        error.what, where=error.where.replace(folder, ""), hint=hint(error.hint), findings=findings
    )
    found.code = error.code
    return found
