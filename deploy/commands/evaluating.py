"""`wangge evaluate`: how good suggested kinds and duplicates are, on messages that people checked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.table import Table

from deploy.commands.terminal import err, out, print_json, tell
from deploy.duplicates import evaluate_duplicates
from deploy.evaluation import evaluate_kinds
from deploy.failure import CommandFailed
from services.intake.entrypoints.files import UnreadableFile


def run_kinds(messages: Path, labels: Path, *, as_json: bool) -> None:
    measured = _measured(lambda: evaluate_kinds(messages, labels))
    if as_json:
        print_json(measured)
        return
    table = Table("kind", "samples", "precision", "recall", "F1", title=measured["measured"])
    for kind, figures in measured["kinds"].items():
        table.add_row(
            kind, str(figures["samples"]), *(f"{figures[name]:.3f}" for name in ("precision", "recall", "f1"))
        )
    out.print(table)
    tell(
        f"{measured['samples']} samples: dispute F1 {measured['dispute_f1']:.3f}, macro F1 {measured['macro_f1']:.3f}, "
        f"accuracy {measured['accuracy']:.3f}"
    )


def run_duplicates(messages: Path, clusters: Path, not_same: Path, *, as_json: bool) -> None:
    measured = _measured(lambda: evaluate_duplicates(messages, clusters, not_same))
    if as_json:
        print_json(measured)
        return
    tell(f"{measured['messages']} messages; {measured['measured']}")
    tell(
        f"precision {measured['precision']:.3f}, recall {measured['recall']:.3f} "
        f"on {measured['same_pairs']} pairs known to be one matter"
    )
    tell(f"look-alikes joined: {measured['not_same_joined']} of {measured['not_same_pairs']}")
    tell(f"pairs that nobody has checked: {measured['unchecked']['suggested']} suggested; they count for nothing here")


def _measured(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        with err.status("learning and measuring, fold by fold …"):
            return measure()
    except (UnreadableFile, ValueError) as reason:
        raise CommandFailed(str(reason)) from reason
    except OSError as reason:
        raise CommandFailed(f"{reason.filename} cannot be read ({reason.strerror}): check the path.") from reason
