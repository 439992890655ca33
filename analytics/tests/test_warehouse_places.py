"""Where the warehouse may be: what is told to a bucket and to MotherDuck, and what is refused."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as studio

from analytics.tests.builders import at
from analytics.warehouse import open_warehouse
from analytics.warehouse.places import (
    Bucket,
    Folder,
    MotherDuck,
    WarehouseUnavailable,
    place_of_studio,
)

NAME = "sessions-1/2026-03-0123456789abcdef"
BUCKET = Bucket("s3://ledger/nexus", "AKIA", "it's secret", "eu-central-1", "")
DUCK = MotherDuck("studio", "tok'en")


def test_the_settings_choose_the_place(settings, tmp_path):
    settings.WAREHOUSE_URL = str(tmp_path)
    assert place_of_studio() == Folder(tmp_path)
    settings.WAREHOUSE_URL = "s3://ledger/nexus/"
    settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = "AKIA", "it's secret"
    settings.AWS_REGION = "eu-central-1"
    assert place_of_studio() == BUCKET
    settings.WAREHOUSE_URL, settings.MOTHERDUCK_TOKEN = "md:studio", "tok'en"
    assert place_of_studio() == DUCK


def test_a_bucket_is_told_its_keys_for_itself_alone():
    assert BUCKET.secret_sql() == (
        "CREATE SECRET warehouse (TYPE s3, SCOPE 's3://ledger/nexus', KEY_ID 'AKIA',"
        " SECRET 'it''s secret', REGION 'eu-central-1')"
    )


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        ("http://minio:9000", "ENDPOINT 'minio:9000', URL_STYLE 'path', USE_SSL false"),
        ("https://s3.example", "ENDPOINT 's3.example', URL_STYLE 'path', USE_SSL true"),
    ],
)
def test_a_bucket_elsewhere_is_told_where(endpoint, told):
    bucket = Bucket("s3://ledger", "AKIA", "secret", "us-east-1", endpoint)
    assert bucket.secret_sql().endswith(f"REGION 'us-east-1', {told})")


def test_a_month_in_a_bucket_is_one_object():
    file = f"s3://ledger/nexus/{NAME}.parquet"
    assert BUCKET.rows([NAME]).endswith(f"FROM read_parquet(['{file}'])")
    assert BUCKET.keep_sql(NAME, "SELECT 1") == (
        f"COPY (SELECT 1) TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
    )
    # Written over with no rows: nothing of what was there is left to read.
    assert BUCKET.discard_sql(NAME) == BUCKET.keep_sql(NAME, "SELECT 0 AS discarded LIMIT 0")
    assert "'s3://ledger/nexus/sessions-*/*.parquet'" in BUCKET.kept_sql()
    assert "num_rows > 0" in BUCKET.kept_sql()


def test_a_month_at_motherduck_is_one_table():
    table = f'nexus_warehouse.main."{NAME}"'
    assert DUCK.attach_sql() == (
        "SET motherduck_token = 'tok''en'",
        "ATTACH 'md:studio' AS nexus_warehouse",
    )
    assert DUCK.keep_sql(NAME, "SELECT 1") == f"CREATE OR REPLACE TABLE {table} AS SELECT 1"
    assert DUCK.discard_sql(NAME) == f"DROP TABLE IF EXISTS {table}"
    assert DUCK.rows([NAME, NAME]).count(f"FROM {table}") == 2


@pytest.fixture
def ducks(tmp_path):
    """A MotherDuck database as far as DuckDB alone can play one."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{tmp_path}/played.db' AS nexus_warehouse")
        yield connection


def test_what_is_told_to_motherduck_is_good_sql(ducks):
    from analytics.warehouse.columns import NAMES, table_of_sessions

    ducks.execute(table_of_sessions("month"))
    ducks.execute("INSERT INTO month (day, typed) VALUES ('2026-03-11', 7)")
    DUCK.keep(ducks, NAME, f"SELECT {NAMES} FROM month")
    DUCK.keep(ducks, NAME, f"SELECT {NAMES} FROM month")
    assert DUCK.kept(ducks) == {NAME}
    assert ducks.execute(f"SELECT sum(typed) FROM ({DUCK.rows([NAME])})").fetchone() == (7,)
    DUCK.discard(ducks, NAME)
    assert DUCK.kept(ducks) == set()


def test_what_is_told_to_a_bucket_is_good_sql(tmp_path):
    import duckdb

    from analytics.warehouse.columns import NAMES, table_of_sessions

    # The same statements, about a folder that plays the bucket.
    bucket = Bucket(str(tmp_path), "AKIA", "secret", "us-east-1", "")
    (tmp_path / "sessions-1").mkdir()
    with duckdb.connect(":memory:") as connection:
        connection.execute(table_of_sessions("month"))
        connection.execute("INSERT INTO month (day, typed) VALUES ('2026-03-11', 7)")
        bucket.keep(connection, NAME, f"SELECT {NAMES} FROM month")
        assert bucket.kept(connection) == {NAME}
        rows = bucket.rows([NAME])
        assert connection.execute(f"SELECT sum(typed) FROM ({rows})").fetchone() == (7,)
        bucket.discard(connection, NAME)
        assert bucket.kept(connection) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "extension"), [("s3://a-bucket", "httpfs"), ("md:a", "motherduck")]
)
def test_without_its_extension_the_reason_is_told_and_nothing_fetched(settings, url, extension):
    settings.WAREHOUSE_URL = url
    with (
        pytest.raises(WarehouseUnavailable, match=extension),
        open_warehouse(at("2026-05-01 12:00")),
    ):
        pass


def start(**values):
    environment = {"PATH": os.environ["PATH"], "NEXUS_VAR": str(studio.VAR)} | values
    code = "import nexus.settings as s; print(s.WAREHOUSE_URL)"
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=studio.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"WAREHOUSE_URL": "var/warehouse"}, "must be a folder"),
        ({"WAREHOUSE_URL": "https://example.com/x"}, "must be a folder"),
        ({"WAREHOUSE_URL": "s3://bucket/it's"}, "must be a folder"),
        ({"WAREHOUSE_URL": "md:a'b"}, "must be a folder"),
        ({"WAREHOUSE_URL": "s3://bucket", "AWS_ACCESS_KEY_ID": "a"}, "AWS_SECRET_ACCESS_KEY"),
        ({"WAREHOUSE_URL": "md:studio"}, "MOTHERDUCK_TOKEN"),
        ({"AWS_ENDPOINT_URL": "minio:9000"}, "AWS_ENDPOINT_URL must be"),
    ],
)
def test_nonsense_is_refused_at_the_start(values, sentence):
    run = start(**values)
    assert run.returncode != 0 and sentence in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "values",
    [
        {"WAREHOUSE_URL": "/srv/ware house"},
        {
            "WAREHOUSE_URL": "s3://my.bucket/nexus/warehouse",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_ENDPOINT_URL": "http://minio:9000/",
        },
        {"WAREHOUSE_URL": "md:studio", "MOTHERDUCK_TOKEN": "t"},
    ],
)
def test_every_kind_of_place_starts(values):
    run = start(**values)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == values["WAREHOUSE_URL"]
