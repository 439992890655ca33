"""A disk that is full: saves are put off, nothing is torn, and all goes on once there is space."""

import os
import random
import shutil
import subprocess
import time
from contextlib import suppress
from http.client import HTTPException

import pytest

from nexus.testing import LOUD
from nexus.tests.test_up import Nexus
from tests.faults.scene import (
    HEALED_IN,
    IS_FULL,
    SEED,
    TALLY,
    Writing,
    check_everything,
    copy_of,
    in_full_only,
    make_writers,
)
from tests.faults.studio import copy_of_template, started, stop
from tests.faults.visitors import check_answers, visiting, were_sent_away

MEGABYTE = 1024 * 1024
SPACE = 192
SECONDS = 15 if IS_FULL else 4


@pytest.fixture
def small_disk(tmp_path):
    """The `var` of a studio whose Postgres has a disk of its own, which only root can make."""
    var = tmp_path / "var"
    disk = var / "postgres"
    disk.mkdir(mode=0o700, parents=True)
    mount = shutil.which("mount")
    command = [mount, "-t", "tmpfs", "-o", f"size={SPACE}m,mode=0700", "nexus-faults", str(disk)]
    if os.geteuid() != 0 or not mount or subprocess.run(command, check=False).returncode:
        pytest.skip(f"{LOUD} a full disk needs root and the right to mount, which is not here")
    yield var
    for options in ([], ["--lazy"]):
        if subprocess.run(["umount", *options, str(disk)], check=False).returncode == 0:
            return


@pytest.fixture
def run(small_disk):
    run = started(Nexus(copy_of_template(small_disk)))
    yield run
    stop(run)


def fill(var):
    """Take all the space that is left."""
    with (var / "postgres" / "ballast").open("ab", buffering=0) as file, suppress(OSError):
        for size in (MEGABYTE, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)


class Heavy:
    """A program that saves so much at a time that what was set aside is soon used up."""

    def __init__(self, program, chapter):
        self.program = copy_of(program)
        self.path = f"/chapters/{chapter['id']}"
        self.chance = random.Random(SEED)
        self.answers = []

    def save(self):
        text = self.chance.randbytes(300_000).hex()
        words = " ".join(text[start : start + 50] for start in range(0, len(text), 50))
        began = time.monotonic()
        try:
            status, headers, _answer = self.program.ask("PATCH", self.path, {"content": words})
            wait = headers.get("Retry-After")
        except (OSError, HTTPException) as error:
            status, wait = type(error).__name__, None
        self.answers.append(("save", status, wait, time.monotonic() - began))


@in_full_only
def test_a_full_disk_puts_saves_off_and_loses_none(run):
    TALLY.logged_before = 0
    heavy_writer, *writers = make_writers(run.port, people=3, chapters=2, seed=SEED)[1:]
    heavy = Heavy(heavy_writer.program, heavy_writer.chapter)
    with Writing(writers) as writing:
        for _ in range(2):
            writing.all_save_again()
            with visiting(writers[:2]) as answers:
                end = time.monotonic() + SECONDS
                while time.monotonic() < end:
                    fill(run.var)
                    heavy.save()
                    time.sleep(0.1)
                (run.var / "postgres" / "ballast").unlink()
                TALLY.fault()
                assert writing.heal() <= HEALED_IN
            check_answers(answers)
    check_answers(heavy.answers)
    assert were_sent_away(heavy.answers)
    check_everything(run, writers)
    heavy.save()
    assert heavy.answers[-1][1] == 200
