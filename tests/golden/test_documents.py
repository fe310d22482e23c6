"""The committed documents are what the code says now, and each is a sound document of its kind."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

import orjson
import pytest
from fastapi.openapi.models import OpenAPI

from shared.access.rights import ACTIONS
from shared.contracts import asyncapi, orders, reports
from shared.contracts.asyncapi import SERVICES as NAMES
from shared.contracts.asyncapi import TOPICS, ServiceName
from shared.eventsourcing import relay
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.runtime import Runtime
from shared.web.routes import OPEN, SIGNED_IN
from tests.golden.documents import DOCS, DOCUMENTS, SERVICES, app_of, text_of

JsonObject = dict[str, Any]
WHOLE_AND_PARTS: list[ServiceName | None] = [None, *NAMES]


def _committed(name: str) -> JsonObject:
    read: JsonObject = orjson.loads((DOCS / name).read_bytes())
    return read


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_committed_document_is_current(name: str) -> None:
    assert (DOCS / name).exists(), f"docs/{name} is missing: run `make contracts` and commit it"
    assert (DOCS / name).read_bytes() == text_of(name), f"docs/{name} is out of date: run `make contracts`, commit it"


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            yield reference
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def _resolve(document: JsonObject, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    found: Any = document
    for part in reference[2:].split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


# AsyncAPI


@pytest.mark.parametrize("service", WHOLE_AND_PARTS)
def test_an_asyncapi_document_is_well_formed(service: ServiceName | None) -> None:
    document = asyncapi.document(service)
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    for reference in _references(document):
        _resolve(document, reference)
    for name, channel in document["channels"].items():
        assert channel["address"] == name == channel["bindings"]["kafka"]["topic"]
        assert channel["messages"]
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = _resolve(document, operation["channel"]["$ref"])
        # The messages of an operation are those of its channel, by way of the channel.
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")
            assert message["$ref"].rsplit("/", 1)[-1] in channel["messages"]


def test_every_contract_is_a_message_in_the_channel_of_its_topic() -> None:
    document = asyncapi.document()
    for contract in asyncapi.published():
        name = asyncapi.message_name(contract)
        assert name in document["channels"][contract.topic]["messages"]
        message = document["components"]["messages"][name]
        assert message["name"] == contract.event_type
        assert message["summary"].endswith(".")
    assert len(document["components"]["messages"]) == len(asyncapi.published())


def test_every_message_has_an_example_that_its_contract_accepts() -> None:
    document = asyncapi.document()
    for contract in asyncapi.published():
        (example,) = document["components"]["messages"][asyncapi.message_name(contract)]["examples"]
        read = contract.model_validate(example["payload"])
        assert example["headers"]["ce_subject"] == example["headers"]["ce_partitionkey"] == read.subject
        assert example["headers"]["ce_type"] == contract.event_type


def test_the_chinese_terms_of_the_contracts_stay() -> None:
    message = asyncapi.document()["components"]["messages"]["case.member-appointed.v1"]
    assert "三加N组成" in message["summary"]


def test_the_headers_are_those_that_the_runtime_sends() -> None:
    every = CloudEvent("s", "i", "t", b"{}", "2026-11-23T01:30:00Z", "x", 2, 1, "czl", "WG-1", "c", "00-1-2-01")
    least = CloudEvent("s", "i", "t", b"{}", "2026-11-23T01:30:00Z", "x", 2, 1)
    headers = asyncapi.document()["components"]["schemas"]["CloudEventHeaders"]
    assert set(headers["properties"]) == {name for name, _ in every.headers()}
    assert set(headers["required"]) == {name for name, _ in least.headers()}


def test_the_limits_are_those_of_the_relay() -> None:
    assert relay.LARGEST_RECORD == asyncapi.LARGEST_RECORD


def test_other_systems_may_leave_out_what_only_a_store_can_know() -> None:
    message = asyncapi.document()["components"]["messages"]["report.submitted.v1"]
    assert message["headers"]["allOf"][0]["$ref"].endswith("IntegrationHeaders")
    assert "subject" in asyncapi.document()["components"]["schemas"]["ReportSubmitted"]["properties"]


class Spoken(NamedTuple):
    sent: tuple[str, ...]
    heard: tuple[str, ...]


@pytest.fixture
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Spoken:
    """The topics that a service's composition root gives to its relay and its receiver."""
    sent: list[str] = []
    heard: list[str] = []
    relay_, receive = Runtime.relay, Runtime.receive

    def relaying(self: Runtime, tell: Any, topics: Any) -> None:
        sent.extend(topics)
        relay_(self, tell, topics)

    def receiving(self: Runtime, internal: Any, external: Any = None) -> None:
        heard.extend([*internal, *(external or {})])
        receive(self, internal, external)

    monkeypatch.setattr(Runtime, "relay", relaying)
    monkeypatch.setattr(Runtime, "receive", receiving)
    app_of(request.param)
    return Spoken(tuple(sorted(sent)), tuple(sorted(heard)))


@pytest.mark.parametrize(("service", "spoken"), [(name, name) for name in SERVICES], indirect=["spoken"])
def test_the_table_of_topics_says_what_each_service_sends_and_hears(service: str, spoken: Spoken) -> None:
    assert spoken.sent == tuple(sorted(name for name, topic in TOPICS.items() if topic.sent_by == service))
    assert spoken.heard == tuple(sorted(name for name, topic in TOPICS.items() if service in topic.heard_by))


def test_nobody_hears_itself_and_every_topic_is_heard() -> None:
    assert set(NAMES) == set(get_args(ServiceName))
    for name, topic in TOPICS.items():
        # What is meant for other systems' adapters is heard by none of our own services.
        assert topic.heard_by or name == orders.ORDERS
        assert topic.sent_by not in topic.heard_by
    assert TOPICS[reports.SUBMISSIONS].sent_by is None


# OpenAPI


class Operation(NamedTuple):
    service: str
    name: str
    path: str
    said: JsonObject


def _operations() -> Iterator[Operation]:
    for file in sorted((DOCS / "openapi").glob("*.json")):
        for path, methods in _committed(f"openapi/{file.name}")["paths"].items():
            for method, said in methods.items():
                yield Operation(file.stem, f"{method.upper()} {path}", path, said)


OPERATIONS = list(_operations())


@pytest.mark.parametrize("service", SERVICES)
def test_an_openapi_document_is_valid_and_of_its_service(service: str) -> None:
    document = _committed(f"openapi/{service}.json")
    assert document["openapi"].startswith("3.1.")
    OpenAPI.model_validate(document)
    for reference in _references(document):
        _resolve(document, reference)
    ids = [operation.said["operationId"] for operation in OPERATIONS if operation.service == service]
    assert len(ids) == len(set(ids))
    assert ids
    assert all(path.startswith(f"/{service}/") or path.startswith("/open311/") for path in document["paths"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.service} {operation.name}")
def test_an_operation_says_what_it_does_who_may_and_how_it_refuses(operation: Operation) -> None:
    said = operation.said
    assert said.get("summary"), "give its function a name that says what it does"
    assert said.get("x-access") in (OPEN, SIGNED_IN, *ACTIONS), "add it by Routes, with its access"
    assert {"4XX", "5XX"} <= said["responses"].keys()
    for status in ("422", "4XX", "5XX"):
        assert "application/problem+json" in said["responses"][status]["content"]
    assert any(status.startswith(("2", "3")) for status in said["responses"])
    named = set(re.findall(r"{(\w+)(?::\w+)?}", operation.path))
    assert named == {each["name"] for each in said.get("parameters", ()) if each["in"] == "path"}
