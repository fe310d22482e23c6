"""Which events of a dispute are told to the other services, and which are silence."""

import pytest

from services.mediation.application.publishing import publish
from services.mediation.domain import events
from shared.contracts import cases
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.sealed import Sealed
from tests.unit.mediation import building as b


def personal(sealed: Sealed) -> Personal:
    return Personal(of=sealed.of, box=sealed.box.replace("s1.", "d1."))


def reached_by(person: str) -> Contact:
    return Contact(person=person, name=Personal(of=person, box="d1.name"), phone=Personal(of=person, box="d1.phone"))


def case(**at: object) -> dict[str, object]:
    return {"case": b.DISPUTE, "code": b.CODE, "station": b.STATION, **at}


TOLD: list[tuple[events.Event, cases.Case]] = [
    (
        b.opened,
        cases.CaseOpened.model_validate(
            case(
                at=b.MONDAY,
                report="r25",
                category="home_purchase",
                headline=Personal(of="report-25", box="d1.unfinished-building"),
                same_day_target=b.opened.same_day_target,
            )
        ),
    ),
    (
        b.owner_joined,
        cases.PartyJoined.model_validate(case(at=b.MONDAY, party=reached_by(b.OWNER), side="applicant")),
    ),
    (
        b.elder_appointed,
        cases.MemberAppointed.model_validate(
            case(
                at=b.MONDAY,
                member=reached_by(b.ELDER),
                account=f"account-{b.ELDER}",
                seat="neighbour",
                group_complete=True,
            )
        ),
    ),
    (
        b.leader_replaced,
        cases.MemberAppointed.model_validate(
            case(
                at=b.TUESDAY,
                member=reached_by(b.NEW_LEADER),
                account=f"account-{b.NEW_LEADER}",
                seat="area_leader",
                group_complete=True,
            )
        ),
    ),
    (
        b.scheduled(),
        cases.SessionScheduled.model_validate(
            case(
                at=b.MONDAY,
                session=1,
                begins_at=b.EVENING,
                place=b.HALL,
                tell=(reached_by(b.OWNER), reached_by(b.DEVELOPER)),
            )
        ),
    ),
    (
        b.held(recording="rec-0831"),
        cases.SessionHeld.model_validate(case(at=b.EVENING, session=1, attended=b.EVERYBODY, outcome="agreed")),
    ),
    (
        b.reached(b.item(1), b.item(2)),
        cases.AgreementReached.model_validate(
            case(
                at=b.EVENING,
                form="written",
                items=[
                    cases.PerformanceItem(item=1, due_on=b.FRIDAY.date()),
                    cases.PerformanceItem(item=2, due_on=b.FRIDAY.date()),
                ],
            )
        ),
    ),
    (b.fulfilled(2), cases.ItemFulfilled.model_validate(case(at=b.TUESDAY, item=2))),
    (b.partly_resolved, cases.PartlyResolved.model_validate(case(at=b.FRIDAY, residual_issues=1))),
    (
        b.settled,
        cases.CaseSettled.model_validate(case(at=b.FRIDAY, settled_same_day=False, tell=(reached_by(b.OWNER),))),
    ),
    (
        b.closed,
        cases.CaseClosed.model_validate(case(at=b.FRIDAY, reason="not_agreed", routes_told=("人民法院诉讼",))),
    ),
    (b.same_day_set_aside, cases.SameDaySetAside.model_validate(case(at=b.MONDAY))),
]

SILENCE: list[events.Event] = [b.mediation_refused, b.applicant_withdrew, b.formed, b.left_over(1), b.resolved(1)]


@pytest.mark.parametrize(("event", "contract"), TOLD, ids=lambda value: type(value).__name__)
def test_this_event_is_told(event: events.Event, contract: cases.Case) -> None:
    assert publish(event, personal) == contract


@pytest.mark.parametrize("event", SILENCE, ids=lambda value: type(value).__name__)
def test_that_one_is_silence(event: events.Event) -> None:
    assert publish(event, personal) is None


def test_every_event_is_either_told_or_silence() -> None:
    assert {type(event) for event, _ in TOLD} | {type(event) for event in SILENCE} == set(events.EVENTS)


def test_who_is_known_by_id_alone_is_told_of_by_id_alone() -> None:
    nameless = b.changed(b.owner_joined, party=events.Contact(person=b.OWNER))
    told = publish(nameless, personal)
    assert isinstance(told, cases.PartyJoined)
    assert told.party == Contact(person=b.OWNER)


def test_what_was_said_demanded_or_promised_never_leaves_mediation() -> None:
    for event in b.ONE_OF_EACH:
        told = publish(event, personal)
        words = "" if told is None else told.model_dump_json()
        for kept in ("demand", "d1.agreement", "d1.lift-", "d1.photo-", "title-deeds", "rec-", "twenty-five-owners"):
            assert kept not in words
