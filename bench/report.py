"""The lines of a report: what was measured, the figure, its bar and whether it was kept."""

from __future__ import annotations

from typing import Any


def row(name: str, value: float, unit: str, bar: str, *, met: bool) -> dict[str, Any]:
    """Return one line; the bar "–" is for a figure that is only told."""
    return {"name": name, "value": round(value, 3), "unit": unit, "bar": bar, "met": met}


def show(figures: list[dict[str, Any]]) -> None:
    for figure in figures:
        value = f"{figure['value']:,.2f} {figure['unit']}".strip()
        mark = "" if figure["bar"] == "–" else ("met" if figure["met"] else "NOT MET")
        print(f"{figure['name']:<48}{value:>14}   {figure['bar']:<18}{mark}")
