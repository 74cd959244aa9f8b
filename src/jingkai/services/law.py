"""What the law says of every licence, and how appeals run: read from `law.yaml`, each with its source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from jingkai.services.item import ExtensionFigure, Figure
from jingkai.vocabulary import Label, read_yaml

__all__ = ["Counting", "Grounds", "Law", "licensing_law"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grounds(_Model):
    """On which grounds the clock of a licence stops."""

    basis: str
    url: str
    evidence: str
    titles: dict[str, Label]


class Counting(_Model):
    """Where a way of counting days comes from."""

    basis: str
    url: str
    evidence: str


class Law(_Model):
    """The limits of every licence.

    Parameters
    ----------
    limits, extensions
        By how it is handled: the time for deciding, and by how much it may be extended once.
    notice, delivery, renewal
        The one-time notice, the handing over of the certificate, the applicant's time for a renewal.
    grounds
        What is not counted.
    appeals
        ``review`` (复议) and ``court`` (诉讼), from the day on which the decision is known.
    warning
        From how many working days before its end a case is soon due, where the zone says nothing.
    """

    limits: dict[str, Figure]
    extensions: dict[str, ExtensionFigure]
    notice: Figure
    delivery: Figure
    renewal: Figure
    grounds: Grounds
    counting: dict[str, Counting]
    appeals: dict[str, Figure]
    warning: Figure


@cache
def licensing_law() -> Law:
    """Return the law as the package has it."""
    return Law(**read_yaml(Path(__file__).with_name("law.yaml")).data)
