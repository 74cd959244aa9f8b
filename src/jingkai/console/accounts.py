"""Gives accounts, from the command line."""

from __future__ import annotations

from typing import Any

from jingkai.console.errors import ConsoleError

__all__ = ["add_account", "list_accounts", "set_password", "switch_account"]


def add_account(name: str, password: str, role: str, **about: str | bool) -> None:
    """Make an account.

    Parameters
    ----------
    name, password
        How it signs in.
    role
        One of the roles that an account can have.
    about
        `enterprise`, `zone`, `office`, as the role asks for; `head`, `external_id`.

    Raises
    ------
    ConsoleError
        If the name is taken, the password is weak, or the role lacks whose data it is about.
    """
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from jingkai.console.models import Account

    account = Account(username=name, role=role, **about)
    account.set_password(password)
    try:
        validate_password(password, account)
        account.full_clean()
    except ValidationError as error:
        raise ConsoleError(
            f"没有新建账户：{' '.join(error.messages)}",
            hint="enterprise 要 --enterprise，officer 要 --zone 和 --office，zone_analyst 要 --zone；密码至少 12 个字符",
        ) from error
    account.save()


def switch_account(name: str, on: bool) -> None:
    """Let an account in again, or keep it out from its next request on, its keys too; what it did stays.

    Raises
    ------
    ConsoleError
        If there is no such account.
    """
    account = _account(name)
    account.is_active = on
    account.save(update_fields=["is_active"])


def set_password(name: str, password: str) -> None:
    """Give an account a new password; its sessions end.

    Raises
    ------
    ConsoleError
        If there is no such account, or the password is weak.
    """
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    account = _account(name)
    try:
        validate_password(password, account)
    except ValidationError as error:
        what = f"没有更改密码：{' '.join(error.messages)}"
        raise ConsoleError(what, hint="密码至少 12 个字符，不要用常见的词") from error
    account.set_password(password)
    account.save(update_fields=["password"])


def _account(name: str) -> Any:
    from jingkai.console.models import Account

    found = Account.objects.filter(username=name).first()
    if found is None:
        raise ConsoleError(f"没有账户“{name}”", hint="用 `jingkai account list` 查看")
    return found


def list_accounts() -> list[dict[str, Any]]:
    """Return every account with its role and whose data it is about."""
    from jingkai.console.models import Account

    fields = ("username", "role", "zone", "office", "head", "enterprise", "is_active")
    return list(Account.objects.order_by("username").values(*fields))
