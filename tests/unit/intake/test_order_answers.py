"""What the hotline is told of its orders, and of what is handed over between it and 110."""

import pytest

from services.intake.application import order_answers
from services.intake.application.orders import schedule
from services.intake.domain.custody import CustodyEvent
from services.intake.domain.order import OrderEvent
from shared.contracts import orders as contracts
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.events import Event
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import StoredEvent
from shared.eventsourcing.timers import Clear, Set
from tests.unit.intake import order_desk as d

TOLD = Personal(of="order-1", box="d1.words")


def told(event: Event) -> Contract | None:
    def personal(sealed: Sealed) -> Personal:
        assert sealed == d.WORDS
        return TOLD

    return order_answers.answer(event, personal)


def test_the_hotline_hears_the_result_under_its_own_number() -> None:
    assert told(d.finished) == contracts.OrderFinished(
        order=d.ORDER,
        code=d.CODE,
        hotline="12345",
        number=d.NUMBER,
        at=d.after(days=2),
        outcome="solved",
        result=TOLD,
    )


def test_each_step_that_the_hotline_waits_for_is_told() -> None:
    later = d.after(days=9)
    steps = (d.accepted, d.objected(), d.extension_decided(later), d.called_back(False), d.reopening_decided())
    assert [type(told(step)).__name__ for step in steps] == [
        "OrderAccepted",
        "OrderObjected",
        "OrderExtended",
        "OrderCalledBack",
        "OrderReopeningDecided",
    ]
    without_words = told(d.called_back(True).model_copy(update={"words": None}))
    assert isinstance(without_words, contracts.OrderCalledBack)
    assert without_words.words is None


@pytest.mark.parametrize(
    "event",
    [
        d.received(),
        d.ruled(True),
        d.extension_asked(d.after(days=9)),
        d.extension_decided(d.after(days=9), approved=False),
        d.called_back(True, by="12345"),
        d.noted("urged"),
        d.overdue(d.after(days=7), d.after(days=8)),
        d.called,
        d.late,
    ],
    ids=lambda event: event.stored_as,
)
def test_what_the_hotline_said_itself_or_what_is_ours_alone_is_not_told(event: OrderEvent | CustodyEvent) -> None:
    assert told(event) is None


@pytest.mark.parametrize(
    ("event", "how", "owner"),
    [
        (d.handed_over(), "accepted", "hotline_12345"),
        (d.refused, "refused", "police_110"),
        (d.withdrawn, "withdrawn", "police_110"),
    ],
)
def test_both_sides_hear_who_has_it(event: CustodyEvent, how: str, owner: str) -> None:
    settled = told(event)
    assert isinstance(settled, contracts.HandoverSettled)
    assert (settled.how, settled.owner) == (how, owner)
    proposed = told(d.proposed())
    assert isinstance(proposed, contracts.HandoverProposed)
    assert (proposed.owner, proposed.to) == ("police_110", "hotline_12345")


# Which clocks run


def changes(event: Event) -> list[tuple[str, object]]:
    stored = StoredEvent(1, "order-order-1", 1, event.stored_as, 1, "c", b"{}", b'{"actor":"x"}', b"", 0)
    made = schedule(d.WEIFANG)(Recorded(event, stored))
    return [(one.id, one.due if isinstance(one, Set) else Clear) for one in made]


def test_an_order_starts_our_clock_and_the_hotlines() -> None:
    ours, theirs = changes(d.received())
    assert (ours[0], theirs) == ("order-order-1-answer", ("order-order-1-hotline", d.after(days=3)))
    assert changes(d.received(answer_by=None)) == [ours]


@pytest.mark.parametrize("event", [d.finished, d.ruled(True), d.noted("withdrawn")], ids=lambda e: e.stored_as)
def test_what_is_out_of_our_hands_stops_both(event: OrderEvent) -> None:
    assert changes(event) == [("order-order-1-answer", Clear), ("order-order-1-hotline", Clear)]


def test_an_extension_and_a_changed_time_move_one_clock_each() -> None:
    later = d.after(days=9)
    assert changes(d.extension_decided(later)) == [("order-order-1-answer", later)]
    assert changes(d.noted("clock_changed", answer_by=later)) == [("order-order-1-hotline", later)]


def test_a_new_round_starts_anew() -> None:
    assert [id_ for id_, _ in changes(d.reopening_decided())] == ["order-order-1-answer"]
    reopened = d.noted("reopened", answer_by=d.after(days=9))
    assert [id_ for id_, _ in changes(reopened)] == ["order-order-1-answer", "order-order-1-hotline"]


def test_a_mark_clears_the_clock_that_led_to_it() -> None:
    assert changes(d.overdue(d.after(days=3), d.after(days=4), "hotline")) == [("order-order-1-hotline", Clear)]


def test_a_proposal_waits_until_its_time_and_no_longer_than_its_answer() -> None:
    assert changes(d.proposed()) == [("custody-report-1", d.after(minutes=30))]
    for settled in (d.handed_over(), d.refused, d.withdrawn):
        assert changes(settled) == [("custody-report-1", Clear)]


def test_mere_notes_touch_no_clock() -> None:
    assert changes(d.noted("urged")) == changes(d.accepted) == []
