"""An order of the hotline and a hand-over, as commands and events, on a Monday of November."""

from datetime import UTC, datetime, timedelta
from typing import Final

from services.intake.domain import custody, order
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here

MONDAY: Final = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ORDER, REPORT, CODE, NUMBER = "order-1", "report-1", "WG-261123-06BZ-592W", "12345-200417"
OFFICER, LEADER = "account-guo", "account-wang"
WEIFANG: Final = Here(jurisdiction="370700")
CONFIRMED: Final = Here(jurisdiction="370700", confirmed=frozenset({"hotline-objection"}))
NATION: Final = Here()
WORDS: Final = Sealed(of="order-1", box="s1.words")


def after(**since: float) -> datetime:
    return MONDAY + timedelta(**since)


# Commands


def receive(**fields: object) -> order.ReceiveOrder:
    command = order.ReceiveOrder(
        order=ORDER,
        report=REPORT,
        code=CODE,
        hotline="12345",
        number=NUMBER,
        station="czl",
        community="wangfu",
        grid="wangfu-03",
        urgency="normal",
        direct=False,
        answer_by=after(days=3),
        assigned_at=after(hours=-1),
        digest="d1",
        now=MONDAY,
    )
    return command.model_copy(update=fields)


def object_to(now: datetime, here: Here = CONFIRMED) -> order.ObjectToOrder:
    return order.ObjectToOrder(reason=WORDS, here=here, by=OFFICER, now=now)


def ask_extension(until: datetime, now: datetime = MONDAY, here: Here = WEIFANG) -> order.AskExtension:
    return order.AskExtension(until=until, reason=WORDS, here=here, by=OFFICER, now=now)


def decide_extension(by: str = LEADER, approved: bool = True) -> order.DecideExtension:
    return order.DecideExtension(approved=approved, by=by, now=after(days=1))


def update(
    kind: order.UpdateKind, id_: str = "u1", said_at: datetime = MONDAY, answer_by: datetime | None = None
) -> order.TakeUpdate:
    return order.TakeUpdate(
        order=ORDER,
        hotline="12345",
        number=NUMBER,
        update=id_,
        kind=kind,
        words=WORDS,
        answer_by=answer_by,
        said_at=said_at,
        now=after(days=1),
    )


def mark(now: datetime, clock: order.ClockName = "answer", here: Here = WEIFANG) -> order.MarkOverdue:
    return order.MarkOverdue(clock=clock, here=here, now=now)


accept = order.AcceptOrder(by=OFFICER, now=after(hours=1))
finish = order.FinishOrder(outcome="solved", result=WORDS, by=OFFICER, now=after(days=2))
reopen = order.DecideReopening(approved=True, reason=WORDS, by=LEADER, now=after(days=4))


def call_back(satisfied: bool) -> order.RecordCallBack:
    return order.RecordCallBack(satisfied=satisfied, words=WORDS, by=OFFICER, now=after(days=3))


# Events

OF: Final = order.Named(order=ORDER, code=CODE, hotline="12345", number=NUMBER, urgency="normal")


def received(**fields: object) -> order.OrderReceived:
    event = order.OrderReceived(
        order=ORDER,
        report=REPORT,
        code=CODE,
        hotline="12345",
        number=NUMBER,
        station="czl",
        community="wangfu",
        grid="wangfu-03",
        urgency="normal",
        direct=False,
        answer_by=after(days=3),
        assigned_at=after(hours=-1),
        digest="d1",
        received_at=MONDAY,
    )
    return event.model_copy(update=fields)


accepted = order.OrderAccepted(**OF, by=OFFICER, accepted_at=after(hours=1))


def objected(
    at: datetime = MONDAY, *, beyond: bool = False, article: str = "各地热线管理办法的通行做法"
) -> order.OrderObjected:
    return order.OrderObjected(**OF, reason=WORDS, article=article, beyond=beyond, by=OFFICER, objected_at=at)


def ruled(upheld: bool) -> order.ObjectionRuled:
    return order.ObjectionRuled(**OF, upheld=upheld, ruled_at=after(days=1))


def extension_asked(until: datetime) -> order.ExtensionAsked:
    return order.ExtensionAsked(**OF, until=until, reason=WORDS, by=OFFICER, asked_at=MONDAY)


def extension_decided(until: datetime, approved: bool = True) -> order.ExtensionDecided:
    return order.ExtensionDecided(
        **OF, approved=approved, until=until, reason=WORDS, asked_by=OFFICER, by=LEADER, decided_at=after(days=1)
    )


