"""What visits and their steps are called."""

from __future__ import annotations

from jingkai.allocation.inspections.plan_file import office_titles
from jingkai.vocabulary import load_vocabulary

__all__ = ["APPROVAL_WORDS", "EVENT_WORDS", "STATUS_WORDS", "code_words", "codes_of"]

STATUS_WORDS = {
    "waiting": ("待批准", "waits for approval"),
    "planned": ("待检查", "to come"),
    "arrived": ("检查中", "under way"),
    "done": ("已检查", "done"),
    "cancelled": ("已取消", "cancelled"),
    "declined": ("未批准", "not approved"),
}
APPROVAL_WORDS = {
    "plan": ("列入年度检查计划", "in the year's plan"),
    "waiting": ("待负责人批准", "waits for the head of the office"),
    "given": ("已经负责人批准", "approved by the head of the office"),
    "afterwards": ("情况紧急，事后已补办批准", "urgent, approved afterwards"),
    "refused": ("负责人未批准", "not approved by the head of the office"),
}
EVENT_WORDS = {
    "assigned": ("列入计划", "planned"),
    "proposed": ("提出计划外检查", "proposed outside the plan"),
    "approved": ("负责人批准", "approved"),
    "declined": ("负责人不批准", "not approved"),
    "moved": ("改期", "another day set"),
    "arrived": ("扫码入企", "arrived"),
    "result": ("录入结果", "result recorded"),
    "follow_up": ("要求后续处理", "follow-up asked for"),
    "followed": ("后续处理完成", "follow-up done"),
    "cancelled": ("取消", "cancelled"),
    "objected": ("企业提出异议", "objection"),
    "answered": ("答复异议", "objection answered"),
}


def codes_of(fact: str, lang: str = "zh") -> dict[str, str]:
    """Return the codes of a fact of inspections with their words, in the vocabulary's order."""
    found = load_vocabulary().fact("inspection", fact)
    assert found is not None and isinstance(found.codes, dict)
    return {code: label.text(lang) for code, label in found.codes.items()}


def code_words(fact: str, code: str | None, lang: str = "zh") -> str:
    """Return what a code of a fact of inspections is called; 未记录 for none."""
    if not code:
        return "未记录" if lang == "zh" else "not recorded"
    if fact == "inspecting_office" and lang == "zh":
        return office_titles().get(code, code)
    return codes_of(fact, lang).get(code, code)
