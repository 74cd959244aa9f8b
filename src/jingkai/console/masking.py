"""Names of sole traders: personal data, masked for all whose business they are none of.

A sole trader (个体工商户) may be registered under its owner's own name (个体工商户名称登记管理办法,
article 8), and no register says whether it is. So all between a name's first character and its form of
organisation (article 10: 厂, 店, 馆, 部, 行, 中心 and the like) is left out.
"""

from __future__ import annotations

import re

import polars as pl
from django.conf import settings

__all__ = ["is_sole_trader", "shown_name", "shown_names"]

#: A unified code's first two places: registered by market supervision, a sole trader.
_CODE = r"^92[0-9]{6}[0-9A-Z]{10}$"
_FORM = "个体"
_ENDINGS = "经营部|服务部|便利店|小吃店|工作室|超市|中心|厂|店|馆|部|行|铺|坊|社|室|站|摊"
_NAME = rf"^(.).*?({_ENDINGS})?$"
_SHOWN = "${1}**${2}"


def is_sole_trader(key: str, form: str | None = None) -> bool:
    """Return whether an enterprise is a sole trader, by its code or its registered legal form.

    Parameters
    ----------
    key
        Its key in the register.
    form
        Its `enterprise_type`, where the register has it.
    """
    return bool(re.match(_CODE, key)) or _FORM in (form or "")


def shown_name(name: str, key: str, form: str | None = None) -> str:
    """Return a name as all see it but the enterprise itself and the officers of its zone.

    Parameters
    ----------
    name, key, form
        Of an enterprise; `form` is its `enterprise_type`, where the register has it.
    """
    if not settings.MASK_SOLE_TRADERS or not is_sole_trader(key, form):
        return name
    return re.sub(_NAME, lambda m: f"{m[1]}**{m[2] or ''}", name, flags=re.DOTALL)


def shown_names(name: str = "name", key: str = "key", form: str | None = None) -> pl.Expr:
    """Return what `shown_name` does of a table's columns, as the expression of the column `name`.

    Parameters
    ----------
    name, key, form
        The names of columns.
    """
    if not settings.MASK_SOLE_TRADERS:
        return pl.col(name)
    sole = pl.col(key).str.contains(_CODE).fill_null(False)
    if form:
        sole |= pl.col(form).str.contains(_FORM, literal=True).fill_null(False)
    masked = pl.col(name).str.replace(f"(?s){_NAME}", _SHOWN)
    return pl.when(sole).then(masked).otherwise(pl.col(name)).alias(name)
