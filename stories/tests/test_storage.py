"""How Postgres keeps chapter text."""

import pytest
from django.core.management import call_command
from django.db import connection

KEPT = """
    SELECT attrelid::regclass::text, attname, attcompression::text, attstorage::text
    FROM pg_attribute
    WHERE attrelid IN ('stories_chapter'::regclass, 'stories_chapterversion'::regclass)
      AND attname IN ('content', 'text')
"""
HAS_LZ4 = """
    SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'
"""
COLUMNS = {
    ("stories_chapter", "content"),
    ("stories_chapter", "text"),
    ("stories_chapterversion", "content"),
}


def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def kept_cheaply():
    """Return the columns kept as lz4 where the server has it, else uncompressed."""
    [(has_lz4,)] = ask(HAS_LZ4)
    return {
        (table, column)
        for table, column, compression, storage in ask(KEPT)
        if (compression == "l" if has_lz4 else storage == "e")
    }


@pytest.mark.django_db(transaction=True)
def test_text_is_kept_cheaply_and_the_migration_can_be_taken_back():
    assert kept_cheaply() == COLUMNS
    call_command("migrate", "stories", "0001", verbosity=0)
    assert kept_cheaply() == set()
    call_command("migrate", verbosity=0)
    assert kept_cheaply() == COLUMNS
