"""The site as a WSGI application, for `jingkai serve` and for any server: ``jingkai.console.wsgi:application``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from jingkai.console.opened import keep_answering

__all__ = ["application"]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jingkai.console.settings")
application = get_wsgi_application()
keep_answering()
