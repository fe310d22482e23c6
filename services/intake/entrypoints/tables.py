"""Tables as files for people: CSV and XLSX in which no cell can be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

import xlsxwriter
from fastapi import Response

Format: TypeAlias = Literal["csv", "xlsx"]
Cell: TypeAlias = str | int | float | date | datetime | None

MEDIA: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """What a spreadsheet would calculate gets an apostrophe before it, so that it is shown as it was written."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """With a byte order mark, for Excel takes UTF-8 without one for something else."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(title) for title in header])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def as_xlsx(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """Each sheet with its name, header and rows; texts stay texts, dates are dates."""
    out = io.BytesIO()
    # The same rows make the same bytes: an export can be compared, and an upload sent again.
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2020, 1, 1)})  # noqa: DTZ001  a property of the file, in no zone
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, header, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(header):
                sheet.write_string(0, column, harmless(title), bold)
                sheet.set_column(column, column, max(10, 2 * len(title) + 4))
            for line, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, date) and not isinstance(cell, datetime):
                        sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                    elif isinstance(cell, int | float):
                        sheet.write_number(line, column, cell)
                    elif cell is not None:
                        sheet.write_string(line, column, _plain(cell))
    return out.getvalue()


def download(name: str, format_: Format, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The answer that a browser saves as `name` with its ending."""
    body = as_csv(header, rows) if format_ == "csv" else as_xlsx([("1", header, rows)])
    return attachment(f"{name}.{format_}", MEDIA[format_], body)


def attachment(name: str, media: str, body: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media, headers=headers)


def _plain(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, str):
        return harmless(cell)
    return "" if cell is None else str(cell)
