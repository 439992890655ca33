"""How Postgres keeps chapter text."""

import pytest
from django.core.management import call_command
from django.db import connection

COMPRESSION = """
    SELECT attrelid::regclass::text, attname, attcompression::text FROM pg_attribute
    WHERE attrelid IN ('stories_chapter'::regclass, 'stories_chapterversion'::regclass)
      AND attname IN ('content', 'text')
"""
COLUMNS = {
    ("stories_chapter", "content"),
    ("stories_chapter", "text"),
    ("stories_chapterversion", "content"),
}


def compressed_by_lz4():
    with connection.cursor() as cursor:
        cursor.execute(COMPRESSION)
        return {(table, column) for table, column, method in cursor.fetchall() if method == "l"}


@pytest.mark.django_db(transaction=True)
def test_text_is_kept_as_lz4_and_the_migration_can_be_taken_back():
    assert compressed_by_lz4() == COLUMNS
    call_command("migrate", "stories", "0001", verbosity=0)
    assert compressed_by_lz4() == set()
    call_command("migrate", verbosity=0)
    assert compressed_by_lz4() == COLUMNS
