"""The console as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ConsoleConfig"]


class ConsoleConfig(AppConfig):
    """The one application of the site."""

    name = "jingkai.console"
    label = "console"
    verbose_name = "经开"
