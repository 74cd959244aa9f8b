"""What each role finds in the menu beside the portal."""

from __future__ import annotations

from dataclasses import dataclass

from jingkai.console.casework.procedures import pays_out
from jingkai.console.casework.turns import COUNTER
from jingkai.console.roles import Role
from jingkai.errors import JingkaiError

__all__ = ["DESKS", "Entry", "menu_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu: its route, its name, and the routes of the pages below it."""

    route: str
    zh: str
    en: str
    pages: tuple[str, ...] = ()


_JOBS = Entry("jobs", "任务", "Jobs", ("job",))
_SERVICES = Entry("service_measures", "政务服务", "Services")
_LEDGER = Entry("inspection_ledger", "检查台账", "Ledger of inspections")
_ANALYST = (
    Entry("figures", "指标", "Figures", ("figure",)),
    Entry("uptake", "政策落实", "Uptake"),
    Entry("credit_classes", "信用分类", "Credit classes"),
    Entry("assessment", "综合评价", "Assessment"),
    _SERVICES,
    Entry("reforms", "改革测算", "Reforms", ("reform_new", "reform")),
    _JOBS,
)
_ENTERPRISE = (
    Entry("my", "我的权益", "My entitlements", ("my_rule",)),
    Entry("my_services", "办事", "Services", ("my_service", "my_confirm", "my_apply")),
    Entry("my_cases", "我的办件", "My cases", ("my_case",)),
    Entry("my_credit", "信用", "Credit"),
    Entry("my_facts", "我的数据", "My facts", ("my_correct",)),
    Entry("my_corrections", "我的更正", "My corrections", ("my_correction",)),
    Entry("my_visits", "检查", "Inspections", ("my_visit",)),
)
_OFFICER = (
    Entry("desk", "工作台", "Desk", ("correction",)),
    Entry("cases", "办件", "Cases", ("case",)),
    Entry("payments", "拨付", "Payments", ("offers",)),
    Entry("enterprises", "企业", "Enterprises", ("enterprise", "enterprise_rule")),
    Entry("call_list", "临界名单", "Call list"),
    Entry("repairs", "信用修复", "Credit repair"),
    Entry("visits", "检查", "Inspections", ("visit", "visit_new", "visit_notice")),
    _LEDGER,
    Entry("imports", "导入", "Imports", ("import_new", "import")),
    _SERVICES,
    _JOBS,
)
DESKS: dict[Role, tuple[Entry, ...]] = {
    Role.ENTERPRISE: _ENTERPRISE,
    Role.OFFICER: _OFFICER,
    Role.ZONE_ANALYST: (*_ANALYST, _LEDGER),
    Role.MINISTRY_ANALYST: _ANALYST,
    Role.AUDITOR: (Entry("trail", "审计记录", "Audit trail"), _LEDGER),
}


def menu_of(role: Role, office: str = "") -> tuple[Entry, ...]:
    """Return what an account finds in the menu: of payments only who pays any, or serves all of a zone's."""
    entries = DESKS.get(role, ())
    if role != Role.OFFICER or office == COUNTER or _pays(office):
        return entries
    return tuple(e for e in entries if e.route != "payments")


def _pays(office: str) -> bool:
    try:
        return bool(pays_out(office))
    except JingkaiError:  # files that do not hold are told where they are needed
        return True
