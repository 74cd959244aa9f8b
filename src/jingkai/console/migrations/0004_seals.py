from typing import Any

from django.db import migrations, models

#: Whatever else is true, an entry that is younger than a year stays.
_DAYS = 366
_REFUSED = "the audit trail can only be added to"
_SQLITE = [
    "DROP TRIGGER trail_no_delete",
    f"""CREATE TRIGGER trail_no_delete BEFORE DELETE ON console_trailentry
    WHEN OLD.at > datetime('now', '-{_DAYS} days') OR NOT EXISTS (
        SELECT 1 FROM console_trailentry AS seal
        WHERE seal.action = 'trail.seal' AND seal.number > OLD.number
        AND CAST(json_extract(seal.detail, '$.upto') AS INTEGER) >= OLD.number)
    BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
]
_POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '{_DAYS} days' AND EXISTS (
        SELECT 1 FROM console_trailentry AS seal
        WHERE seal.action = 'trail.seal' AND seal.number > OLD.number
        AND (seal.detail->>'upto')::bigint >= OLD.number)
    THEN RETURN OLD; END IF;
    RAISE EXCEPTION '{_REFUSED}'; END $$"""
]
_BACK = {
    "sqlite": [
        "DROP TRIGGER trail_no_delete",
        f"""CREATE TRIGGER trail_no_delete BEFORE DELETE ON console_trailentry
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    ],
    "postgresql": [
        f"""CREATE OR REPLACE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$""",
    ],
}


def _enforce(apps: Any, editor: Any) -> None:
    for line in _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRESQL:
        editor.execute(line, params=None)


def _release(apps: Any, editor: Any) -> None:
    for line in _BACK[editor.connection.vendor]:
        editor.execute(line, params=None)


class Migration(migrations.Migration):
    """Entries that an archive holds may go once they are old; accounts may have an outer identity."""

    dependencies = [("console", "0003_trail_append_only")]
    operations = [
        migrations.RunPython(_enforce, _release),
        migrations.AddField(
            "account",
            "external_id",
            models.CharField(
                blank=True, db_index=True, default="", max_length=200, verbose_name="外部身份标识"
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "account",
            models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("external_id",),
                name="account_external_id_once",
            ),
        ),
    ]
