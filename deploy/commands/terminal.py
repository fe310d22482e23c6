"""What the commands print with, and how they ask for a number or a name to be typed."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from deploy.client import SERVICES, Service
from deploy.failure import CommandFailed

Result = TypeVar("Result")

out = Console(highlight=False)
"""Results: what a script may read."""
err = Console(stderr=True, highlight=False)
"""Progress, and what is told meanwhile."""


def tell(text: str) -> None:
    """A line of the result, as long as it is: a terminal folds it, and a script reads it whole."""
    out.print(text, markup=False, soft_wrap=True)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs a command's work. Ctrl-C ends it in an orderly way; the work itself tells what was done until then."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise CommandFailed("Stopped by Ctrl-C.") from None


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def known_service(name: str) -> Service:
    for service in SERVICES:
        if service == name:
            return service
    raise CommandFailed(f"There is no service {name!r}: it must be one of {', '.join(SERVICES)}.")


def known_services(name: str | None) -> tuple[Service, ...]:
    return SERVICES if name is None else (known_service(name),)


def progress_bar(of: str) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(of),
        TimeRemainingColumn(compact=True),
        console=err,
        transient=False,
    )


def confirm_number(count: int, given: int | None, what: str) -> None:
    """Goes on only when the very number that was shown is given, by option or by typing."""
    if given is not None:
        if given != count:
            raise CommandFailed(f"--yes {given} is not the number of {what}, which is {count}: nothing was done.")
        return
    typed = _ask(f"Type {count} to go on with {count} {what}: ", f"--yes {count}")
    if typed != str(count):
        raise CommandFailed(f"{typed or 'Nothing'} was typed, not {count}: nothing was done.")


def confirm_text(wanted: str, given: str | None, what: str) -> None:
    typed = given if given is not None else _ask(f"Type {wanted} to {what}: ", f"--yes {wanted}")
    if typed != wanted:
        raise CommandFailed(f"{typed or 'Nothing'} was given, not {wanted}: nothing was done.")


def _ask(prompt: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise CommandFailed(f"This has to be confirmed, and nobody is at a terminal here: give {option}.")
    err.print(prompt, end="", markup=False)
    try:
        return input().strip()
    except EOFError:
        return ""
