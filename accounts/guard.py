"""Tables to which rows are only ever added: triggers in the database itself refuse to change and to delete.

A migration that builds a table anew loses its triggers without a word, so they are made again after every migration
(accounts/after_migrate.py), and a system check demands them (webapp/checks.py).
"""

from django.conf import settings
from django.db import connection

FUNCTION = "append_only"
SENTENCE = "Rows of this table are never changed or deleted."


def ensure() -> list[str]:
    """Make the triggers that are missing; the tables that had lost theirs."""
    lost = missing()
    with connection.cursor() as cursor:
        for table in lost:
            for statement in statements(table, vendor=connection.vendor):
                cursor.execute(statement)
    return lost


def missing() -> list[str]:
    """The tables that exist and are not guarded as they should be."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        cursor.execute(_LISTED[connection.vendor])
        guarded = {tuple(row) for row in cursor.fetchall()}
    return [
        table
        for table in settings.APPEND_ONLY
        if table in there
        and not {(table, name) for name in names(table, vendor=connection.vendor)} <= guarded
    ]


def names(table: str, *, vendor: str) -> list[str]:
    kinds = ["update", "delete", *(["truncate"] if vendor == "postgresql" else [])]
    return [f"{table}_no_{kind}" for kind in kinds]


def statements(table: str, *, vendor: str) -> list[str]:
    """What makes the triggers of `table`, also where some of them are there already."""
    return _sqlite(table) if vendor == "sqlite" else _postgresql(table)


def dropping(table: str, *, vendor: str) -> list[str]:
    """What takes them away: for a test's database, which is emptied between two tests."""
    end = f" ON {table}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{end}" for name in names(table, vendor=vendor)]


def _sqlite(table: str) -> list[str]:
    made = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        for verb in ("UPDATE", "DELETE")
    ]
    return [*dropping(table, vendor="sqlite"), *made]


def _postgresql(table: str) -> list[str]:
    function = (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$"
    )
    made = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION {FUNCTION}()"
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
    ]
    # Fired for replication roles too: only who may alter the table can switch them off.
    always = [
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for name in names(table, vendor="postgresql")
    ]
    return [function, *dropping(table, vendor="postgresql"), *made, *always]


# A trigger that is there but switched off guards nothing.
_LISTED = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND pg_table_is_visible(c.oid)",
}
