"""The servers Nexus brings along: found, guarded, healed and gone with their parent."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from nexus import embedded
from nexus.embedded import Places, broker_url, database_url, processes_of, redis_url, servers


@pytest.fixture
def var(tmp_path):
    return tmp_path / "var"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A folder in which Postgres was set up by a first start, which takes a second or two."""
    var = tmp_path_factory.mktemp("cluster") / "var"
    with servers(var, valkey=False):
        pass
    return var


@pytest.fixture
def prepared(cluster, var):
    """A copy of that folder; owners are kept."""
    subprocess.run(["cp", "-a", str(cluster), str(var)], check=True)
    return var


def ask(var, statement):
    with psycopg.connect(database_url(var), autocommit=True) as connection:
        return connection.execute(statement).fetchone()


def gone(pid, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def orphan_maker(prepared):
    """A program that starts both servers, as the supervisor does, and waits to be killed."""
    code = (
        "import sys, time; from pathlib import Path; from nexus import embedded\n"
        "with embedded.servers(Path(sys.argv[1])):\n"
        "    sys.stdout.write('up\\n'); sys.stdout.flush(); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(prepared)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_cluster_is_durable_utf8_and_checksummed(prepared):
    with servers(prepared, valkey=False):
        assert ask(
            prepared,
            "SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
            " current_setting('data_checksums'), current_setting('listen_addresses'),"
            " pg_encoding_to_char(encoding), datlocprovider::text, datlocale"
            " FROM pg_database WHERE datname = 'nexus'",
        ) == ("on", "on", "on", "", "UTF8", "b", "C.UTF-8")


def test_killing_the_parent_ends_both_servers_and_a_new_start_keeps_the_rows(var, orphan_maker):
    with psycopg.connect(database_url(var), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pids = processes_of(Places(var).postgres) + processes_of(Places(var).valkey)
    assert len(pids) >= 2
    orphan_maker.kill()
    # Started at once: the old servers may still be closing their files.
    with servers(var):
        assert ask(var, "SELECT answer FROM kept") == (42,)
    assert all(gone(pid) for pid in pids)


def test_a_power_cut_with_a_recycled_process_id_heals(prepared):
    var = prepared
    with servers(var, valkey=False), psycopg.connect(database_url(var)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.commit()
        for pid in processes_of(Places(var).postgres):
            os.kill(pid, signal.SIGKILL)
        lock = Places(var).postgres / "postmaster.pid"
        words = lock.read_text("ascii").split("\n", 1)[1]
        # The number now belongs to a stranger that lives on: this test.
        lock.write_text(f"{os.getpid()}\n{words}", "ascii")
    with servers(var, valkey=False):
        assert ask(var, "SELECT answer FROM kept") == (42,)


def test_a_cut_during_the_first_start_leaves_no_half_made_cluster(var):
    places = Places(var)
    half = places.postgres.with_name("draft")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with servers(var, valkey=False):
        assert ask(var, "SELECT 1") == (1,)


def test_a_deep_folder_gets_a_short_socket_path(tmp_path):
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 6)
    socket = Places(deep).postgres_sockets / ".s.PGSQL.5432.lock"
    assert len(os.fsencode(socket)) <= 107
    assert Places(deep).run == Places(deep).run
    assert Places(deep).run != Places(deep / "other").run


def test_a_folder_another_user_prepared_is_refused(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    trap = tmp_path / "trap"
    trap.mkdir()
    os.chown(trap, 12345, 12345)
    with pytest.raises(embedded.ServerError, match="belongs to another user"):
        embedded.own_folder(trap)


def test_other_users_cannot_reach_the_sockets_or_the_files(prepared):
    with servers(prepared):
        places = Places(prepared)
        for folder in (places.run, places.postgres.parent, places.valkey):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.stat().st_uid == os.geteuid()


def test_as_root_postgres_runs_unprivileged_even_below_a_closed_folder(var):
    if os.geteuid() != 0:
        pytest.skip("only root needs this")
    closed = var.parent / "closed"
    closed.mkdir(mode=0o700)
    with servers(closed / "var", valkey=False):
        pid = processes_of(Places(closed / "var").postgres)[0]
        status = Path(f"/proc/{pid}/status").read_text()
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert facts["Uid"].split()[0] != "0"
        assert int(facts["CapEff"], 16).bit_count() == 1
        assert facts["NoNewPrivs"] == "1"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_as_root_a_program_below_a_closed_folder_is_seen_to_be_one(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root needs this")
    program = tmp_path / "closed" / "program"
    program.parent.mkdir(mode=0o700)
    program.touch()
    program.chmod(0o755)
    question = "import os, sys; sys.exit(not os.access(sys.argv[1], os.X_OK))"
    command = [sys.executable, "-c", question, str(program)]
    user = embedded.postgres_user()
    asked = embedded.launch(command, death_signal="SIGKILL", user=user)
    assert subprocess.run(asked, check=False).returncode == 0


def test_the_addresses_name_the_same_socket_for_every_client(var):
    assert database_url(var).startswith("postgresql://nexus@%2F")
    assert redis_url(var) == f"unix://{Places(var).valkey_socket}?db=0"
    assert broker_url("unix:///run/x.sock?db=3") == "redis+socket:///run/x.sock?virtual_host=3"
    assert broker_url("redis://cache:6379/1") == "redis://cache:6379/1"
