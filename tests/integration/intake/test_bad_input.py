"""Every operation of intake with requests drawn from its document and spoiled: a clear problem, never a fault."""

import uuid
from typing import Any

import pytest

from tests.integration.hostile import Hostile
from tests.integration.intake.conftest import Desk


async def known(desk: Desk) -> dict[str, Any]:
    """What there is to be named: a community with a grid, a compound and a report in it."""
    id_ = f"c-{uuid.uuid4().hex[:8]}"
    assert (await desk.put(f"/communities/{id_}", {"name": "示例社区", "station": "czl"})).status_code == 200
    body = {
        "grids": [{"grid": f"{id_}-1", "name": "第1网格", "squad": "第1支小分队"}],
        "compounds": [{"compound": f"{id_}-a", "name": "示例花苑", "grid": f"{id_}-1", "property_managed": True}],
    }
    entered = await desk.post(f"/communities/{id_}/entries", body)
    assert entered.status_code == 200, entered.text
    report = await desk.admitted(station="czl", place={"community": id_, "grid": f"{id_}-1"})
    await desk.caught_up()
    return {
        "station": "czl",
        "community": id_,
        "communities": id_,
        "grid": f"{id_}-1",
        "compound": f"{id_}-a",
        "report": report["id"],
        "reports": report["id"],
        "disputes": report["id"],
        "external_id": report["code"],
        "category-maps": "taxonomy",
        "kind": "community",
    }


async def test_no_request_makes_intake_fail_and_every_refusal_is_a_problem(own_desk: Desk) -> None:
    hostile = Hostile(own_desk.app, own_desk.http, await known(own_desk))
    await hostile.attack(examples=1, spoiled=1)
    hostile.assert_sound(of=80)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_no_request_of_very_many_makes_intake_fail(own_desk: Desk) -> None:
    hostile = Hostile(own_desk.app, own_desk.http, await known(own_desk))
    await hostile.attack(examples=10, spoiled=6, negative=True)
    hostile.assert_sound(of=80)
