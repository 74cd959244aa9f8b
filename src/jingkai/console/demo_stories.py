"""What happened to the made-up cases of the demo zone: when each was applied for, and every step since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

__all__ = ["OWN", "RIGHTS", "Story", "stories"]

_SEED = 7
#: From how many working days ago on the demo zone works faster, so that two periods differ.
_FASTER = 20


@dataclass(frozen=True, slots=True)
class Story:
    """A case of the demo zone.

    Parameters
    ----------
    service, matter
        What was applied for, and about what.
    begun
        How many working days ago.
    steps
        Each a step and how many working days after the application, as ``accept@1``; ``review`` finishes the steps
        of the item, all or as many as ``review:1`` says; of a bundle the item stands before a stroke.
    """

    service: str
    matter: str
    begun: int
    steps: tuple[str, ...] = ()


#: By item: about what, and the typical days until acceptance, review, decision and handing over.
_USUAL = {
    "establishment_registration": ("合成新设企业", (0, 1, 1, 2)),
    "works_planning_permit": ("合成地块厂房", (2, 9, 13, 15)),
    "land_planning_permit": ("合成工业用地", (1, 8, 12, 14)),
    "fire_design_review": ("合成厂房消防", (1, 7, 10, 12)),
    "foreign_work_permit": ("合成工程师", (2, 6, 9, 11)),
    "social_insurance_registration": ("合成参保单位", (0, 3, 4, 4)),
}
_COUNT = {
    "establishment_registration": 7,
    "works_planning_permit": 6,
    "land_planning_permit": 4,
    "fire_design_review": 4,
    "foreign_work_permit": 4,
    "social_insurance_registration": 5,
}
#: Cases in every state that a desk has to deal with.
_STATES = (
    ("works_planning_permit", 1, ""),
    ("works_planning_permit", 3, "notify@1"),
    ("works_planning_permit", 5, "notify@1 correct@4"),
    ("works_planning_permit", 19, "accept@1 review:2@9"),
    ("works_planning_permit", 26, "accept@2 review:2@11"),
    ("works_planning_permit", 24, "accept@1 review:2@9 extend@17"),
    ("works_planning_permit", 12, "accept@1 review:1@3 pause@5"),
    ("works_planning_permit", 15, "accept@1 review@9 grant@12"),
    ("land_planning_permit", 2, ""),
    ("land_planning_permit", 30, "accept@1 review@14 refuse@18 deliver@19 appeal@24"),
    ("land_planning_permit", 22, "accept@2 review@13 refuse@16 deliver@17"),
    ("land_planning_permit", 9, "accept@1 withdraw@6"),
    ("establishment_registration", 1, ""),
    ("establishment_registration", 5, "accept@0"),
    ("establishment_registration", 14, "decline@1"),
    ("foreign_work_permit", 12, "notify@2 withdraw@9"),
    ("fire_design_review", 14, "accept@1 review:2@8"),
    ("social_insurance_registration", 2, "accept@1"),
)
_BUNDLE = (
    ("合成新办企业甲", 16, "accept@0 review@1 grant@1", "accept@2 review@3 grant@3 deliver@4"),
    ("合成新办企业乙", 2, "accept@0 review@1 grant@1", ""),
)
_AFTER = ("seal_filing", "tax_start", "social_insurance_registration")
#: How many working days ago a right was confirmed, and how many later it was paid; None: still to be paid.
RIGHTS = ((11, None), (24, 3), (3, None), (17, 5))
#: Of the demo enterprise itself: one done, one that waits for its correction.
OWN = (
    Story("social_insurance_registration", "合成参保变更", 20,
          ("accept@1", "review@3", "grant@4", "deliver@4")),
    Story("foreign_work_permit", "合成工程师（本企业）", 4, ("notify@1",)),
)  # fmt: skip


def stories() -> list[Story]:
    """Return every case, the oldest first; the same each time."""
    found = [*_done(), *_waiting(), *_bundles()]
    return sorted(found, key=lambda s: -s.begun)


def _done() -> Iterator[Story]:
    """Yield cases that ran through, older ones more slowly, some with a correction."""
    draw = Random(_SEED)
    for service, count in _COUNT.items():
        matter, usual = _USUAL[service]
        for n in range(count):
            begun = usual[-1] + 6 + n * 36 // count
            slower = draw.choice((2, 3, 4)) if begun > _FASTER + usual[-1] else draw.choice((0, 1))
            accepted, *later = (d + slower * (i > 0) for i, d in enumerate(usual))
            steps = [f"accept@{accepted}"]
            if usual[0] and draw.random() < 0.4:
                steps = ["notify@1", "correct@3", f"accept@{accepted + 2}"]
                later = [d + 3 for d in later]
            names = ("review", "grant", "deliver")
            steps += [f"{name}@{day}" for name, day in zip(names, later, strict=True)]
            yield Story(service, f"{matter}{n + 1}号", begun, tuple(steps))


def _waiting() -> Iterator[Story]:
    for n, (service, begun, steps) in enumerate(_STATES, 51):
        yield Story(service, f"{_USUAL[service][0]}{n}号", begun, tuple(steps.split()))


def _bundles() -> Iterator[Story]:
    for matter, begun, first, after in _BUNDLE:
        own = [f"establishment_registration/{s}" for s in first.split()]
        rest = [f"{item}/{s}" for item in _AFTER for s in after.split()]
        by_day = sorted(own + rest, key=lambda s: int(s.partition("@")[2]))
        yield Story("open_an_enterprise", matter, begun, tuple(by_day))
