"""A service item and a bundle as they are written, before they are checked."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from jingkai.rulebook.model import Basis, Evidence, Replacement
from jingkai.services.clock import Term, Unit
from jingkai.services.working_days import AnnouncedYear
from jingkai.vocabulary import Label

__all__ = [
    "HANDLING",
    "KINDS",
    "BundlePartSource",
    "BundleSource",
    "ExtensionFigure",
    "Fee",
    "Figure",
    "ItemBasis",
    "ItemSettings",
    "ItemSource",
    "MaterialSource",
    "PauseSource",
    "RenewalFigure",
    "StepSource",
    "ZoneServices",
]

#: What an item is in law.
KINDS = {
    "licence": Label(zh="行政许可", en="Licence"),
    "confirmation": Label(zh="行政确认", en="Confirmation"),
    "payment": Label(zh="行政给付", en="Payment"),
    "filing": Label(zh="备案", en="Filing"),
    "public_service": Label(zh="公共服务", en="Public service"),
}
#: How it is handled, as the vocabulary's `service_item.kind` has it.
HANDLING = {
    "on_the_spot": Label(zh="当场决定", en="On the spot"),
    "single": Label(zh="一个机关办理", en="One office"),
    "joint": Label(zh="统一、联合或者集中办理", en="Joint or centralised"),
    "lower_review": Label(zh="下级审查后报上级决定", en="Lower review"),
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemBasis(Basis):
    """The document that an item rests on, with its article."""

    article: str = ""


class Figure(_Model):
    """A length of time that a source gives, and from when it runs."""

    days: int = Field(ge=0)
    unit: Unit = "working"
    runs_from: Literal["acceptance", "receipt"] = "acceptance"
    basis: str
    url: str = ""
    verified: bool = True
    evidence: Evidence | None = None
    note: str = ""

    @property
    def term(self) -> Term:
        """The figure as a term."""
        return Term(self.days, self.unit)


class ExtensionFigure(Figure):
    """By how much the time may be extended once, and by whom."""

    approved_by: str


class RenewalFigure(Figure):
    """How long before its end a renewal is asked for; `silence` is what no decision in time means."""

    silence: Literal["granted", "none"] = "granted"


def _one(value: Any) -> Any:
    return {"ground": value} if isinstance(value, str) else value


class PauseSource(_Model):
    """A ground on which the clock stops; one that is not of the licensing law says its own basis."""

    ground: str
    title: Label | None = None
    basis: str = ""
    url: str = ""
    verified: bool = True
    evidence: Evidence | None = None
    most: Annotated[int | None, Field(gt=0)] = None  #: working days it may take at most
    note: str = ""


class StepSource(_Model):
    """One step of the handling: whose it is, and after which it begins (parallel where after the same).

    `after` left out is the step written before it; `days` are promised working days of it.
    """

    id: str
    title: Label
    office: str
    after: tuple[str, ...] | None = None
    days: Annotated[int | None, Field(ge=0)] = None


class MaterialSource(_Model):
    """What an application needs: the proof of facts, a true original, or another item's result.

    Parameters
    ----------
    facts
        Facts of the item's entity that it proves; who issues it and whether it is shared follow from them.
    original
        A document that only the applicant has: a drawing, a plan, a contract.
    result_of
        The item whose result it is; offices pass it on among themselves.
    issuer, shared
        Of an original: who issues it, and whether offices see it without the applicant.
    commitment
        Whether a written commitment stands for it (告知承诺).
    """

    id: str
    title: Label | None = None
    facts: tuple[str, ...] = ()
    original: bool = False
    result_of: str | None = None
    issuer: str | None = None
    shared: bool = False
    commitment: bool = False
    when: Label | None = None
    basis: str = ""
    verified: bool = True
    note: str = ""


class Fee(_Model):
    """What it costs the applicant, with its basis."""

    amount: str
    basis: str
    url: str = ""
    verified: bool = True
    evidence: Evidence | None = None


class ItemSource(_Model):
    """A service item's file as written; `hands_over` is who gives out the result or pays, if another office."""

    item: str
    title: Label
    kind: Literal["licence", "confirmation", "payment", "filing", "public_service"]
    handling: Literal["on_the_spot", "single", "joint", "lower_review"] = "single"
    measure: str = "services"
    entity: str = "enterprise"
    office: str
    hands_over: str | None = None
    basis: ItemBasis
    result: Label | None = None
    notes: Label | None = None
    statutory: Figure | None = None
    promised: Annotated[int | None, Field(ge=0)] = None
    promised_basis: str = ""
    extension: ExtensionFigure | None = None
    notice: Figure | None = None
    delivery: Figure | None = None
    renewal: RenewalFigure | None = None
    pauses: tuple[Annotated[PauseSource, BeforeValidator(_one)], ...] = ()
    steps: tuple[StepSource, ...] = Field(min_length=1)
    materials: tuple[MaterialSource, ...] = ()
    rule: str | None = None
    trips: Annotated[int | None, Field(ge=0)] = None
    trips_basis: str = ""
    fee: Fee | None = None
    replaces: Replacement | None = None


class BundlePartSource(_Model):
    """An item of a bundle, and after which others it begins; left out: at once."""

    item: str
    after: tuple[str, ...] = ()
    optional: bool = False


class BundleSource(_Model):
    """A bundle's file as written (高效办成一件事)."""

    bundle: str
    title: Label
    basis: ItemBasis
    notes: Label | None = None
    items: tuple[BundlePartSource, ...] = Field(min_length=2)
    trips: Annotated[int | None, Field(ge=0)] = None


class ItemSettings(_Model):
    """What a zone sets of an item: promised working days, of steps too, trips, fee."""

    promised: Annotated[int | None, Field(ge=0)] = None
    trips: Annotated[int | None, Field(ge=0)] = None
    fee: Fee | None = None
    steps: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class ZoneServices(_Model):
    """A zone's `settings.yaml`: its items' figures, its bundles' trips, its warning, its calendar."""

    warning: Annotated[int | None, Field(ge=0)] = None
    calendar: dict[int, AnnouncedYear] = Field(default_factory=dict)
    items: dict[str, ItemSettings] = Field(default_factory=dict)
    bundles: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
