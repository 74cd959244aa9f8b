"""An application as it was filled in, and everything that is wrong with it at once, field by field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile

from jingkai.console.casework.rights import Offer, open_columns
from jingkai.console.errors import ConsoleError
from jingkai.console.fact_values import read_value
from jingkai.console.files import FileRefused, check_paper
from jingkai.console.opened import Opened
from jingkai.errors import Finding
from jingkai.services.catalogue import Material

__all__ = ["Application", "problems"]


@dataclass(frozen=True)
class Application:
    """What an applicant fills in.

    Parameters
    ----------
    service
        An item or a bundle.
    subject, matter
        The key of the row that it is about, where a rule decides; else what it is about in words.
    given
        Values stated, by column, as typed.
    files, commitments
        By material its files; the materials for which a written commitment stands.
    without
        Optional items of a bundle that are not wanted.
    """

    service: str
    subject: str = ""
    matter: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Iterable[UploadedFile]] = field(default_factory=dict)
    commitments: Collection[str] = ()
    without: Collection[str] = ()


def problems(
    found: Opened,
    asked: Application,
    wanted: Collection[Material],
    plain: Offer | None,
    later: Collection[str] = (),
) -> list[Finding]:
    """Return what an application lacks, and what in it cannot be taken.

    Parameters
    ----------
    wanted
        The materials to be brought.
    plain
        The right that it is about, decided without what the applicant states; None where no rule decides.
    later
        The materials that may still come when the item that asks for them begins.

    Returns
    -------
    list
        ``where`` names the field: ``matter``, ``given:COLUMN``, ``file:MATERIAL``.
    """
    told: list[Finding] = []
    if plain is not None:
        told += _given(found, plain, asked.given)
    else:
        told += _not_asked(asked.given)
    if plain is None and not asked.matter.strip():
        hint = "写明企业、项目或事由的名称"
        told.append(Finding("没有写明办理内容", "matter", hint, "matter"))
    return told + list(_papers(asked, wanted, later))


def _not_asked(columns: Iterable[str]) -> Iterator[Finding]:
    for column in columns:
        hint = "登记册的值有误时，先申请更正"
        yield Finding(f"没有要求填写“{column}”", f"given:{column}", hint, "given")


def _given(found: Opened, plain: Offer, given: Mapping[str, str]) -> Iterator[Finding]:
    """Hold what is stated against what is asked: nothing less, nothing else, and as it can be read."""
    columns = open_columns(found, plain)
    vocabulary = found.rulebook.vocabulary
    entity = vocabulary.entities[plain.item.source.entity]
    yield from _not_asked(c for c in given if c not in columns)
    for column in columns:
        known = entity.column(column)
        if known is None:
            continue
        typed, (fact, year) = given.get(column, "").strip(), known
        if not typed:
            title = fact.label.zh + (f"（{year}年）" if year else "")
            yield Finding(f"还没有填写：{title}", f"given:{column}", code="given")
            continue
        try:
            read_value(typed, fact, vocabulary, found.day)
        except ConsoleError as error:
            yield Finding(error.what, f"given:{column}", error.hint, "given")


def _papers(
    asked: Application, wanted: Collection[Material], later: Collection[str]
) -> Iterator[Finding]:
    """Tell what is missing; a material that is wanted only in some case is left to the applicant."""
    sent = {m: list(f) for m, f in asked.files.items()}
    here = {m for m, f in sent.items() if f} | set(asked.commitments)
    for material in wanted:
        needed = material.when is None and material.id not in later
        if needed and material.id not in here:
            hint = (
                "附上文件，或勾选以承诺代替" if material.commitment else "附上 PDF、PNG 或 JPG 文件"
            )
            yield Finding(f"还缺材料：{material.title.zh}", f"file:{material.id}", hint, "material")
        for paper in sent.get(material.id, ()):
            try:
                check_paper(paper)
            except FileRefused as error:
                what = f"{error.what}（{error.where}）" if error.where else error.what
                yield Finding(what, f"file:{material.id}", error.hint, "material")
