"""Secrets are made once, and for the owner alone."""

import base64
import re
from pathlib import Path

import pytest

from deploy.embedded.errors import CannotStart
from deploy.embedded.secrets import load_or_make


def test_secrets_are_made_once(tmp_path: Path) -> None:
    first = load_or_make(tmp_path / "data")
    assert load_or_make(tmp_path / "data") == first
    assert load_or_make(tmp_path / "other") != first


def test_each_key_is_32_random_bytes(tmp_path: Path) -> None:
    made = load_or_make(tmp_path)
    keys = {made.master_key, made.deployment_key, made.session_key}
    assert len(keys) == 3
    assert {len(base64.urlsafe_b64decode(key)) for key in keys} == {32}


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    load_or_make(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    for name in ("secrets.json", "password"):
        assert (tmp_path / "data" / name).stat().st_mode & 0o777 == 0o600


def test_a_widened_file_is_narrowed_again(tmp_path: Path) -> None:
    load_or_make(tmp_path)
    (tmp_path / "secrets.json").chmod(0o644)
    load_or_make(tmp_path)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_the_password_file_holds_the_line_that_is_printed(tmp_path: Path) -> None:
    made = load_or_make(tmp_path)
    assert (tmp_path / "password").read_text() == f"password: {made.admin_password}\n"
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", made.admin_password)


def test_damaged_secrets_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(CannotStart, match="Restore it"):
        load_or_make(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == "{"
