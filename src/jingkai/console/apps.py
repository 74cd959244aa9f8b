"""The console as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ConsoleConfig"]


class ConsoleConfig(AppConfig):
    """The one application of the site."""

    name = "jingkai.console"
    label = "console"
    verbose_name = "经开"

    def ready(self) -> None:
        """Follow what accounts do; make the kinds of work known to whatever process does them."""
        from jingkai.console import correction_job
        from jingkai.console.account_trail import listen
        from jingkai.console.imports import load_job
        from jingkai.console.work import deciding

        assert correction_job and load_job and deciding
        listen()
