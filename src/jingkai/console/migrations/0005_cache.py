from typing import Any

from django.core.management import call_command
from django.db import migrations

_TABLE = "console_cache"


def _make(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        call_command("createcachetable", _TABLE, database=editor.connection.alias, verbosity=0)


def _drop(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TABLE {_TABLE}", params=None)


class Migration(migrations.Migration):
    """A cache that all processes of a site share, where the database is PostgreSQL."""

    dependencies = [("console", "0004_seals")]
    operations = [migrations.RunPython(_make, _drop)]
