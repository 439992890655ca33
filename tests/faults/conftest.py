"""The studio of the fault suite, and the table it prints at the end."""

import time
from pathlib import Path

import pytest

from tests.faults.harm import paused, worker_of
from tests.faults.scene import IS_FULL, SEED, TALLY, log_bytes, make_writers
from tests.faults.studio import Keeper, Studio

HERE = Path(__file__).parent
COLUMNS = ("scenario", "seconds", "faults", "saves", "healed in")
WIDTHS = (76, 8, 7, 7, 10)


@pytest.fixture(scope="package")
def keeper():
    keeper = Keeper()
    yield keeper
    keeper.end()


@pytest.fixture
def studio(keeper, request):
    """A studio of real servers, its earlier log lines behind it."""

    def has_failed():
        return getattr(request.node, "report", None) is None or request.node.report.failed

    with keeper.lend(has_failed) as studio:
        TALLY.logged_before = log_bytes(studio.runs[-1])
        yield studio


@pytest.fixture
def runs(studio):
    """The runs of one studio, the newest last: a killed supervisor is started again."""
    return studio.runs


@pytest.fixture(autouse=True)
def _tally():
    """Count what a scenario does, for the table."""
    TALLY.reset()


@pytest.fixture(scope="package")
def absence():
    """A studio of its own whose worker stands still, its writers and since when."""
    studio = Studio()
    run = studio.runs[-1]
    writers = make_writers(run.port, people=1, chapters=2, seed=SEED)
    for writer in writers:
        writer.pause = 2.0 if IS_FULL else 0.05
    with paused([worker_of(run)]):
        yield run, writers, time.monotonic()
    studio.end()


@pytest.fixture(scope="package", autouse=True)
def _begin_the_absence(request):
    """A full run has it last for as long as everything else does."""
    is_wanted = any("absence" in item.fixturenames for item in request.session.items)
    if IS_FULL and is_wanted:
        request.getfixturevalue("absence")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.report = report
        healed = f"{TALLY.healed:.1f} s" if TALLY.healed else "-"
        figures = (f"{call.duration:.1f}", TALLY.faults, TALLY.acknowledged, healed)
        report.user_properties.append(("fault", (item.name, *figures)))
    return report


def pytest_collection_modifyitems(config, items):
    """`make faults` names them, `make test` leaves them out; the long absence comes last."""
    if not any("faults" in str(name) for name in config.args):
        left = [item for item in items if HERE in item.path.parents]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]
    else:
        items.sort(key=lambda item: "absence" in getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter):
    """Print one line for each scenario."""
    rows = []
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        found = dict(report.user_properties).get("fault")
        if found:
            rows.append(found)
    if not rows or not IS_FULL:
        return
    terminalreporter.section("faults survived")
    for row in (COLUMNS, *rows):
        cells = [f"{cell!s:>{width}}" for cell, width in zip(row[1:], WIDTHS[1:], strict=True)]
        name = str(row[0]).removeprefix("test_").replace("_", " ")
        terminalreporter.write_line(f"{name:<{WIDTHS[0]}.{WIDTHS[0]}}" + "".join(cells))
