"""The index over the words of search entries, in each database's own way, and an entry for every prediction there is.

SQLite: an FTS5 table without a content of its own, kept by triggers. PostgreSQL: a function that says what the words of
a text are (punctuation parts them, accents do not count), an index over it, and one that makes a question of a text.
"""

from django.db import migrations

TABLE = "generations_searchentry"

SQLITE = [
    f"""CREATE VIRTUAL TABLE generations_search USING fts5(
        owner, words, content='{TABLE}', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2', prefix='2 3')""",
    f"""CREATE TRIGGER generations_search_insert AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO generations_search(rowid, owner, words) VALUES (new.id, new.owner, new.words); END""",
    f"""CREATE TRIGGER generations_search_delete AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO generations_search(generations_search, rowid, owner, words)
        VALUES ('delete', old.id, old.owner, old.words); END""",
    f"""CREATE TRIGGER generations_search_update AFTER UPDATE ON {TABLE} BEGIN
        INSERT INTO generations_search(generations_search, rowid, owner, words)
        VALUES ('delete', old.id, old.owner, old.words);
        INSERT INTO generations_search(rowid, owner, words) VALUES (new.id, new.owner, new.words); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER generations_search_insert",
    "DROP TRIGGER generations_search_delete",
    "DROP TRIGGER generations_search_update",
    "DROP TABLE generations_search",
]

PLAIN = r"""translate(regexp_replace(normalize($1, NFD), '[\u0300-\u036f]', '', 'g'),
            '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32))"""
POSTGRESQL = [
    f"""CREATE FUNCTION generations_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS $$ SELECT to_tsvector('pg_catalog.simple', {PLAIN}) $$""",
    f"""CREATE FUNCTION generations_question(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS $$ SELECT phraseto_tsquery('pg_catalog.simple', {PLAIN}) $$""",
    f"CREATE INDEX generations_search ON {TABLE} USING gin (generations_words(words))",
]
POSTGRESQL_BACK = [
    "DROP INDEX generations_search",
    "DROP FUNCTION generations_question(text)",
    "DROP FUNCTION generations_words(text)",
]

FILL = f"""INSERT INTO {TABLE} (prediction_id, owner, words)
    SELECT id, 'u' || user_id, substr(prompt, 1, 20000) FROM generations_prediction"""


def build(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in [*(SQLITE if is_sqlite else POSTGRESQL), FILL]:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE_BACK if is_sqlite else POSTGRESQL_BACK:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("generations", "0004_organise")]

    operations = [migrations.RunPython(build, drop)]
