"""Starts the site on a workspace."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from jingkai.console.errors import ConsoleError
from jingkai.workspace import Workspace

__all__ = ["prepare", "serve"]


def prepare(workspace: Workspace, hosts: Sequence[str] = ()) -> None:
    """Set Django up on a workspace, once in a process, and bring its database up to date.

    Parameters
    ----------
    workspace
        Whose data the site shows, and where its database and key lie.
    hosts
        Names that it is asked by, beside those of `jingkai.toml`.

    Raises
    ------
    ConsoleError
        If the database cannot be reached, or the driver for it is missing.
    """
    os.environ["JINGKAI_WORKSPACE"] = str(workspace.path)
    os.environ["JINGKAI_HOSTS"] = ",".join(hosts)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jingkai.console.settings")
    from io import StringIO

    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db.utils import OperationalError

    try:
        django.setup()
        call_command("check", stdout=StringIO())
        call_command("migrate", verbosity=0, interactive=False)
    except ImproperlyConfigured as error:
        raise ConsoleError(
            f"数据库驱动不可用：{error}", hint="PostgreSQL 需要 `pip install 'jingkai[service]'`"
        ) from error
    except OperationalError as error:
        raise ConsoleError(
            "连不上数据库", hint="检查 JINGKAI_DATABASE_URL 或 jingkai.toml 的 [console] database"
        ) from error


def serve(
    workspace: Workspace, host: str, port: int, threads: int, ready: Callable[[str], Any]
) -> None:
    """Serve the site until it is stopped, with a worker beside it.

    Parameters
    ----------
    host, port, threads
        Where it listens, and how many requests it answers at once.
    ready
        Called with the address once everything that pages show was computed and the port is open.

    Raises
    ------
    ConsoleError
        If the port is taken.
    """
    prepare(workspace, () if host in ("0.0.0.0", "::") else (host,))
    from waitress.server import create_server

    from jingkai.console.middleware.bodies import largest_body
    from jingkai.console.opened import opened
    from jingkai.console.worker import worker_beside
    from jingkai.console.wsgi import application

    found = opened()
    if found is not None:
        found.compute()
    try:
        server = create_server(
            application,
            host=host,
            port=port,
            threads=threads,
            ident=None,
            max_request_body_size=largest_body() + 1,
        )
    except OSError as error:
        raise ConsoleError(
            f"{host}:{port} 不能监听：{error.strerror}", hint="换一个 --port，或停掉占用它的程序"
        ) from error
    with worker_beside(workspace):
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        server.run()
