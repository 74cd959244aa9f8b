"""What stands around a right: which others it excludes, and when one can apply for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from jingkai.errors import Finding
from jingkai.rulebook.model import Exclusion, Intake, Window
from jingkai.rulebook.rule import Rule
from jingkai.vocabulary import SourceFile

__all__ = ["ApplicationDays", "application_days", "check_together", "exclusions", "read_window"]

_Find = Callable[..., None]


def read_window(
    window: Window | None, given: tuple[str | tuple[str, ...], str] | None, find: _Find
) -> Window | None:
    """Check a rule's window of applications and put in what a layer announces.

    Parameters
    ----------
    window
        As the rule file has it.
    given
        A layer's value (``2026-04-01..2026-05-31``, or a list of such) and the layer, None without.
    find
        Called with what is wrong, the path in the file and ``hint``.
    """
    if window is None:
        if given is not None:
            find("a layer sets a window, but one does not apply for this rule", "rule")
        return None
    forms = [window.yearly is not None, bool(window.rounds), window.always, bool(window.set_by)]
    if sum(forms) != 1:
        find("a window has one of yearly, rounds, always, set_by", "window", hint="keep one")
    if given is None:
        return window
    if window.set_by is None:
        find("the window is set by a national document; a layer may not change it", "window")
        return window
    texts = (given[0],) if isinstance(given[0], str) else given[0]
    rounds = tuple(_round(text, given[1], find) for text in texts)
    return window.model_copy(update={"rounds": tuple(r for r in rounds if r is not None)})


def _round(text: str, layer: str, find: _Find) -> Intake | None:
    first, _, last = text.partition("..")
    try:
        days = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        find(f"`{text}` is no window", "window", hint="write 2026-04-01..2026-05-31")
        return None
    return Intake(round="", **{"from": days[0]}, to=days[1], basis=layer)


@dataclass(frozen=True, slots=True)
class ApplicationDays:
    """When one can apply, seen from a day.

    `state` is ``open``, ``later`` (it opens on `first`), ``closed`` (no further days are known) or
    ``unknown`` (the zone has announced none). `first`, `last` are None where they have no end.
    """

    state: str
    first: date | None = None
    last: date | None = None
    round: str = ""


def application_days(rule: Rule, day: date) -> ApplicationDays | None:
    """Return the days of applications that are open on a day, or the next ones.

    Returns
    -------
    None for a rule that one does not apply for.
    """
    window = rule.window
    if window is None:
        return None
    if window.always:
        return ApplicationDays("open" if rule.in_force(day) else "closed")
    spans = [ApplicationDays("", r.from_, r.to, r.round) for r in window.rounds]
    if window.yearly is not None:
        spans = [_in_year(window, day.year + ahead) for ahead in (-1, 0, 1)]
        spans = [s for s in spans if s.first is not None and rule.in_force(s.first)]
    elif not spans:
        return ApplicationDays("unknown")
    for span in sorted(spans, key=lambda s: s.first or date.min):
        if span.first and span.last and day <= span.last:
            state = "open" if span.first <= day else "later"
            return ApplicationDays(state, span.first, span.last, span.round)
    return ApplicationDays("closed")


def _in_year(window: Window, year: int) -> ApplicationDays:
    assert window.yearly is not None
    first, last = (_day_in(year, text) for text in (window.yearly.from_, window.yearly.to))
    if last < first:  # over the turn of the year
        last = _day_in(year + 1, window.yearly.to)
    return ApplicationDays("", first, last)


def _day_in(year: int, month_day: str) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
        day = 28
    return date(year, month, day)


def exclusions(rules: Mapping[str, Rule], name: str) -> dict[str, Exclusion]:
    """Return the rules that may not be had together with one, whichever of the two says so."""
    found = {e.rule: e for e in rules[name].source.excludes}
    for other in rules.values():
        for e in other.source.excludes:
            if e.rule == name:
                found.setdefault(other.id, e)
    return found


def check_together(
    rules: Mapping[str, Rule], sources: Mapping[str, SourceFile], findings: list[Finding]
) -> None:
    """Check that what rules exclude is there and about the same entity."""
    for name, rule in rules.items():
        for index, e in enumerate(rule.source.excludes):
            where = sources[name].where("excludes", index)
            other = rules.get(e.rule)
            if other is None:
                if e.rule not in sources:
                    findings.append(Finding(f"there is no rule `{e.rule}`", where, "mend the name"))
            elif other.entity != rule.entity:
                what = f"`{e.rule}` is about {other.entity}, `{name}` about {rule.entity}"
                findings.append(Finding(what, where, "exclude rules of the same entity"))
            elif e.choose == "higher" and not (_has_worth(rule) and _has_worth(other)):
                what = f"`{name}` and `{e.rule}`: the higher counts, but one of them has no worth"
                findings.append(Finding(what, where, "give both `benefit:` or `worth:`"))


def _has_worth(rule: Rule) -> bool:
    return rule.worth is not None or rule.source.benefit in ("cash", "tax")
