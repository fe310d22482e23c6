"""The AsyncAPI 3.0 document of the contracts, made from their registry: who tells whom what on which topic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

from pydantic.json_schema import models_json_schema

from shared.contracts.cases import CASES
from shared.contracts.duty import DUTY
from shared.contracts.envelope import Contract, contracts
from shared.contracts.examples import EXAMPLES
from shared.contracts.notices import NOTICES
from shared.contracts.orders import ORDER_SUBMISSIONS, ORDERS
from shared.contracts.register import REGISTER
from shared.contracts.reports import REPORTS, SUBMISSIONS

JsonObject: TypeAlias = dict[str, Any]
ServiceName: TypeAlias = Literal["intake", "mediation", "notify"]
SERVICES: Final[tuple[ServiceName, ...]] = get_args(ServiceName)

VERSION: Final = "1.0.0"
DEFAULT_PARTITIONS: Final = 4
LARGEST_RECORD: Final = 4_194_304
"""Bytes that a topic takes as one batch of records; what would be larger is refused before it is stored."""
RETENTION_MS: Final = 30 * 86_400_000

_BINDING: Final = "0.5.0"
_SCHEMAS: Final = "#/components/schemas/"
_HEADERS: Final = "CloudEventHeaders"
_FOREIGN_HEADERS: Final = "IntegrationHeaders"


class Topic(NamedTuple):
    """Who writes to a topic and who listens. No sender of ours: other systems publish there."""

    title: str
    sent_by: ServiceName | None
    heard_by: tuple[ServiceName, ...]


TOPICS: Final[Mapping[str, Topic]] = {
    REPORTS: Topic("Reports 诉求: received, classified, admitted, refused", "intake", ("mediation", "notify")),
    REGISTER: Topic("Register 台账: accounts, communities, erasures", "intake", ("mediation", "notify")),
    CASES: Topic("Cases 纠纷调解: from opening to settlement", "mediation", ("intake", "notify")),
    NOTICES: Topic("Notices 通知: what became of each delivery", "notify", ("intake", "mediation")),
    DUTY: Topic("Duty 勤务: alarms of who is out alone, who is asked to go", "intake", ("notify",)),
    SUBMISSIONS: Topic("Reports that other systems submit 外部报送", None, ("intake",)),
    ORDERS: Topic("Answers to the hotline 工单答复, for its adapter", "intake", ()),
    ORDER_SUBMISSIONS: Topic("Orders that the hotline assigns 热线工单", None, ("intake",)),
}

_TEXT: Final[JsonObject] = {"type": "string", "minLength": 1, "maxLength": 200}
_NUMBER: Final[JsonObject] = {"type": "string", "pattern": "^[0-9]{1,18}$"}
_ATTRIBUTES: Final[Mapping[str, JsonObject]] = {
    "content-type": {"type": "string", "const": "application/json", "description": "The form of the value."},
    "ce_specversion": {"type": "string", "const": "1.0", "description": "The version of CloudEvents."},
    "ce_id": {**_TEXT, "description": "The event's id: with the source, known once and for ever."},
    "ce_source": {
        **_TEXT,
        "format": "uri-reference",
        "description": "urn:wangge:{city}:{service}:{epoch}; other publishers use a URI of their own.",
    },
    "ce_type": {**_TEXT, "description": "The contract, ending in its version."},
    "ce_time": {"type": "string", "format": "date-time", "description": "When it was stored at its source."},
    "ce_subject": {**_TEXT, "description": "What it is about: a report, case, account, community or person id."},
    "ce_partitionkey": {**_TEXT, "description": "The record's key, which is the subject."},
    "ce_sequence": {**_NUMBER, "description": "The event's position in its source's store."},
    "ce_previous": {
        **_NUMBER,
        "description": "The position of the event before it in the same partition; 0 for the first.",
    },
    "ce_stationid": {**_TEXT, "description": "The police station (派出所) that it belongs to."},
    "ce_correlationid": {**_TEXT, "description": "The case code (一案一码)."},
    "ce_causationid": {**_TEXT, "description": "What led to it: a command's or an event's id."},
    "ce_traceparent": {
        "type": "string",
        "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        "description": "W3C trace context.",
    },
}
_OURS: Final = ("content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject",
                "ce_partitionkey", "ce_sequence", "ce_previous")  # fmt: skip
_THEIRS: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type")
_KEY: Final[JsonObject] = {**_TEXT, "description": "The subject: what concerns one matter stays in order."}


def published() -> tuple[type[Contract], ...]:
    """All contracts of the topics above, in their order, whatever was imported first."""
    known = tuple(contracts())
    return tuple(contract for topic in TOPICS for contract in known if contract.topic == topic)


def document(service: ServiceName | None = None, *, partitions: int = DEFAULT_PARTITIONS) -> JsonObject:
    """The whole, or what one service sends and hears. `partitions`: of topics that are created (WANGGE_KAFKA_…)."""
    topics = {
        name: topic
        for name, topic in TOPICS.items()
        if service is None or service == topic.sent_by or service in topic.heard_by
    }
    told = [contract for contract in published() if contract.topic in topics]
    payloads, definitions = models_json_schema(
        [(contract, "validation") for contract in told], ref_template=_SCHEMAS + "{model}"
    )
    examples = {type(example): example for example in EXAMPLES}
    messages = {
        message_name(contract): _message(contract, payloads[contract, "validation"], examples[contract])
        for contract in told
    }
    headers = {
        _HEADERS: _headers("Headers of the binary mode of CloudEvents 1.0 over Kafka.", _OURS),
        _FOREIGN_HEADERS: _headers(
            "Headers that other systems send in the binary mode; the structured mode is understood too.", _THEIRS
        ),
    }
    channels = {name: _channel(name, topic, told, partitions) for name, topic in topics.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wangge 网格" if service is None else f"Wangge {service}",
            "version": VERSION,
            "description": (
                "What the services tell each other and what other systems may tell them: CloudEvents 1.0 over Kafka. "
                "Within a version fields are only ever added; receivers ignore what they do not know."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{address}",
                "protocol": "kafka",
                "description": "The deployment's Kafka.",
                "variables": {
                    "address": {"default": "127.0.0.1:19092", "description": "WANGGE_KAFKA: host:port of a broker."}
                },
            }
        },
        "channels": channels,
        "operations": _operations(topics, told, service),
        "components": {
            "messages": messages,
            "schemas": {**headers, **definitions.get("$defs", {})},
        },
    }


def service_named(name: str) -> ServiceName | None:
    """The service of this name, if it is one of those that speak in these contracts."""
    return next((service for service in SERVICES if service == name), None)


def message_name(contract: type[Contract]) -> str:
    """`wangge.case.settled.v1` is the message `case.settled.v1`."""
    return contract.event_type.removeprefix("wangge.")


def _channel(name: str, topic: Topic, told: list[type[Contract]], partitions: int) -> JsonObject:
    names = [message_name(contract) for contract in told if contract.topic == name]
    return {
        "address": name,
        "title": topic.title,
        "description": "Keyed by the subject. WANGGE_KAFKA_PARTITIONS is the number of partitions of a topic that is "
        "created; that of a live topic is never changed.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in names},
        "bindings": {
            "kafka": {
                "topic": name,
                "partitions": partitions,
                "topicConfiguration": {"max.message.bytes": LARGEST_RECORD, "retention.ms": RETENTION_MS},
                "bindingVersion": _BINDING,
            }
        },
    }


def _message(contract: type[Contract], payload: JsonObject, example: Contract) -> JsonObject:
    ours = TOPICS[contract.topic].sent_by is not None
    text = payload_description(contract)
    return {
        "name": contract.event_type,
        "title": _words(contract.__name__),
        "summary": text.split("\n\n")[0].replace("\n", " "),
        "description": f"{text}\n\nSubject and key: the field `{contract.about}`.",
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": _SCHEMAS + (_HEADERS if ours else _FOREIGN_HEADERS)},
                {"type": "object", "properties": {"ce_type": {"const": contract.event_type}}},
            ]
        },
        "payload": payload,
        "bindings": {"kafka": {"key": _KEY, "bindingVersion": _BINDING}},
        "examples": [
            {
                "name": contract.__name__,
                "headers": _example_headers(contract, example, ours=ours),
                "payload": example.model_dump(mode="json", by_alias=True, exclude_none=not ours),
            }
        ],
    }


def payload_description(contract: type[Contract]) -> str:
    return re.sub(r"\n[ \t]+", "\n", (contract.__doc__ or "").strip())


def _example_headers(contract: type[Contract], example: Contract, *, ours: bool) -> JsonObject:
    source = f"urn:wangge:taiyuan:{TOPICS[contract.topic].sent_by}:019a0c5e" if ours else "urn:city:hotline-12345"
    headers: JsonObject = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": "5b0e7d1f3c9a4e82b6d0f1a7c3e59d24" if ours else "12345-2026-118842",
        "ce_source": source,
        "ce_type": contract.event_type,
        "ce_time": "2026-11-23T01:30:00Z",
        "ce_subject": example.subject,
        "ce_partitionkey": example.subject,
    }
    if ours:
        headers |= {"ce_sequence": "118", "ce_previous": "115", "ce_stationid": "czl"}
    return headers


def _headers(description: str, required: tuple[str, ...]) -> JsonObject:
    return {
        "type": "object",
        "description": description,
        "required": list(required),
        "properties": dict(_ATTRIBUTES),
    }


def _operations(
    topics: Mapping[str, Topic], told: list[type[Contract]], service: ServiceName | None
) -> Mapping[str, JsonObject]:
    operations: dict[str, JsonObject] = {}
    for name, topic in topics.items():
        for action, who in [("send", topic.sent_by), *(("receive", each) for each in topic.heard_by)]:
            if who is None or service not in (None, who):
                continue
            binding: JsonObject = {"bindingVersion": _BINDING}
            if action == "receive":
                binding["groupId"] = {"type": "string", "const": group_of(who)}
            operations[f"{who}.{action}.{name.removeprefix('wangge.')}"] = {
                "action": action,
                "title": f"{who} {'tells' if action == 'send' else 'hears'}: {topic.title}",
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [
                    {"$ref": f"#/channels/{name}/messages/{message_name(contract)}"}
                    for contract in told
                    if contract.topic == name
                ],
                "bindings": {"kafka": binding},
            }
    return operations


def group_of(service: ServiceName) -> str:
    """The consumer group in which all replicas of a service listen."""
    return f"wangge.{service}.receiver"


def _words(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name)
