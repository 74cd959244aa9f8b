from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.console.apart import Apart, apart

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
assert apart


def test_four_writers_at_once_leave_one_chain_without_a_gap(apart: Apart) -> None:
    told = apart.run(
        """
        migrate()
        from concurrent.futures import ThreadPoolExecutor
        from django.db import connection
        from jingkai.console import trail
        from jingkai.console.models import TrailEntry
        def write(who):
            for i in range(200):
                trail.record_as(f"writer{who}", "officer", "enterprise.read", str(i))
            connection.close()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        numbers = list(TrailEntry.objects.order_by("number").values_list("number", flat=True))
        tell([numbers == list(range(1, 801)), len(list(trail.breaks()))])
        """
    )
    assert told == [True, 0]


#: Accounts as the first state of the database had them, then everything up to now and back.
_OF_OLD = """
migrate("0001")
from django.db import connection
from django.contrib.auth.hashers import make_password
def ask(line, values=()):
    with connection.cursor() as cursor:
        cursor.execute(line, values)
        return cursor.fetchall() if cursor.description else None
fields = {"password": make_password("a long pass phrase 7"), "is_superuser": False, "username": "li.ming",
    "first_name": "", "last_name": "", "email": "", "is_staff": False, "is_active": True,
    "date_joined": "2026-01-01 00:00:00+00:00", "role": "officer", "enterprise": "", "zone": "甲",
    "office": "tax"}
names, marks = ", ".join(fields), ", ".join(["%s"] * len(fields))
ask(f"INSERT INTO console_account ({names}) VALUES ({marks})", list(fields.values()))
def account():
    return [list(r) for r in ask("SELECT username, role, zone, office FROM console_account")]
"""


def test_the_state_before_comes_to_now_and_back_with_its_accounts(apart: Apart) -> None:
    told = apart.run(
        _OF_OLD
        + """
migrate()
from io import StringIO
call_command("makemigrations", "console", check=True, dry_run=True, stdout=StringIO())
from django.contrib.auth import authenticate
from jingkai.console.models import Account
from jingkai.console.trail import breaks, record_as
record_as("li.ming", "officer", "enterprise.read")
one = Account.objects.get()
found = [account(), one.check_password("a long pass phrase 7"), one.external_id, len(list(breaks()))]
migrate("0001")
found.append(account())
migrate()
found.append(account())
migrate("zero")
tables = connection.introspection.table_names()
migrate()
found += [[t for t in tables if t.startswith("console_")], account()]
tell(found)
"""
    )
    row = [["li.ming", "officer", "甲", "tax"]]
    assert told == [row, True, "", 0, row, row, [], []]


def test_a_role_that_owns_nothing_can_only_add_to_the_trail(apart: Apart) -> None:
    """What the site runs as in service: it may read and add, and not even switch a trigger off."""
    if not apart.url:
        pytest.skip("SQLite has no roles")
    import psycopg

    apart.run("migrate()")
    name = urlsplit(apart.url).path.strip("/").replace("apart", "plain")
    with psycopg.connect(apart.url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x' NOSUPERUSER NOCREATEDB NOCREATEROLE")
        owner.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        owner.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}"
        )
        owner.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
        owner.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON console_trailentry FROM {name}")
    parts = urlsplit(apart.url)
    apart.url = parts._replace(netloc=f"{name}:x@").geturl()
    entry = apart.run(
        """
        from jingkai.console import trail
        trail.record_as("li.ming", "officer", "enterprise.read", facts=["revenue"])
        tell([len(list(trail.breaks())), trail.head()[0]])
        """
    )
    assert entry == [0, 1]
    for line in (
        "UPDATE console_trailentry SET account = 'x'",
        "DELETE FROM console_trailentry",
        "TRUNCATE console_trailentry",
        "ALTER TABLE console_trailentry DISABLE TRIGGER ALL",
        "DROP TRIGGER trail_append_only ON console_trailentry",
        "DROP TABLE console_trailentry",
        "CREATE OR REPLACE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN OLD; END $$",
        "SET session_replication_role = replica",
    ):
        assert _refused(apart.url, line), line


def test_not_even_the_owner_changes_or_empties_the_trail_by_mistake(apart: Apart) -> None:
    if not apart.url:
        pytest.skip("PostgreSQL's TRUNCATE")
    apart.run("migrate()\nfrom jingkai.console import trail\ntrail.record_as('a', 'officer', 'x')")
    for line in (
        "UPDATE console_trailentry SET account = 'x'",
        "DELETE FROM console_trailentry",
        "TRUNCATE console_trailentry",
    ):
        assert _refused(apart.url, line), line


def _refused(url: str, line: str) -> bool:
    import psycopg

    connection: Any
    with psycopg.connect(url) as connection:
        try:
            connection.execute(line)
        except psycopg.Error:
            return True
    return False
