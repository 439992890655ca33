"""Look the locked versions up among known faults; `make audit`.

Exits 0 where no fault is known of any of them, 1 where one is, 2 where some could not be looked up:
without an advisory service (behind a mirror of packages, without a network) nothing is known, which
is not the same as nothing being wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
FAULTY, UNKNOWN = 1, 2


def looked_up(lock: str) -> list[dict[str, Any]]:
    """Return what pip-audit says of each locked package; nothing where it could not ask."""
    asked = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-f", "json"]
    done = subprocess.run(  # noqa: S603 - words of our own
        [*asked, "--progress-spinner", "off", "-r", str(BASE / lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    return list(json.loads(done.stdout)["dependencies"]) if done.stdout.strip() else []


def verdict(packages: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Return the exit code and the lines that say why."""
    faulty = [one for one in packages if one.get("vulns")]
    unknown = [one for one in packages if "skip_reason" in one]
    if faulty:
        return FAULTY, [
            f"{one['name']} {one['version']}: {fault['id']}, mended in {fault['fix_versions']}"
            for one in faulty
            for fault in one["vulns"]
        ]
    if unknown or not packages:
        told = f"{len(unknown)} of {len(packages)} packages could not be looked up:"
        return UNKNOWN, [f"{told} no advisory service answers here, so nothing is known of them."]
    return 0, [f"No fault is known of any of {len(packages)} packages."]


def main() -> int:
    code, lines = verdict([one for lock in LOCKS for one in looked_up(lock)])
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
