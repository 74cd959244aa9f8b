"""Renewals: until when one is asked for, and what no decision in time means (行政许可法 art. 50)."""

from __future__ import annotations

from datetime import date, timedelta

from jingkai.services.catalogue import Item
from jingkai.services.clock import add_months

__all__ = ["last_day_to_renew", "renewed_by_silence"]


def last_day_to_renew(item: Item, expires: date) -> date | None:
    """Return the last day on which a renewal may be asked for.

    The applicant's time is counted backwards in calendar days (or months) from the last day of validity; a day
    that is not worked is not moved, since one may apply online and earlier.

    Parameters
    ----------
    expires
        The last day on which the certificate is valid.

    Returns
    -------
    None where the item knows no renewal.
    """
    renewal = item.source.renewal
    if renewal is None:
        return None
    if renewal.unit == "months":
        return add_months(expires, -renewal.days)
    return expires - timedelta(days=renewal.days)


def renewed_by_silence(item: Item, applied: date, expires: date, decided: date | None) -> bool:
    """Return whether a renewal counts as granted because nobody decided before the certificate's end.

    Parameters
    ----------
    applied, decided
        When it was asked for and decided; `decided` None: not so far, asked after the end.
    expires
        The last day on which the certificate is valid.
    """
    last, renewal = last_day_to_renew(item, expires), item.source.renewal
    if last is None or renewal is None or renewal.silence != "granted":
        return False
    return applied <= last and (decided is None or decided > expires)
