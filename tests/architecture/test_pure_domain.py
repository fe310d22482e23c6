"""The domain reads no clock, makes no identity and throws no dice: ruff holds it, and is seen to refuse each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAINS = ("services/intake/domain", "services/mediation/domain", "services/notify/domain")

BANNED = {
    "datetime.now": "from datetime import UTC, datetime\n\nat = datetime.now(UTC)\n",
    "datetime.datetime.now": "import datetime\n\nat = datetime.datetime.now(datetime.UTC)\n",
    "date.today": "from datetime import date\n\non = date.today()\n",
    "uuid4": "from uuid import uuid4\n\nid_ = uuid4()\n",
    "uuid.uuid4": "import uuid\n\nid_ = uuid.uuid4()\n",
    "time": "import time\n\nat = time.time()\n",
    "time.monotonic": "from time import monotonic\n\nat = monotonic()\n",
    "random": "import random\n\ndice = random.random()\n",
    "random.choice": "from random import choice\n\ndice = choice((1, 2))\n",
}


def _banned(code: str, where: str) -> list[str]:
    """What ruff says of a ban, as if the code stood in that file."""
    options = ["--output-format", "json", "--stdin-filename", where, "-"]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", *options],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
    )
    assert done.returncode in (0, 1), done.stderr
    return [each["message"] for each in json.loads(done.stdout) if each["code"] == "TID251"]


@pytest.mark.parametrize("code", BANNED.values(), ids=BANNED)
def test_the_domain_has_no_clock_no_identities_and_no_dice(code: str) -> None:
    for domain in DOMAINS:
        assert _banned(code, f"{domain}/invented.py"), domain


def test_a_domain_in_folders_is_under_the_ban_as_well() -> None:
    assert _banned(BANNED["uuid4"], "services/intake/domain/deeper/invented.py")


def test_the_refusal_says_what_to_do_instead() -> None:
    (said,) = _banned(BANNED["datetime.now"], "services/intake/domain/invented.py")
    assert "take `now` from the command" in said


@pytest.mark.parametrize("where", ["services/intake/application/invented.py", "shared/web/invented.py"])
def test_the_edge_may_read_the_clock(where: str) -> None:
    assert _banned(BANNED["datetime.now"], where) == []


def test_every_service_has_a_domain_that_is_under_the_ban() -> None:
    services = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert {f"services/{service}/domain" for service in services} == set(DOMAINS)
    assert all((ROOT / domain).is_dir() for domain in DOMAINS)