finished = order.OrderFinished(**OF, outcome="solved", result=WORDS, by=OFFICER, finished_at=after(days=2))


def called_back(satisfied: bool, by: str = OFFICER, at: datetime = MONDAY + timedelta(days=3)) -> order.OrderCalledBack:
    return order.OrderCalledBack(**OF, satisfied=satisfied, words=WORDS, by=by, called_at=at)


def reopening_decided(approved: bool = True) -> order.ReopeningDecided:
    return order.ReopeningDecided(**OF, approved=approved, reason=WORDS, by=LEADER, decided_at=after(days=4))


def noted(
    kind: order.UpdateKind,
    why: order.WhyNoted | None = None,
    id_: str = "u1",
    said_at: datetime = MONDAY,
    answer_by: datetime | None = None,
    code: str = CODE,
) -> order.UpdateNoted:
    return order.UpdateNoted(
        order=ORDER,
        code=code,
        hotline="12345",
        number=NUMBER,
        update=id_,
        kind=kind,
        words=WORDS,
        answer_by=answer_by,
        said_at=said_at,
        noted=why,
        noted_at=after(days=1),
    )


def overdue(due: datetime, at: datetime, clock: order.ClockName = "answer", article: str = "") -> order.OrderOverdue:
    return order.OrderOverdue(**OF, clock=clock, due=due, article=article, marked_at=at)


# A hand-over

BY_110: Final = custody.Matter(report=REPORT, code=CODE, number="110-7781", station="czl", first="police_110")


def propose(now: datetime = MONDAY, matter: custody.Matter = BY_110) -> custody.ProposeHandover:
    return custody.ProposeHandover(matter=matter, reason=WORDS, here=NATION, by=OFFICER, now=now)


def answer(accepted: bool, message: str = "", now: datetime = MONDAY + timedelta(minutes=5)) -> custody.AnswerHandover:
    return custody.AnswerHandover(accepted=accepted, words=WORDS, message=message, by="12345", now=now)


withdraw = custody.WithdrawHandover(by=OFFICER, now=after(minutes=5))
call = custody.NoteThreeWayCall(matter=BY_110, words=WORDS, by=OFFICER, now=after(minutes=10))


def proposed(
    owner: custody.Side = "police_110", to: custody.Side = "hotline_12345", at: datetime = MONDAY
) -> custody.HandoverProposed:
    return custody.HandoverProposed(
        matter=BY_110,
        owner=owner,
        to=to,
        reason=WORDS,
        answer_by=at + timedelta(minutes=30),
        by=OFFICER,
        proposed_at=at,
    )


def handed_over(owner: custody.Side = "hotline_12345") -> custody.HandoverAccepted:
    return custody.HandoverAccepted(matter=BY_110, owner=owner, words=WORDS, by="12345", accepted_at=after(minutes=5))


refused = custody.HandoverFailed(
    matter=BY_110,
    owner="police_110",
    why="refused",
    words=WORDS,
    article="国办发〔2022〕12号",
    by="12345",
    failed_at=after(minutes=5),
)
withdrawn = custody.HandoverWithdrawn(matter=BY_110, owner="police_110", by=OFFICER, withdrawn_at=after(minutes=5))
called = custody.ThreeWayCallNoted(
    matter=BY_110, owner="police_110", words=WORDS, by=OFFICER, noted_at=after(minutes=10)
)
late = custody.LateAnswerNoted(
    matter=BY_110, owner="police_110", accepted=True, words=WORDS, message="m1", noted_at=after(minutes=5)
)

ONE_OF_EACH: tuple[Event, ...] = (
    received(),
    accepted,
    objected(),
    ruled(True),
    extension_asked(after(days=9)),
    extension_decided(after(days=9)),
    finished,
    called_back(True),
    reopening_decided(),
    noted("urged"),
    overdue(after(days=7), after(days=8)),
    proposed(),
    handed_over(),
    refused,
    withdrawn,
    called,
    late,
)
"""Every kind of event once."""

TO_THE_HOTLINE: Final = frozenset(
    {
        order.OrderAccepted,
        order.OrderObjected,
        order.ExtensionDecided,
        order.OrderFinished,
        order.OrderCalledBack,
        order.ReopeningDecided,
        custody.HandoverProposed,
        custody.HandoverAccepted,
        custody.HandoverFailed,
        custody.HandoverWithdrawn,
    }
)
"""What the hotline is told of, as test_order_answers.py tries."""
