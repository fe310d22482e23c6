"""What holds of a dispute whatever is asked of it, in whatever order."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.mediation.domain import commands, events
from services.mediation.domain.dispute import EVENTS, Open, Refused, Settled, State, dispute
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.events import Codec
from tests.unit.mediation import building as b

codec = Codec(EVENTS)
kept: TypeAdapter[State] = TypeAdapter(State)

PEOPLE = (b.OWNER, b.DEVELOPER, b.TENANT, b.LEADER, b.NEW_LEADER, b.OFFICER, b.AUXILIARY, b.ELDER)
people = st.sampled_from(PEOPLE)
times = st.integers(-30, 240).map(lambda hours: b.MONDAY + timedelta(hours=hours))
numbers = st.integers(1, 3)
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
boxes = st.builds(b.box, people, words)

asked: st.SearchStrategy[commands.Command] = st.one_of(
    st.builds(lambda now: b.changed(b.open_dispute, now=now), times),
    st.builds(b.add_party, people, st.sampled_from(["applicant", "respondent", "third"]), now=times),
    st.builds(commands.RefuseMediation, party=people, now=times),
    st.builds(commands.NoteWithdrawal, report=st.just("r25"), reason=st.none() | boxes, now=times),
    st.builds(b.appoint, st.sampled_from(events.SEATS), people, now=times),
    st.builds(commands.ScheduleSession, begins_at=times, place=words, now=times),
    st.builds(
        commands.HoldSession,
        session=numbers,
        attended=st.lists(people, max_size=6).map(tuple),
        outcome=st.sampled_from(["agreed", "adjourned", "not_agreed"]),
        recording=st.none() | words,
        now=times,
    ),
    st.builds(
        commands.ReachAgreement,
        form=st.sampled_from(["oral", "written"]),
        text=boxes,
        items=st.lists(st.builds(b.item, numbers, times.map(lambda at: at.date())), max_size=2).map(tuple),
        now=times,
    ),
    st.builds(commands.FulfilItem, item=numbers, evidence=st.none() | boxes, verified_by=people, now=times),
    st.builds(commands.RecordResidual, issue=numbers, what=boxes, now=times),
    st.builds(commands.ResolveResidual, issue=numbers, now=times),
    st.builds(commands.MarkPartlyResolved, now=times),
    st.builds(commands.SettleDispute, now=times),
    st.builds(b.close, st.sampled_from(["party_unwilling", "not_agreed", "other"]), now=times),
    st.builds(commands.SetAsideSameDay, party=people, now=times),
)

UNDER_WAY: tuple[tuple[events.Event, ...], ...] = (
    (),
    b.PARTIES,
    b.GROUP,
    b.SCHEDULED,
    b.AGREED_AT_SESSION,
    b.TWO_LIFTS,
    b.LIFTS_FITTED,
    (*b.LIFTS_FITTED, b.left_over(1)),
    (*b.TWO_LIFTS, b.mediation_refused),
    (*b.TWO_LIFTS, b.applicant_withdrew),
)


def ask(command: commands.Command, state: State) -> list[events.Event]:
    try:
        return dispute.decide(command, state)
    except Refusal:
        return []


def live(past: tuple[events.Event, ...], wishes: list[commands.Command]) -> list[events.Event]:
    """The whole life of a dispute of which these things were asked, one after the other."""
    life = list(past)
    for wish in wishes:
        life += ask(wish, dispute.fold(life))
    return life


lives = st.builds(live, st.sampled_from(UNDER_WAY), st.lists(asked, max_size=8))


@given(lives, asked)
def test_asked_twice_writes_once(life: list[events.Event], command: commands.Command) -> None:
    decided = ask(command, dispute.fold(life))
    assert ask(command, dispute.fold([*life, *decided])) == []


@given(lives)
@example(list(b.ONE_OF_EACH))
def test_every_event_survives_the_codec_round_trip(life: list[events.Event]) -> None:
    for event in life:
        assert codec.decode(*codec.encode(event)) == event


@given(lives)
@example([*b.TWO_LIFTS, b.partly_resolved])
@example([*b.LIFTS_FITTED, b.settled])
@example([*b.PARTIES, b.closed])
def test_a_state_kept_as_json_decides_as_the_folded_one(life: list[events.Event]) -> None:
    state = dispute.fold(life)
    assert kept.validate_json(kept.dump_json(state)) == state


@settings(max_examples=60)
@given(st.lists(st.sampled_from(b.ONE_OF_EACH), max_size=12))
@example([b.owner_joined])
@example([b.opened, b.opened])
@example([b.opened, b.held(), b.fulfilled(1), b.resolved(1), b.leader_replaced])
def test_no_sequence_of_events_fails_to_load(past: list[events.Event]) -> None:
    dispute.fold(past)


@given(lives)
def test_what_is_settled_was_agreed_and_done_with_nothing_left_over(life: list[events.Event]) -> None:
    state = dispute.fold(life)
    if isinstance(state, Settled):
        assert state.case.agreements
        assert not state.case.unfulfilled
        assert not state.case.open_issues


@given(lives, st.lists(asked, max_size=4))
def test_after_a_clear_no_nobody_is_mediated(life: list[events.Event], wishes: list[commands.Command]) -> None:
    state = dispute.fold(life)
    if isinstance(state, Open | Refused) and b.DEVELOPER in state.case.parties:
        refused = [*life, b.mediation_refused]
        mediated = (events.SessionScheduled, events.SessionHeld, events.AgreementReached, events.MemberAppointed)
        assert not any(isinstance(event, mediated) for event in live(tuple(refused), wishes)[len(refused) :])


@given(lives)
def test_one_person_is_never_party_and_member_and_single_seats_stay_single(life: list[events.Event]) -> None:
    state = dispute.fold(life)
    if isinstance(state, Open | Refused):
        case = state.case
        assert not case.parties.keys() & case.seats.keys()
        taken = [seat for seat in case.seats.values() if seat != "neighbour"]
        assert len(taken) == len(set(taken))
