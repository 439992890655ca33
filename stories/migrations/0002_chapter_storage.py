"""Keep chapter text as lz4, or uncompressed where the server lacks it.

The default (pglz) halves the rate of saves for texts of a chapter's size.
"""

from django.db import migrations

COLUMNS = (
    ("stories_chapter", "content"),
    ("stories_chapter", "text"),
    ("stories_chapterversion", "content"),
)


def alter(action):
    return " ".join(f"ALTER TABLE {table} ALTER COLUMN {name} {action};" for table, name in COLUMNS)


FORWARDS = f"""
DO $$ BEGIN
    IF EXISTS (
        SELECT FROM pg_settings
        WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)
    ) THEN {alter("SET COMPRESSION lz4")}
    ELSE {alter("SET STORAGE EXTERNAL")}
    END IF;
END $$
"""
BACKWARDS = alter("SET COMPRESSION DEFAULT") + alter("SET STORAGE EXTENDED")


class Migration(migrations.Migration):
    dependencies = [("stories", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
