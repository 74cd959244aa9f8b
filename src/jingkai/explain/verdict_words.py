"""The verdict on a rule as people read it, and by how little one was refused."""

from __future__ import annotations

from jingkai.explain.reason import RuleReason

__all__ = ["is_near", "near_text", "verdict_text"]

_VERDICTS = {
    True: ("符合", "granted"),
    False: ("不符合", "refused"),
    None: ("待定", "undetermined"),
}
_DUTIES = {
    True: ("有此义务", "binding"),
    False: ("无此义务", "not binding"),
    None: ("待定", "undetermined"),
}


def verdict_text(reason: RuleReason, lang: str = "zh") -> str:
    """Return what came of a rule: a verdict, points, a class, an amount, or between which they lie."""
    zh = lang == "zh"
    if reason.kind == "score":
        return reason.result
    if reason.kind == "grade":
        return reason.result if reason.verdict else _open_grades(reason, zh)
    words = _DUTIES if reason.kind == "duty" else _VERDICTS
    word = words[reason.verdict][0 if zh else 1]
    if reason.kind != "amount":
        return word
    if not reason.result and reason.hidden:
        return word  # the decision is told, its amount is not
    if not reason.result:
        return words[None][0 if zh else 1]
    if reason.verdict is None:
        return f"{word}（{reason.result}）" if zh else f"{word} ({reason.result})"
    return reason.result if reason.verdict else f"{word} {reason.result}"


def is_near(reason: RuleReason) -> bool:
    """Return whether one condition refuses, and one can tell by how much."""
    alone = [c for c in reason.conditions if c.id in reason.blocking]
    return bool(reason.near_miss) and any(a.distance for c in alone for a in c.atoms)


def near_text(reason: RuleReason, lang: str = "zh") -> str:
    """Say that one condition alone refuses; a near miss only where a distance can be told."""
    zh = lang == "zh"
    alone = [c for c in reason.conditions if c.id in reason.blocking]
    near = is_near(reason)
    several = sum(c.verdict is False for c in reason.conditions) > len(alone)
    title = alone[0].title if several and alone else ""  # one of the ways open to it
    if reason.near_miss == "one":
        if zh:
            word = f"只需“{title}”一项符合即可" if title else "仅此一项不符合"
            return f"临界：{word}" if near else word
        word = f"“{title}” alone would do" if title else "this condition alone"
        return f"near miss: {word}" if near else word if title else f"refused by {word}"
    if zh:
        word = f"只差“{title}”一项" if title else "仅此一项不符合"
        return f"{'可能临界：' if near else ''}{word}，另有条件待定"
    word = f"“{title}” alone" if title else "this condition alone"
    return f"{'possible near miss: ' if near else ''}{word}, others are open"


def _open_grades(reason: RuleReason, zh: bool) -> str:
    if zh:
        return f"待定（可能为 {reason.result}）"
    return f"undetermined (may be {reason.result.replace('、', ', ')})"
