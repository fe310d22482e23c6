"""The demo's accounts, one for each role, with random passwords that are kept where only the owner can read them.

Their file, `demo-accounts.json` in the data folder, is written before the accounts are opened, so that no account is
ever open whose password nobody knows; it also says that this installation holds the demo.
"""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from deploy.failure import CommandFailed


def accounts_file(data: Path) -> Path:
    return data / "demo-accounts.json"


def passwords(data: Path, names: Iterable[str]) -> dict[str, str]:
    """The password of each account: those that are kept already, random ones for the rest."""
    file = accounts_file(data)
    try:
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        known = {name: kept.get(name) or secrets.token_urlsafe(12) for name in names}
        if known != kept:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(file, known)
    except (OSError, ValueError) as reason:
        raise CommandFailed(
            f"{file}, where the passwords of the demo's accounts are kept, cannot be used ({reason}): mend its rights, "
            "or restore it from a backup."
        ) from reason
    return known


def _write(file: Path, known: dict[str, str]) -> None:
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(known, out, indent=2)
        out.write("\n")
    unfinished.replace(file)
