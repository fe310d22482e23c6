"""Every operation of mediation with requests drawn from its document and spoiled: a clear problem, never a fault."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.hostile import Hostile
from tests.integration.mediation.conftest import COMMUNITY, STATION, Desk, opened


@pytest.fixture
async def hostile(tmp_path: Path) -> AsyncIterator[Hostile]:
    """With a dispute that has parties, members, a session and an agreement, and one that has nothing."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}/mediation.db") as desk:
        yield await _hostile(desk)


async def _hostile(desk: Desk) -> Hostile:
    dispute = await desk.admitted()
    parties, members = await desk.agreed(dispute)
    known = {
        "disputes": dispute,
        "dispute": dispute,
        "person": parties[0],
        "member": members[0],
        "station": STATION,
        "community": COMMUNITY,
        "sessions": 1,
        "items": 1,
        "residual": 1,
        "name": "disputes",
        "parked": str(uuid.uuid4()),
    }
    return Hostile(desk.app, desk.client(), known)


async def test_no_request_makes_mediation_fail_and_every_refusal_is_a_problem(hostile: Hostile) -> None:
    await hostile.attack(examples=1, spoiled=2)
    hostile.assert_sound(of=8)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_no_request_of_very_many_makes_mediation_fail(hostile: Hostile) -> None:
    await hostile.attack(examples=25, spoiled=8, negative=True)
    hostile.assert_sound(of=8)
