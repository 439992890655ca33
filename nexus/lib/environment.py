"""Reads settings from the environment and gathers everything wrong with them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from ipaddress import ip_network


class Environment:
    """Typed access to the environment; `finish()` refuses to go on with one list of all faults."""

    TRUE = frozenset({"1", "true", "yes", "on"})
    FALSE = frozenset({"0", "false", "no", "off", ""})

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values
        self._faults: list[str] = []

    def text(self, name: str, *, default: str) -> str:
        return self._values.get(name, "").strip() or default

    def words(self, name: str, *, default: Sequence[str]) -> list[str]:
        found = [word.strip() for word in self._values.get(name, "").split(",")]
        return [word for word in found if word] or list(default)

    def networks(self, name: str) -> list[str]:
        """Return addresses and networks such as `10.0.0.1, 10.0.0.0/8, fd00::/8`."""
        return [word for word in self.words(name, default=[]) if self._is_network(name, word)]

    def _is_network(self, name: str, word: str) -> bool:
        try:
            ip_network(word)
        except ValueError:
            self._faults.append(f"{name} must hold addresses and networks, not “{word}”.")
            return False
        return True

    def boolean(self, name: str, *, default: bool) -> bool:
        raw = self._values.get(name)
        if raw is None or not raw.strip():
            return default
        if raw.strip().lower() not in self.TRUE | self.FALSE:
            self._faults.append(f"{name} must be true or false, not “{raw}”.")
        return raw.strip().lower() in self.TRUE

    def integer(self, name: str, *, default: int, low: int, high: int) -> int:
        raw = self._values.get(name, "").strip()
        if not raw:
            return default
        value = int(raw) if raw.isascii() and raw.isdigit() else None
        if value is None or not low <= value <= high:
            self._faults.append(f"{name} must be a whole number from {low} to {high}, not “{raw}”.")
            return default
        return value

    def choice(self, name: str, allowed: Sequence[str], *, default: str) -> str:
        value = self.text(name, default=default)
        if value not in allowed:
            self._faults.append(f"{name} must be one of {', '.join(allowed)}, not “{value}”.")
            return default
        return value

    def require(self, *names: str) -> None:
        self._faults += [
            f"{name} must be set." for name in names if not self._values.get(name, "").strip()
        ]

    def refuse(self, wrong: bool, sentence: str) -> None:
        if wrong:
            self._faults.append(sentence)

    def finish(self) -> None:
        """Stop the start when anything was wrong."""
        if self._faults:
            lines = "\n".join(f"  - {fault}" for fault in self._faults)
            raise SystemExit(f"Nexus cannot start with these settings:\n{lines}")
