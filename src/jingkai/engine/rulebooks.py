"""The rules that stored runs were made with, kept once in the workspace and loaded back."""

from __future__ import annotations

import json
import shutil

from jingkai import __version__
from jingkai.engine.store import EngineError
from jingkai.rulebook import Rulebook, RulebookError, load_rulebook, strict_rulebook
from jingkai.workspace import Workspace, publish_folder

__all__ = ["keep_rulebook", "kept_rulebook"]


def keep_rulebook(workspace: Workspace, rulebook: Rulebook) -> None:
    """Keep the files of a rulebook under its hash, if they are not there yet.

    Nothing is kept of rules that no files stand for as they are (a reform's).
    """
    final = workspace.rulebooks / rulebook.hash
    if final.exists() or not rulebook.texts:
        return
    tmp = workspace.temporary(workspace.rulebooks)
    try:
        layers = {t.place: f"{t.place}/{t.layer}" for t in rulebook.texts}
        for text in rulebook.texts:
            path = tmp / layers[text.place] / text.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.text, "utf-8", newline="")
        about = {
            "schema": 1,
            "hash": rulebook.hash,
            "layers": [layers[place] for place in sorted(layers)],
            "strict": rulebook.strict,
            "jingkai": __version__,
        }
        (tmp / "rulebook.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), "utf-8")
        publish_folder(tmp, final)
    except BaseException:
        shutil.rmtree(tmp, ignore_errors=True)
        raise


def kept_rulebook(workspace: Workspace, identity: str) -> Rulebook:
    """Return the rules of a stored run, checked anew with today's vocabulary.

    Its hash is another one where the vocabulary or jingkai changed since.

    Raises
    ------
    EngineError
        If they were not kept, or no longer pass the check.
    """
    folder = workspace.rulebooks / identity
    try:
        about = json.loads((folder / "rulebook.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(
            "没有保存该次认定所用的规则",
            where=str(folder),
            hint="用 jingkai decide 重新认定一次，再比较",
        ) from error
    try:
        found = load_rulebook([folder / name for name in about["layers"]], examples_needed=False)
    except RulebookError as error:
        raise EngineError(
            "该次认定所用的规则按今天的数据字典已不能通过检查，无法区分变化的原因",
            where=str(folder),
            hint="数据字典或规则语言在其后有改动，见下列各处",
            findings=error.findings,
        ) from error
    return strict_rulebook(found) if about["strict"] else found
