"""What `intake` 受理 and the hotline tell each other: work orders (工单) and answers, hand-over between 110 and 12345.

What is told to the hotline is for the hotline's adapter, whichever system that is: it reads the answers, opens their
values with the deployment's key, and sends them on in the hotline's own form.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Personal

ORDERS = "wangge.intake.orders.v1"
ORDER_SUBMISSIONS = "wangge.integration.orders.v1"

Urgency: TypeAlias = Literal["danger", "utilities", "normal", "complex"]
"""紧急、水电气热、一般、疑难."""
Side: TypeAlias = Literal["police_110", "hotline_12345"]


class OrderAnswer(Contract, frozen=True):
    """What is told of an order of the hotline, under the number that the hotline gave it."""

    topic: ClassVar[str] = ORDERS
    about: ClassVar[str] = "order"

    order: str
    code: str
    hotline: str
    number: str
    at: AwareDatetime


class OrderAccepted(OrderAnswer, frozen=True):
    """The station signed for it (签收)."""

    event_type: ClassVar[str] = "wangge.order.accepted.v1"


class OrderObjected(OrderAnswer, frozen=True):
    """The station holds that it is not its own (异议): the hotline rules on it."""

    event_type: ClassVar[str] = "wangge.order.objected.v1"

    reason: Personal
    article: str
    """The article under which it was objected; empty where the city has none."""


class OrderExtended(OrderAnswer, frozen=True):
    """More time was approved (延期): until when, and why."""

    event_type: ClassVar[str] = "wangge.order.extended.v1"

    until: AwareDatetime
    reason: Personal


class OrderFinished(OrderAnswer, frozen=True):
    """It was finished (办结), with its result."""

    event_type: ClassVar[str] = "wangge.order.finished.v1"

    outcome: Literal["solved", "explained", "not_solvable"]
    result: Personal


class OrderCalledBack(OrderAnswer, frozen=True):
    """The station called the person back (回访)."""

    event_type: ClassVar[str] = "wangge.order.called-back.v1"

    satisfied: bool
    words: Personal | None


class OrderReopeningDecided(OrderAnswer, frozen=True):
    """It is worked on again, or the reason is told why not (重办)."""

    event_type: ClassVar[str] = "wangge.order.reopening-decided.v1"

    approved: bool
    reason: Personal


class HandoverAnswer(Contract, frozen=True):
    """What is told of a matter between 110 and 12345: somebody always has it."""

    topic: ClassVar[str] = ORDERS
    about: ClassVar[str] = "report"

    report: str
    code: str
    number: str
    """The number that the first receiver gave it."""
    first: Side
    owner: Side
    """Who has it from now on."""
    at: AwareDatetime


class HandoverProposed(HandoverAnswer, frozen=True):
    """It was proposed that the other side takes it (转接): until an answer, the owner keeps it."""

    event_type: ClassVar[str] = "wangge.handover.proposed.v1"

    to: Side
    reason: Personal
    answer_by: AwareDatetime


class HandoverSettled(HandoverAnswer, frozen=True):
    """The proposal came to its end: the other side has it, or whoever received it first, or the one who kept it."""

    event_type: ClassVar[str] = "wangge.handover.settled.v1"

    how: Literal["accepted", "refused", "unanswered", "withdrawn"]
    article: str
    """Where the two did not agree, the rule by which the first receiver has it."""


class OrderSubmitted(Contract, frozen=True):
    """A work order that the hotline assigns to this station.

    Personal values come in clear from outside and are sealed before anything is stored. The same `hotline` and `number`
    is the same order; with other contents it is parked, for what is new about an order is an update of it.
    """

    event_type: ClassVar[str] = "wangge.order.submitted.v1"
    topic: ClassVar[str] = ORDER_SUBMISSIONS
    about: ClassVar[str] = "number"

    hotline: str = Field(default="12345", min_length=1, max_length=40)
    number: str = Field(min_length=1, max_length=120)
    subject_line: str = Field(alias="subject", min_length=1, max_length=500)
    text: str = Field(default="", max_length=200_000)
    urgency: Urgency = "normal"
    direct: bool = False
    """Assigned to this unit directly, so that a city's rule may forbid to return it (直派)."""
    answer_by: AwareDatetime | None = None
    """The hotline's own time, kept beside ours."""
    assigned_at: AwareDatetime
    reporter_name: str | None = Field(default=None, max_length=100)
    reporter_phone: str | None = Field(default=None, max_length=40)
    station: str | None = None
    community: str | None = None
    grid: str | None = None
    compound: str | None = None


class OrderUpdated(Contract, frozen=True):
    """What the hotline says later of one of its orders. What comes too late or does not fit is kept as a note."""

    event_type: ClassVar[str] = "wangge.order.updated.v1"
    topic: ClassVar[str] = ORDER_SUBMISSIONS
    about: ClassVar[str] = "number"

    hotline: str = Field(default="12345", min_length=1, max_length=40)
    number: str = Field(min_length=1, max_length=120)
    kind: Literal[
        "urged",
        "amended",
        "clock_changed",
        "objection_upheld",
        "objection_dismissed",
        "called_back_satisfied",
        "called_back_unsatisfied",
        "withdrawn",
        "reopened",
    ]
    text: str = Field(default="", max_length=20_000)
    answer_by: AwareDatetime | None = None
    said_at: AwareDatetime


class HandoverAnswered(Contract, frozen=True):
    """The other side's answer to a hand-over that was proposed to it."""

    event_type: ClassVar[str] = "wangge.handover.answered.v1"
    topic: ClassVar[str] = ORDER_SUBMISSIONS
    about: ClassVar[str] = "report"

    report: str = Field(min_length=1, max_length=80)
    accepted: bool
    text: str = Field(default="", max_length=20_000)
    said_at: AwareDatetime
