"""What a grant rests on: the rule's verdict and amount on today's data, or a reason for deciding otherwise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.recorded import ReadCase
from jingkai.console.casework.rights import Offer, offer
from jingkai.console.errors import ConsoleError
from jingkai.console.opened import opened
from jingkai.services.case import CaseEvent

__all__ = ["check_handing_over", "grant_told", "read_amount", "ruled"]

_MOST = Decimal(10) ** 18


def ruled(found: ReadCase, item: str) -> Offer | None:
    """Return the right that an item of a case pays out, decided on the newest data with what was stated.

    Returns
    -------
    Offer or None
        None where no rule decides it, the rule is not in force any more, the register does not have the
        applicant any more, or what was stated cannot be read by today's dictionary.
    """
    case, here = found.case, opened()
    if found.items[item].source.rule is None or here is None:
        return None
    if "enterprise" not in here.snapshot.entities:
        return None
    match = here.snapshot.at_key("enterprise", case.enterprise)
    if match is None:
        return None
    try:
        return offer(here, match, found.items[item], case.subject, case.given)
    except ConsoleError:
        return None


def read_amount(text: str) -> Decimal:
    """Return an amount as it was typed, yuan.

    Raises
    ------
    CaseRefused
        If it is none, not above nothing, or finer than a fen.
    """
    plain = text.strip().replace(",", "").replace("，", "").removesuffix("元").strip()
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount < _MOST or amount != round(amount, 2):
        what = f"“{text.strip()}”不是拨付金额" if text.strip() else "没有写明拨付金额"
        raise CaseRefused(what, hint="以元为单位，最多两位小数，如 12000 或 12000.50")
    return amount


def grant_told(found: ReadCase, item: str, event: CaseEvent) -> CaseEvent:
    """Return a grant with its amount as it is kept, where it follows the rule or says why it does not.

    Raises
    ------
    CaseRefused
        If money is granted without an amount, an amount where no money is paid; or if it goes against the
        rule, without its verdict, for another amount than the rule's, or on the data of another year than
        the one asked for, and no reason is given.
    """
    of = found.items[item]
    if of.source.kind == "payment":
        event = replace(event, amount=f"{read_amount(event.amount):.2f}")
    elif event.amount:
        raise CaseRefused(f"“{of.title.zh}”不拨付资金", hint="不填金额")
    otherwise = ""
    if of.source.rule:
        otherwise = _of_another_year(found) or _otherwise(ruled(found, item), event.amount)
    if otherwise and not event.reason.strip():
        raise CaseRefused(f"{otherwise}，准予须说明理由", hint="写明理由和依据，或按规则的结论办理")
    return event


def check_handing_over(found: ReadCase, item: str, event: CaseEvent) -> None:
    """Hold that money counts as paid only with the number of its voucher.

    Raises
    ------
    CaseRefused
        If it is missing.
    """
    state = found.states[item]
    if state.status == "granted" and state.to_pay and not event.reason.strip():
        raise CaseRefused("没有写明拨付凭证", hint="填国库支付凭证的编号")


def _of_another_year(found: ReadCase) -> str:
    """Say where the newest data are of another year than the one that was asked for: the rule counts that now."""
    here, year = opened(), found.case.year
    if here is None or year is None or here.day.year == year:
        return ""
    return f"申请的是{year}年的权利，现有数据已是{here.day.year}年"


def _otherwise(right: Offer | None, amount: str) -> str:
    """Return in what a grant differs from the rule; empty where it follows it."""
    if right is None:
        return "规则现在没有结论"
    said = right.entitlement
    if said.reason.verdict is None:
        return "规则的结论是待定"
    if said.mode == "refused":
        return "规则的结论是不符合" if said.reason.verdict is False else "规则算出的金额为零"
    if amount and said.amount is None:
        return "规则没有给出金额"
    if amount and said.amount != Decimal(amount):
        return f"金额与规则算出的 {said.amount:,.2f} 元不同"
    return ""
