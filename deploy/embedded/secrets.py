"""The secrets of an embedded installation: made at random once, kept in files that only the owner can read."""

import base64
import os
import secrets
from pathlib import Path
from typing import Self

from pydantic import BaseModel

from deploy.embedded.errors import CannotStart

# Without the letters and digits that are read for one another.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class Secrets(BaseModel, frozen=True):
    master_key: str
    """Wraps the keys of persons' sealed fields; without it they can never be read again."""
    deployment_key: str
    """Keys the digests that this installation alone must be able to make."""
    session_key: str
    """Signs the session tokens that all three services accept."""
    admin_password: str

    @classmethod
    def generate(cls) -> Self:
        return cls(
            master_key=_key(), deployment_key=_key(), session_key=_key(), admin_password=_password(groups=4, length=4)
        )


def load_or_make(data: Path) -> Secrets:
    """Reads `secrets.json` in the data folder, or makes it; keeps the admin password in `password` beside it."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = data / "secrets.json"
    if file.exists():
        try:
            kept = Secrets.model_validate_json(file.read_bytes())
        except ValueError as damaged:
            raise CannotStart(
                f"{file} cannot be read as this installation's secrets. Restore it from a backup: without its master "
                "key, what was sealed in this data folder stays sealed."
            ) from damaged
        file.chmod(0o600)
    else:
        kept = Secrets.generate()
        _write(file, kept.model_dump_json(indent=2))
    _write(data / "password", f"password: {kept.admin_password}\n")
    return kept


def _write(file: Path, text: str) -> None:
    """Writes for the owner only, so that a crash leaves the old file or the new one."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _password(groups: int, length: int) -> str:
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(length)) for _ in range(groups))
