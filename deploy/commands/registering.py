"""`wangge register`: the register's workbook, checked by the service as a whole and then taken in."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.client import Access, Client, Told
from deploy.commands.terminal import err, out, print_json, run, tell
from deploy.failure import CommandFailed
from services.intake.entrypoints.sheets import LARGEST, template
from services.intake.entrypoints.tables import MEDIA

SHOWN: Final = 40


@dataclass(frozen=True)
class RegisterOptions:
    file: Path
    check: bool = False
    patience: float = 60.0


def run_register(options: RegisterOptions, *, url: str | None, as_json: bool) -> None:
    content = _content(options.file)
    try:
        told = run(_send(options, content, Access(url)))
    except Told as refused:
        wrong = refused.problem.get("wrong")
        if not isinstance(wrong, list):
            raise
        told = {"stored": False, "wrong": wrong, "wrong_in_all": len(wrong)}
    if as_json:
        print_json(told)
    else:
        _tell(options, told)
    if told["wrong"]:
        raise CommandFailed(
            f"{options.file.name} is not right yet: {told['wrong_in_all']} errors. Nothing was stored; correct the "
            "rows and run the same command again."
        )


def run_template(file: Path) -> None:
    """Writes the workbook to fill in; asks no service, and writes over nothing."""
    try:
        with file.open("xb") as new:
            new.write(template())
    except FileExistsError as reason:
        raise CommandFailed(f"{file} is there already: give another name.") from reason
    except OSError as reason:
        raise CommandFailed(f"{file} cannot be written ({reason.strerror}): choose another folder.") from reason
    tell(f"{file}: fill it in, then wangge register {file}")


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise CommandFailed(f"{file.name} is larger than {LARGEST >> 20} MiB: split it by communities.")
        return file.read_bytes()
    except OSError as reason:
        raise CommandFailed(
            f"{file} cannot be read ({reason.strerror}): check the path and its permissions."
        ) from reason


async def _send(options: RegisterOptions, content: bytes, access: Access) -> dict[str, Any]:
    """First a check, which names every error, then the same workbook to be stored."""
    with Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn(), console=err
    ) as progress:
        steps = 1 if options.check else 2
        bar = progress.add_task(f"checking {options.file.name}", total=steps)
        async with Client(access, patience=options.patience) as client:
            told = await _take(client, content, check=True)
            progress.update(bar, advance=1)
            if not options.check and not told["wrong"]:
                progress.update(bar, description=f"storing {told['rows']} rows of {options.file.name}")
                told = await _take(client, content, check=False)
                progress.update(bar, advance=1)
    return told


async def _take(client: Client, content: bytes, *, check: bool) -> dict[str, Any]:
    asked = "true" if check else None
    told: dict[str, Any] = await client.upload(
        "intake", "register/workbook", content, MEDIA["xlsx"], str(uuid.uuid4()), check=asked
    )
    return told


def _tell(options: RegisterOptions, told: dict[str, Any]) -> None:
    if told["wrong"]:
        table = Table("sheet", "row", "column", "reason")
        for each in told["wrong"][:SHOWN]:
            table.add_row(*(escape(str(each[name] or "")) for name in ("sheet", "row", "column", "reason")))
        out.print(table)
        if told["wrong_in_all"] > SHOWN:
            tell(f"and {told['wrong_in_all'] - SHOWN} more")
        return
    left = f", {told['left_alone']} of who has stood down left alone" if told["left_alone"] else ""
    done = "stored" if told["stored"] else "is right; nothing was stored"
    tell(f"{options.file.name} {done}: {told['rows']} rows, {told['changed']} with a change{left}.")
    for sheet in told["sheets"]:
        tell(f"  {sheet['sheet']}: {sheet['rows']} rows, {sheet['changed']} with a change")
