"""`wangge evaluate kinds`: how good the suggested kinds are, on labelled messages."""

from pathlib import Path

from rich.table import Table

from deploy.commands.terminal import err, out, print_json, tell
from deploy.evaluation import evaluate_kinds
from deploy.failure import CommandFailed
from services.intake.entrypoints.files import UnreadableFile


def run_kinds(messages: Path, labels: Path, *, as_json: bool) -> None:
    try:
        with err.status("learning and measuring, fold by fold …"):
            measured = evaluate_kinds(messages, labels)
    except (UnreadableFile, ValueError) as reason:
        raise CommandFailed(str(reason)) from reason
    except OSError as reason:
        raise CommandFailed(f"{reason.filename} cannot be read ({reason.strerror}): check the path.") from reason
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
