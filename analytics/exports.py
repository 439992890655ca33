"""Numbers to take away: CSV as a stream, XLSX as a file, both in constant memory.

Nothing a writer named can run in a spreadsheet: text stays text, whatever it begins with.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from nexus.lib.errors import Invalid

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_CHUNK = 500
# Beyond this a workbook takes longer to write than anyone waits for a page; CSV has no end.
MOST_SHEET_ROWS = 50_000
# What a spreadsheet may take for a formula at the beginning of a cell.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
Cell = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `rows` is read once. `name` is that of the file, without an ending."""

    name: str
    headings: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]


def respond(table: Table, file_format: str) -> HttpResponseBase:
    """Answer with the table as `csv` or `xlsx`, to be saved."""
    if file_format == "xlsx":
        return FileResponse(
            workbook(table),
            as_attachment=True,
            filename=f"{table.name}.xlsx",
            content_type=XLSX_TYPE,
        )
    response = StreamingHttpResponse(csv_chunks(table), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    return response


def csv_chunks(table: Table) -> Iterator[bytes]:
    """Yield the table as CSV (RFC 4180, UTF-8), some hundred rows at a time."""
    yield _lines([table.headings])
    rows = iter(table.rows)
    while chunk := [map(harmless, row) for row in islice(rows, ROWS_A_CHUNK)]:
        yield _lines(chunk)


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet runs it; numbers and dates are what they are."""
    if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS):
        return f"'{cell}"
    return cell.isoformat() if isinstance(cell, date) else cell


def workbook(table: Table) -> IO[bytes]:
    """Write the table to a workbook of one sheet; return the open file, gone when it is closed."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    file = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the answer closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    with Workbook(file, options) as book:
        sheet = book.add_worksheet()
        bold, instant = book.add_format({"bold": True}), book.add_format()
        instant.set_num_format("yyyy-mm-dd hh:mm:ss")
        sheet.write_row(0, 0, table.headings, bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write(number, column, cell, *_format_of(cell, instant))
    file.seek(0)
    return file


def _format_of(cell: Cell, instant: Any) -> tuple[Any, ...]:
    return (instant,) if isinstance(cell, datetime) else ()


def refuse_long(rows: int) -> None:
    """Raise Invalid when a workbook of so many rows would take too long to write."""
    if rows > MOST_SHEET_ROWS:
        message = _("This is too long for a workbook. Please take it as CSV, or ask for less.")
        raise Invalid.field("format", message, code="too_long")
