"""Become another program whose life is tied to its parent's.

Run by path, before anything of Nexus is imported: `python -I -S launcher.py [options] -- program
arguments`. On Linux the kernel sends `--death-signal` when the parent dies, whatever killed it.

`--user UID:GID` gives up root (Postgres refuses it) but keeps one capability, so that a clone under
a closed folder such as /root can still be read. It is kept as *ambient*, the only kind an ordinary
program inherits; nobody's permissions have to be loosened.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAP_SETPCAP = 8
SECBIT_NO_SETUID_FIXUP = 1 << 2
REFUSED = 111


def main(arguments: list[str]) -> None:
    """Read the options, prepare this process and replace it by the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", default="SIGTERM")
    parser.add_argument("--user", default="")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args(arguments)
    try:
        if options.user:
            give_up_root(*map(int, options.user.split(":")))
        die_with_parent(options.parent, signal.Signals[options.death_signal])
        os.execvp(options.program[0], options.program)  # noqa: S606
    except OSError as error:
        sys.stderr.write(f"{options.program[0]} could not be started: {error}\n")
        sys.exit(REFUSED)


def die_with_parent(parent: int, death_signal: signal.Signals) -> None:
    """Ask for a signal at the parent's death. Call last: a change of user forgets it."""
    if sys.platform == "linux":
        _call("prctl", PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(REFUSED)


def give_up_root(uid: int, gid: int) -> None:
    """Change to an unprivileged user that may still read every folder."""
    capability = _first_held(CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
    _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    if _first_held(CAP_SETPCAP) is not None:
        # access(2), which initdb asks about its own programs, ignores capabilities without this.
        _call("prctl", PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    _keep_only(capability)
    if capability is not None:
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _first_held(*capabilities: int) -> int | None:
    """Return the first of these that this process holds; containers often lack some."""
    status = Path("/proc/self/status").read_text("ascii")
    permitted = int(status.partition("CapPrm:")[2].split(maxsplit=1)[0], 16)
    return next((number for number in capabilities if permitted & (1 << number)), None)


def _keep_only(capability: int | None) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 0 if capability is None else 1 << capability
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    _call("capset", header, sets)


def _call(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    main(sys.argv[1:])
