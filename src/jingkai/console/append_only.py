"""Tables that can only be added to: the database itself refuses to change or delete a row."""

from __future__ import annotations

from typing import Any

from django.db import migrations

__all__ = ["append_only"]


def append_only(table: str) -> migrations.RunPython:
    """Return the migration step that closes a table against every change but another row.

    Parameters
    ----------
    table
        Its name in the database.
    """

    def enforce(_: Any, editor: Any) -> None:
        for line in _LINES[editor.connection.vendor]:
            editor.execute(line.format(table=table), params=None)

    def release(_: Any, editor: Any) -> None:
        for line in _BACK[editor.connection.vendor]:
            editor.execute(line.format(table=table), params=None)

    return migrations.RunPython(enforce, release)


_REFUSED = "{table} can only be added to"
_LINES = {
    "sqlite": [
        f"CREATE TRIGGER {{table}}_no_{what} BEFORE {what.upper()} ON {{table}} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for what in ("update", "delete")
    ],
    "postgresql": [
        f"""CREATE FUNCTION {{table}}_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$""",
        """CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_refuse()""",
        """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()""",
    ],
}
_BACK = {
    "sqlite": ["DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete"],
    "postgresql": [
        "DROP TRIGGER {table}_append_only ON {table}",
        "DROP TRIGGER {table}_no_truncate ON {table}",
        "DROP FUNCTION {table}_refuse()",
    ],
}
