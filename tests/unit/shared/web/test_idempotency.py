"""The Idempotency-Key: one command id for each caller and key, and a fingerprint of what was sent."""

import httpx2
import pytest

from shared.web import sessions
from shared.web.idempotency import command_id, key_reused, parse, still_running
from shared.web.problems import Problem
from tests.unit.shared.web.conftest import KEY, OFFICER, Service

REPORTS = "/intake/api/v1/reports"
BODY = {"text": "电梯停运"}


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ('"a \\"quoted\\" key"', 'a "quoted" key'),
        (' "k" ', "k"),
        ("8e03978e-40d5", "8e03978e-40d5"),
        ("mail:2026/08/28#7", "mail:2026/08/28#7"),
        ('"' + "k" * 255 + '"', "k" * 255),
    ],
)
def test_a_key_is_a_string_in_quotes_or_a_bare_token(header: str, key: str) -> None:
    assert parse(header) == key


@pytest.mark.parametrize("header", ["", '""', '"open', 'a"b', "two words", '"k"; q=1', '"汉"', '"\x00"', "k" * 256])
def test_what_is_no_key_is_400(header: str) -> None:
    with pytest.raises(Problem) as refusal:
        parse(header)
    assert refusal.value.status == 400


def test_a_command_id_belongs_to_its_caller_and_never_changes() -> None:
    assert command_id("a-guo", "k1") == "a92bbaf4-393b-5c38-b0d3-b4c83a1c9679"
    assert command_id("a-guo", "k2") != command_id("a-guo", "k1") != command_id("a-li", "k1")


async def test_a_missing_key_is_400(signed_in: httpx2.AsyncClient) -> None:
    answer = await signed_in.post(REPORTS, json=BODY)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:wangge:problem:idempotency-key-missing"


async def test_the_same_request_twice_is_the_same_command_with_the_same_fingerprint(
    signed_in: httpx2.AsyncClient,
) -> None:
    first = await signed_in.post(REPORTS, json=BODY, headers={"Idempotency-Key": '"k1"'})
    second = await signed_in.post(REPORTS, json=BODY, headers={"Idempotency-Key": "k1"})
    assert first.json() == second.json()


async def test_another_payload_has_another_fingerprint_under_the_same_command(signed_in: httpx2.AsyncClient) -> None:
    first = (await signed_in.post(REPORTS, json=BODY, headers={"Idempotency-Key": '"k1"'})).json()
    other = (await signed_in.post(REPORTS, json={"text": "地下室"}, headers={"Idempotency-Key": '"k1"'})).json()
    assert first["command"] == other["command"]
    assert first["fingerprint"] != other["fingerprint"]


async def test_a_form_carries_its_key_in_a_field(service: Service, browser: httpx2.AsyncClient) -> None:
    token = sessions.form_token(KEY, OFFICER.id, service.clock())
    fields = {"idempotency_key": "k1", "form_token": token}
    assert (await browser.post("/intake/reports", data=fields)).status_code == 303
    assert service.received == [command_id(OFFICER.id, "k1")]
    answer = await browser.post("/intake/reports", data={"form_token": token})
    assert answer.status_code == 400


def test_reuse_is_422_and_a_running_one_409() -> None:
    assert (key_reused().status, still_running().status) == (422, 409)
    assert still_running().headers["Retry-After"] == "1"
