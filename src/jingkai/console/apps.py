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
        """Make the kinds of work known to whatever process does them."""
        from jingkai.console import correction_job

        assert correction_job
