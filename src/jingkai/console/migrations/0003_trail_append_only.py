from typing import Any

from django.db import migrations

_REFUSED = "the audit trail can only be added to"
_SQLITE = [
    f"CREATE TRIGGER trail_no_{what} BEFORE {what.upper()} ON console_trailentry "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    for what in ("update", "delete")
]
_POSTGRESQL = [
    f"""CREATE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$""",
    """CREATE TRIGGER trail_append_only BEFORE UPDATE OR DELETE ON console_trailentry
    FOR EACH ROW EXECUTE FUNCTION trail_refuse()""",
    """CREATE TRIGGER trail_no_truncate BEFORE TRUNCATE ON console_trailentry
    FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse()""",
]
_BACK = {
    "sqlite": ["DROP TRIGGER trail_no_update", "DROP TRIGGER trail_no_delete"],
    "postgresql": [
        "DROP TRIGGER trail_append_only ON console_trailentry",
        "DROP TRIGGER trail_no_truncate ON console_trailentry",
        "DROP FUNCTION trail_refuse()",
    ],
}


def _enforce(apps: Any, editor: Any) -> None:
    for line in _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRESQL:
        editor.execute(line, params=None)


def _release(apps: Any, editor: Any) -> None:
    for line in _BACK[editor.connection.vendor]:
        editor.execute(line, params=None)


class Migration(migrations.Migration):
    """The database itself refuses to change or delete what the trail holds."""

    dependencies = [("console", "0002_desks")]
    operations = [migrations.RunPython(_enforce, _release)]
