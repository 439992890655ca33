"""Children are kept alive, listened to and ended; nobody outlives the supervisor."""

import sys
import time

import pytest

from nexus import supervisor as supervisor_module
from nexus.supervisor import Child, Log, Supervisor


@pytest.fixture
def supervisor(tmp_path):
    one = Supervisor(Log(tmp_path / "log" / "nexus.log"))
    yield one
    one.stop_all()


def script(code):
    return [sys.executable, "-c", code]


def lines(supervisor):
    path = supervisor.log.path
    return path.read_text().splitlines() if path.exists() else []


def step_until(supervisor, condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        supervisor.step(0.05)


def test_every_line_carries_the_name_of_its_child(supervisor):
    supervisor.start(Child("web", script("print('one'); print('two', end='')")))
    step_until(
        supervisor, lambda: len(lines(supervisor)) >= 2 if supervisor.log.path.exists() else 0
    )
    assert lines(supervisor)[:2] == ["web      | one", "web      | two"]


def test_a_dead_child_is_restarted_with_growing_pauses(supervisor, monkeypatch):
    monkeypatch.setattr(supervisor_module, "FIRST_DELAY", 0.05)
    child = Child("web", script("raise SystemExit(3)"), delay=0.05)
    supervisor.start(child)
    first = child.process.pid
    step_until(supervisor, lambda: child.delay >= 0.2)
    assert child.process.pid != first
    assert "web ended (code 3)" in "\n".join(lines(supervisor))


def test_the_pause_never_passes_five_seconds(supervisor):
    child = Child("web", script("raise SystemExit(3)"), delay=4)
    supervisor.start(child)
    step_until(supervisor, lambda: child.restart_at is not None)
    assert child.delay == 5


def test_a_child_that_ran_well_starts_again_quickly(supervisor):
    child = Child("web", script("pass"), delay=16)
    supervisor.start(child)
    child.started_at -= 61
    step_until(supervisor, lambda: child.restart_at is not None)
    assert child.delay == 2 * supervisor_module.FIRST_DELAY


def test_children_stop_from_the_last_to_the_first(supervisor):
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye', flush=True)))\n"
        "print('up', flush=True); time.sleep(60)"
    )
    for name in ("postgres", "web"):
        supervisor.start(Child(name, script(code)))
    step_until(supervisor, lambda: "\n".join(lines(supervisor)).count("up") == 2)
    supervisor.stop_all()
    goodbyes = [line.split()[0] for line in lines(supervisor) if line.endswith("bye")]
    assert goodbyes == ["web", "postgres"]


def test_a_child_that_will_not_stop_is_ended_after_its_grace(supervisor):
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('up', flush=True); time.sleep(60)"
    )
    child = Child("web", script(code), grace=0.2)
    supervisor.start(child)
    step_until(supervisor, lambda: lines(supervisor))
    process = child.process
    supervisor.stop_all()
    assert process.returncode == -9


def test_the_log_changes_over_and_keeps_a_few_old_files(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor_module, "LOG_BYTES", 50)
    log = Log(tmp_path / "nexus.log")
    for number in range(40):
        log.write("web", f"a line of some length, number {number}".encode())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "nexus.log",
        *(f"nexus.log.{number}" for number in range(1, 6)),
    ]
    assert "number 39" in (tmp_path / "nexus.log").read_text()


def test_a_program_that_runs_once_stays_ended_and_says_only_that_it_failed(supervisor):
    for code in (0, 3):
        supervisor.run_once(Child("backup", script(f"print('done'); raise SystemExit({code})")))
        step_until(supervisor, lambda: not supervisor.children)
    assert lines(supervisor) == [
        "backup   | done",
        "backup   | done",
        "nexus    | backup failed (code 3)",
    ]


def test_a_program_that_cannot_start_keeps_nobody_waiting(supervisor):
    supervisor.run_once(Child("backup", ["/no/such/program"]))
    assert supervisor.children == []
    assert "backup could not be started" in lines(supervisor)[0]
