"""`wangge import`: the rows of a file, in batches, several under way at once, until all are taken in."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import ValidationError
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from deploy.client import Access, Client
from deploy.commands.terminal import err, print_json, run, tell
from deploy.failure import CommandFailed
from services.intake.domain.report import Channel
from services.intake.entrypoints.files import BadRow, Row, UnreadableFile, count_rows, read_rows
from services.intake.entrypoints.schemas import RowIn

SUBJECT_CUT: Final = 40
SHOWN_BAD_ROWS: Final = 10
BATCH_CHARACTERS: Final = 2_000_000  # far below what the server takes, whatever the characters are


@dataclass(frozen=True)
class ImportOptions:
    file: Path
    channel: str = "mailbox"
    accept_above: float | None = None
    mapping: tuple[str, ...] = ()
    station: str | None = None
    batch: int = 100
    parallel: int = 3
    patience: float = 300.0


@dataclass
class Batch:
    """Rows that are sent together, and the lines of the file that they stand for."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    bad: list[dict[str, Any]] = field(default_factory=list)
    lines: int = 0
    characters: int = 0

    def __len__(self) -> int:
        return len(self.rows) + len(self.bad)


@dataclass
class Summary:
    """What became of the file's rows."""

    file: str
    rows: int = 0
    registered: int = 0
    repeated: int = 0
    parked: int = 0
    admitted: int = 0
    position: int = 0
    requests_repeated: int = 0
    seconds: float = 0.0
    messages_per_second: float = 0.0
    bad_rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, batch: Batch, answer: dict[str, Any]) -> None:
        self.rows += len(batch)
        for name in ("registered", "repeated", "parked", "admitted"):
            setattr(self, name, getattr(self, name) + answer[name])
        self.position = max(self.position, answer["position"])
        self.bad_rows += [{"line": bad["line"], "reason": bad["reason"]} for bad in batch.bad]

    def timed(self, seconds: float, requests_repeated: int) -> None:
        self.seconds = round(seconds, 2)
        self.messages_per_second = round(self.rows / seconds, 1) if seconds > 0 else 0.0
        self.requests_repeated = requests_repeated
        self.bad_rows.sort(key=lambda bad: int(bad["line"]))


def run_import(options: ImportOptions, *, url: str | None, as_json: bool) -> None:
    if options.channel not in get_args(Channel):
        raise CommandFailed(
            f"There is no channel {options.channel!r}: it must be one of {', '.join(get_args(Channel))}."
        )
    mapping = parsed_mapping(options.mapping)
    try:
        total = count_rows(options.file)
        rows = read_rows(options.file, mapping)
        summary = run(_import(options, batches(rows, options.batch), total, Access(url)))
    except UnreadableFile as reason:
        raise CommandFailed(str(reason)) from reason
    if as_json:
        print_json(asdict(summary))
    else:
        _tell(summary)


def parsed_mapping(given: Sequence[str]) -> dict[str, str]:
    """`external_id=编号` as a mapping."""
    mapping = {}
    for each in given:
        column, equals, header = each.partition("=")
        if not equals or not column.strip() or not header.strip():
            raise CommandFailed(f"--mapping {each!r} must be COLUMN=HEADER, such as external_id=编号.")
        mapping[column.strip()] = header.strip()
    return mapping


def batches(rows: Iterator[Row | BadRow], size: int) -> Iterator[Batch]:
    """Batches of at most so many rows, and not too large in characters either."""
    batch, last = Batch(), 0
    for row in rows:
        entry, good = as_entry(row)
        length = sum(len(value) for value in entry.values() if isinstance(value, str))
        if len(batch) >= size or (batch.characters + length > BATCH_CHARACTERS and len(batch)):
            yield batch
            batch = Batch()
        (batch.rows if good else batch.bad).append(entry)
        batch.characters += length
        batch.lines += row.line - last
        last = row.line
    if len(batch):
        yield batch


def as_entry(row: Row | BadRow) -> tuple[dict[str, Any], bool]:
    """A row as the API takes it, and whether it is one to be registered; what the API would refuse is a bad row."""
    if isinstance(row, BadRow):
        return {"line": row.line, "reason": row.reason[:1_000], "raw": row.raw}, False
    subject, text = row.subject, row.text
    if not subject:
        subject = opening(text)
    elif len(subject) > 500:  # nothing of it is lost
        subject, text = subject[:500], f"{subject}\n{text}"
    try:
        entry = RowIn(
            line=row.line,
            external_id=row.external_id,
            subject=subject,
            text=text,
            reported_at=row.reported_at,
            reporter=row.reporter,
        )
    except ValidationError as wrong:
        said = "; ".join(f"{error['loc'][0]}: {error['msg']}" for error in wrong.errors(include_input=False))
        raw = f"{row.external_id} | {row.subject} | {row.text}"[:2_000]
        return {
            "line": row.line,
            "reason": f"这一行不能接收。 This row cannot be taken: {said}."[:1_000],
            "raw": raw,
        }, False
    return entry.model_dump(mode="json", exclude_none=True), True


def opening(text: str) -> str:
    """The first characters of a text that has no subject, as its subject."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= SUBJECT_CUT else f"{line[:SUBJECT_CUT]}…"


async def _import(options: ImportOptions, work: Iterator[Batch], total: int, access: Access) -> Summary:
    summary = Summary(file=options.file.name)
    began = time.monotonic()
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[figures]}", markup=False),
        TimeRemainingColumn(compact=True),
        console=err,
    ) as progress:
        bar = progress.add_task(options.file.name, total=total, figures="")
        async with Client(access, patience=options.patience) as client:
            sending = _Sending(options, client, summary, progress, bar, began)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(options.parallel):
                        group.create_task(sending.take(work))
            except* CommandFailed as failed:
                raise _broken_off(summary, failed.exceptions[0]) from None
            except* UnreadableFile as failed:
                raise _broken_off(summary, failed.exceptions[0]) from None
            except* asyncio.CancelledError:
                raise CommandFailed(f"Stopped by Ctrl-C. {_so_far(summary)}") from None
            summary.timed(time.monotonic() - began, client.repeated)
        progress.update(bar, completed=total)
    return summary


class _Sending:
    """Takes batches and sends them, one at a time; several of these run at once."""

    def __init__(
        self, options: ImportOptions, client: Client, summary: Summary, progress: Progress, bar: TaskID, began: float
    ) -> None:
        self._options = options
        self._client = client
        self._summary = summary
        self._progress = progress
        self._bar = bar
        self._began = began

    async def take(self, work: Iterator[Batch]) -> None:
        while (batch := next(work, None)) is not None:
            asked = {
                "file": self._options.file.name[:300],
                "channel": self._options.channel,
                "station": self._options.station,
                "accept_above": self._options.accept_above,
                "rows": batch.rows,
                "bad": batch.bad,
            }
            answer = await self._client.post("intake", "reports/batch", asked)
            self._summary.add(batch, answer)
            rate = self._summary.rows / max(time.monotonic() - self._began, 0.001)
            figures = f"{self._summary.rows} rows, {rate:.0f}/s"
            if self._client.repeated:
                figures += f", {self._client.repeated} requests sent again"
            self._progress.update(self._bar, advance=batch.lines, figures=figures)


def _broken_off(summary: Summary, reason: BaseException) -> CommandFailed:
    return CommandFailed(f"{reason} {_so_far(summary)}")


def _so_far(summary: Summary) -> str:
    return (
        f"{summary.rows} rows were sent until then ({summary.registered} registered, {summary.repeated} repeated, "
        f"{summary.parked} parked). Run the same command again: what was taken in adds nothing."
    )


def _tell(summary: Summary) -> None:
    tell(
        f"{summary.file}: {summary.rows} rows in {summary.seconds:g} s ({summary.messages_per_second:g}/s): "
        f"{summary.registered} registered, {summary.repeated} repeated, {summary.admitted} admitted to mediation, "
        f"{summary.parked} newly parked."
    )
    for bad in summary.bad_rows[:SHOWN_BAD_ROWS]:
        tell(f"  line {bad['line']}: {bad['reason']}")
    if len(summary.bad_rows) > SHOWN_BAD_ROWS:
        tell(f"  and {len(summary.bad_rows) - SHOWN_BAD_ROWS} more rows that could not be taken")
    if summary.bad_rows or summary.parked:
        tell("What is parked: wangge parked intake --cause row")
