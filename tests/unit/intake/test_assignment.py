"""The rules of an assignment: given, signed for, objected to, passed on, handed over, finished, checked, reopened."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import pytest

from services.intake.domain import assignment_refusals as r
from services.intake.domain.assignment import assignment
from services.intake.domain.assignment_commands import COMMANDS, Command
from services.intake.domain.assignment_events import AssignmentEvent
from services.intake.domain.levels import APPROVES, LEVELS, STEPS, Level, Official, Owner, Step
from shared.eventsourcing.decider import Refusal, Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import assignments as a
from tests.unit.intake.desk import MONDAY, STATION, changed

given = Specification(assignment)
Past = tuple[AssignmentEvent, ...]

GIVEN: Final[Past] = (a.assigned(),)
IN_HAND: Final[Past] = (*GIVEN, a.started())
FINISHED: Final[Past] = (*IN_HAND, a.finished())
CHECKED: Final[Past] = (*FINISHED, a.checked())

# Every state × every command


STATES: Final[Mapping[str, Past]] = {
    "unassigned": (),
    "given": GIVEN,
    "given, objected": (*GIVEN, a.objected()),
    "given, asked up": (*GIVEN, a.step_asked("up")),
    "given, offered to another station": (*GIVEN, a.offered),
    "in hand": IN_HAND,
    "in hand, asked for time": (*IN_HAND, a.step_asked("delay", until=a.NEXT_MONDAY)),
    "in hand, offered to another station": (*IN_HAND, a.offered),
    "in hand, a part asked": (*IN_HAND, a.part_asked()),
    "in hand, a part accepted": (*IN_HAND, a.part_asked(), a.part_accepted),
    "in hand, on site": (*IN_HAND, a.part_asked(), a.part_accepted, a.on_site),
    "in hand, a part done": (*IN_HAND, a.part_asked(), a.part_accepted, a.part_done),
    "in hand, a part refused": (*IN_HAND, a.part_asked(), a.part_refused),
    "in hand, a part waived": (*IN_HAND, a.part_asked(), a.part_waived),
    "finished": FINISHED,
    "checked": CHECKED,
    "ended": (*GIVEN, a.ended),
}
"""Each state, in the hands of the community officer Guo."""

ASKED: Final[Mapping[str, Command]] = {
    "route": a.route(),
    "end": a.end,
    "start": a.start(),
    "object": a.object_not_ours(),
    "settle": a.settle(),
    "up": a.up(),
    "across": a.across(),
    "delay": a.delay(),
    "grant": a.grant(),
    "decline": a.decline(),
    "down": a.send_down(a.ZHAO),
    "offer": a.offer(),
    "accept offer": a.accept(),
    "decline offer": a.turn_down(),
    "withdraw offer": a.withdraw(),
    "ask co-handler": a.ask_co_handler(),
    "accept part": a.accept_part(),
    "refuse part": a.refuse_part(),
    "arrive": a.arrive(),
    "finish part": a.finish_part(),
    "waive part": a.waive_part(),
    "finish": a.finish(),
    "check": a.check(),
    "reopen": a.reopen(),
}
"""Each command once, by whom it is for."""

MOVES, NOTHING = "moves", "nothing to do"
Answer = str | type[Refusal]


def row(otherwise: Answer, /, **groups: str) -> dict[str, Answer]:
    """A row of the table; `groups` are comma-separated commands under the name of their answer."""
    answers: dict[str, Answer] = dict.fromkeys(ASKED, otherwise)
    for answer, commands in groups.items():
        told: Answer = {"moves": MOVES, "nothing": NOTHING}.get(answer) or getattr(r, answer)
        answers.update(dict.fromkeys(commands.split(", "), told))
    return answers


PARTS: Final = "accept part, refuse part, arrive, finish part, waive part"
ANSWERS: Final = "settle, grant, decline, accept offer, decline offer, withdraw offer"
RUNNING: Final = "up, across, delay, down, offer"
ENDING: Final = "check, reopen"

TABLE: Final[Mapping[str, dict[str, Answer]]] = {
    "unassigned": row(r.NeverAssigned, moves="route", nothing="end"),
    "given": row(
        r.NothingAsked,
        nothing="route",
        moves=f"end, start, object, {RUNNING}",
        NotStarted=f"finish, ask co-handler, {PARTS}",
        NotFinished=ENDING,
    ),
    "given, objected": row(
        r.NothingAsked,
        nothing="route, object",
        moves="end, settle",
        QuestionOpen=f"start, {RUNNING}",
        NotStarted=f"finish, ask co-handler, {PARTS}",
        NotFinished=ENDING,
    ),
    "given, asked up": row(
        r.NothingAsked,
        nothing="route, up",
        moves="end, start, grant, decline",
        QuestionOpen="object, across, delay, down, offer",
        NotStarted=f"finish, ask co-handler, {PARTS}",
        NotFinished=ENDING,
    ),
    "given, offered to another station": row(
        r.NothingAsked,
        nothing="route, offer",
        moves="end, start, accept offer, decline offer, withdraw offer",
        QuestionOpen="object, up, across, delay, down",
        NotStarted=f"finish, ask co-handler, {PARTS}",
        NotFinished=ENDING,
    ),
    "in hand": row(
        r.NothingAsked,
        nothing="route, start",
        moves=f"end, finish, ask co-handler, {RUNNING}",
        AlreadyStarted="object",
        NoCoHandler=PARTS,
        NotFinished=ENDING,
    ),
    "in hand, asked for time": row(
        r.NothingAsked,
        nothing="route, start, delay",
        moves="end, grant, decline, ask co-handler",
        AlreadyStarted="object",
        QuestionOpen="up, across, down, offer, finish",
        NoCoHandler=PARTS,
        NotFinished=ENDING,
    ),
    "in hand, offered to another station": row(
        r.NothingAsked,
        nothing="route, start, offer",
        moves="end, accept offer, decline offer, withdraw offer, ask co-handler",
        AlreadyStarted="object",
        QuestionOpen="up, across, delay, down, finish",
        NoCoHandler=PARTS,
        NotFinished=ENDING,
    ),
    "in hand, a part asked": row(
        r.NothingAsked,
        nothing="route, start, ask co-handler",
        moves=f"end, finish, accept part, refuse part, waive part, {RUNNING}",
        AlreadyStarted="object",
        CoHandlerSettled="arrive, finish part",
        NotFinished=ENDING,
    ),
    "in hand, a part accepted": row(
        r.NothingAsked,
        nothing="route, start, ask co-handler, accept part",
        moves=f"end, arrive, finish part, waive part, {RUNNING}",
        AlreadyStarted="object",
        CoHandlerSettled="refuse part",
        PartsOpen="finish",
        NotFinished=ENDING,
    ),
    "in hand, on site": row(
        r.NothingAsked,
        nothing="route, start, ask co-handler, accept part, arrive",
        moves=f"end, finish part, waive part, {RUNNING}",
        AlreadyStarted="object",
        CoHandlerSettled="refuse part",
        PartsOpen="finish",
        NotFinished=ENDING,
    ),
    "in hand, a part done": row(
        r.NothingAsked,
        nothing="route, start, finish part",
        moves=f"end, finish, ask co-handler, {RUNNING}",
        AlreadyStarted="object",
        CoHandlerSettled="accept part, refuse part, arrive, waive part",
        NotFinished=ENDING,
    ),
    "in hand, a part refused": row(
        r.NothingAsked,
        nothing="route, start, refuse part",
        moves=f"end, finish, ask co-handler, {RUNNING}",
        AlreadyStarted="object",
        CoHandlerSettled="accept part, arrive, finish part, waive part",
        NotFinished=ENDING,
    ),
    "in hand, a part waived": row(
        r.NothingAsked,
        nothing="route, start, waive part",
        moves=f"end, finish, ask co-handler, {RUNNING}",
        AlreadyStarted="object",
        CoHandlerSettled="accept part, refuse part, arrive, finish part",
        NotFinished=ENDING,
    ),
    "finished": row(r.AlreadyFinished, nothing="route, finish", moves="end, check", NotChecked="reopen"),
    "checked": row(r.AlreadyFinished, nothing="route, check", moves="end, reopen"),
    "ended": row(r.HandlingEnded, nothing="route, end"),
}


def test_the_table_names_every_state_and_every_command() -> None:
    assert set(TABLE) == set(STATES)
    assert {type(command) for command in ASKED.values()} == set(COMMANDS)


def answer(command: Command, past: Past) -> tuple[Answer, list[AssignmentEvent]]:
    try:
        decided = assignment.decide(command, given(*past).state)
    except Refusal as refusal:
        return type(refusal), []
    return (MOVES if decided else NOTHING), decided


@pytest.mark.parametrize("command", ASKED)
@pytest.mark.parametrize("state", STATES)
def test_every_command_moves_every_state_or_is_refused_with_its_message(state: str, command: str) -> None:
    answered, events = answer(ASKED[command], STATES[state])
    assert answered == TABLE[state][command]
    for event in events:
        assert event.by, "every move says whose it is"
        assert event.basis, "every move says on what basis"
        assert getattr(event, "reason", a.WHY), "where a reason is asked, there is one"


def test_what_was_never_assigned_is_unknown() -> None:
    assert issubclass(r.NeverAssigned, Unknown)


# Routing (A8)


def test_a_report_is_given_to_the_person_whom_the_rules_name_with_the_reason() -> None:
    given().when(a.route()).then(a.assigned())


def test_a_corrected_kind_routes_anew_what_nobody_has_signed_for() -> None:
    given(a.assigned()).when(a.route(a.AT_DESK, "fraud-to-desk")).then(a.assigned(a.AT_DESK, "fraud-to-desk"))


@pytest.mark.parametrize("past", [IN_HAND, (*GIVEN, a.sent_down()), (*GIVEN, a.objected()), CHECKED])
def test_the_rules_overrule_no_person_and_move_nothing_that_was_signed_for(past: Past) -> None:
    given(*past).when(a.route(a.AT_DESK, "fraud-to-desk")).then_nothing_happens()


def test_what_lies_at_the_desk_becomes_the_matter_of_whoever_of_it_signs_for_it() -> None:
    given(a.assigned(a.AT_DESK)).when(a.start(a.MA)).then(a.started(a.AT_MA))


def test_nobody_signs_for_what_was_given_to_another() -> None:
    given(a.assigned()).when(a.start(a.MA)).then_refused(r.NotInYourHands)
    given(*IN_HAND).when(a.start(a.MA)).then_refused(r.NotInYourHands)


def test_signing_does_not_lift_anybody_to_another_level() -> None:
    """Who was named as an officer and is also the station's leader still answers as an officer here."""
    as_leader = a.official("guo", "station")
    given(a.assigned()).when(a.start(as_leader)).then(a.started(a.AT_GUO))


# Not ours (A9)


def test_an_objection_leaves_it_where_it_is_until_it_is_settled() -> None:
    given(*GIVEN).when(a.object_not_ours()).then(a.objected())


def test_nobody_objects_for_another() -> None:
    given(*GIVEN).when(a.object_not_ours(a.MA)).then_refused(r.NotInYourHands)


def test_an_objection_within_its_limit_is_in_time_to_the_last_moment() -> None:
    last = changed(a.object_not_ours(), now=a.FRIDAY)
    given(*GIVEN).when(last).then(changed(a.objected(), at=a.FRIDAY))


def test_an_objection_after_its_limit_is_refused() -> None:
    late = changed(a.object_not_ours(), now=a.FRIDAY + timedelta(seconds=1))
    given(*GIVEN).when(late).then_refused(r.ObjectionTooLate)


def test_a_limit_whose_source_nobody_read_warns_and_does_not_refuse() -> None:
    warning = a.OBJECTION.__class__(rule="transfer-objection", until=a.FRIDAY, binding=False)
    when = a.FRIDAY + timedelta(seconds=1)
    given(a.assigned(objection=warning)).when(changed(a.object_not_ours(), now=when)).then(
        changed(a.objected(late=True), at=when)
    )


def test_without_a_rule_an_objection_has_no_limit() -> None:
    given(a.assigned(objection=None)).when(a.object_not_ours()).then(a.objected(basis="not-ours"))


def test_the_level_above_settles_it_with_a_reason() -> None:
    objected = given(*GIVEN, a.objected())
    objected.when(a.settle()).then(a.settled())
    objected.when(a.settle(a.AT_MA)).then(a.settled(a.AT_MA, upheld=True))


def test_whoever_objected_does_not_settle_it_and_nobody_beside_them() -> None:
    objected = given(*GIVEN, a.objected())
    objected.when(a.settle(by=a.official("guo", "station"))).then_refused(r.OwnRequest)
    objected.when(a.settle(by=a.MA)).then_refused(r.NotAbove)
    objected.when(a.settle(by=a.THERE)).then_refused(r.NotAbove)


def test_an_objection_that_is_upheld_goes_to_somebody_else() -> None:
    given(*GIVEN, a.objected()).when(a.settle(a.AT_GUO)).then_refused(r.AlreadyThere)


def test_a_stations_objection_is_settled_by_the_city() -> None:
    at_desk = (a.assigned(a.AT_DESK), a.objected(a.WANG))
    given(*at_desk).when(a.settle(by=a.SUN)).then_refused(r.NotAbove)
    given(*at_desk).when(a.settle(a.AT_OTHER, by=a.CITY)).then(a.settled(a.AT_OTHER, upheld=True, by=a.CITY))


def test_a_leader_does_not_settle_that_it_is_another_stations() -> None:
    given(*GIVEN, a.objected()).when(a.settle(a.AT_OTHER)).then_refused(r.SettledElsewhere)


@pytest.mark.parametrize("owner", [a.AT_GUO, a.AT_MA])
def test_there_is_no_second_bounce(owner: Owner) -> None:
    """Neither who objected and lost nor who was named instead may object again (首接负责, 不得二次退回)."""
    upheld = owner != a.AT_GUO
    past = (*GIVEN, a.objected(), a.settled(owner, upheld=upheld))
    again = a.object_not_ours(a.MA if upheld else a.GUO)
    given(*past).when(again).then_refused(r.OwnershipDecided)


def test_what_the_level_above_sent_or_the_station_accepted_is_not_bounced() -> None:
    given(*GIVEN, a.sent_down()).when(a.object_not_ours(a.LI)).then_refused(r.OwnershipDecided)
    given(*GIVEN, a.offered, a.accepted).when(a.object_not_ours(a.THERE)).then_refused(r.OwnershipDecided)


def test_the_city_has_nobody_to_object_to() -> None:
    given(a.assigned(a.AT_CITY)).when(a.object_not_ours(a.CITY)).then_refused(r.NobodyAbove)


# Up, down, across, delay (B8)

AT: Final[Mapping[Level, Owner]] = {"grid": a.AT_LI, "community": a.AT_GUO, "station": a.AT_WANG, "city": a.AT_CITY}
HOLDER: Final[Mapping[Level, Official]] = {"grid": a.LI, "community": a.GUO, "station": a.WANG, "city": a.CITY}
OTHERS: Final[Mapping[Level, Official]] = {
    "grid": a.ZHAO,
    "community": a.official("hu", "community", community="wangfu"),
    "station": a.SUN,
    "city": a.official("feng", "city"),
}
"""Somebody else at each level, responsible for Wangfu."""


def asked(step: Step, level: Level) -> Command:
    commands: Mapping[Step, Command] = {
        "up": a.up(HOLDER[level]),
        "across": a.across(OTHERS[level], HOLDER[level]),
        "delay": a.delay(HOLDER[level]),
    }
    return commands[step]


@pytest.mark.parametrize("approver", LEVELS)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("step", STEPS)
def test_what_is_asked_at_a_level_is_approved_by_the_levels_of_the_table_and_by_no_other(
    step: Step, level: Level, approver: Level
) -> None:
    past = (a.assigned(AT[level]),)
    if not APPROVES[step][level]:
        given(*past).when(asked(step, level)).then_refused(
            r.BetweenStations if (step, level) == ("across", "station") else r.NobodyAbove
        )
        return
    asking = assignment.decide(asked(step, level), given(*past).state)
    for answer in (a.grant(OTHERS[approver]), a.decline(OTHERS[approver])):
        answered = given(*past, *asking).when(answer)
        if approver in APPROVES[step][level]:
            (event,) = assignment.decide(answer, given(*past, *asking).state)
            assert event.by == OTHERS[approver].account
        else:
            answered.then_refused(r.NotAbove)


def test_nobody_grants_what_they_asked_for() -> None:
    """Not even who holds a post at the level above as well."""
    given(*GIVEN, a.step_asked("up")).when(a.grant(a.official("guo", "station"))).then_refused(r.OwnRequest)


def test_sent_up_it_is_the_approvers() -> None:
    given(*GIVEN, a.step_asked("up")).when(a.grant()).then(a.granted())
    assert given(*GIVEN, a.step_asked("up"), a.granted()).state.matter.owner == a.AT_WANG  # type: ignore[union-attr]


def test_passed_across_it_is_the_colleagues() -> None:
    asked = a.step_asked("across", to=a.MA)
    given(*GIVEN).when(a.across()).then(asked)
    given(*GIVEN, asked).when(a.grant()).then(a.granted("across", a.AT_MA))


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        (None, r.NoOne),
        (a.GUO, r.AlreadyThere),
        (a.LI, r.NoSuchReceiver),
        (a.official("bai", "community", a.OTHER_STATION), r.OtherStation),
    ],
)
def test_across_is_to_a_named_colleague_of_the_same_level_and_station(
    to: Official | None, refusal: type[Refusal]
) -> None:
    given(*GIVEN).when(a.across(to)).then_refused(refusal)


def test_more_time_is_granted_until_a_named_day() -> None:
    asked = a.step_asked("delay", until=a.NEXT_MONDAY)
    longer = a.DUE.__class__(rule=a.DUE.rule, until=a.NEXT_MONDAY, binding=a.DUE.binding)
    given(*IN_HAND).when(a.delay()).then(asked)
    given(*IN_HAND, asked).when(a.grant()).then(a.granted("delay", a.AT_GUO, longer))


@pytest.mark.parametrize("days", [-1, 1, 4])
def test_a_delay_ends_after_the_present_limit_and_in_the_future(days: int) -> None:
    given(*IN_HAND).when(a.delay(days=days)).then_refused(r.NoLaterDay)
    long_past = changed(a.delay(days=5), now=MONDAY + timedelta(days=6))
    given(*IN_HAND).when(long_past).then_refused(r.NoLaterDay)
    given(*IN_HAND).when(changed(a.delay(), until=None)).then_refused(r.NoLaterDay)


def test_what_has_no_limit_needs_no_delay() -> None:
    given(a.assigned(due=None)).when(a.delay()).then_refused(r.NoTimeLimit)


def test_only_who_has_it_asks() -> None:
    given(*IN_HAND).when(a.up(a.MA)).then_refused(r.NotInYourHands)


def test_what_was_declined_goes_on_and_may_be_asked_again() -> None:
    past = (*IN_HAND, a.step_asked("up"), a.declined())
    given(*past).when(a.finish()).then(a.finished())
    given(*past).when(a.up()).then(a.step_asked("up"))


@pytest.mark.parametrize("to", LEVELS)
@pytest.mark.parametrize("level", LEVELS)
def test_it_is_sent_down_to_every_level_below_and_to_no_other(level: Level, to: Level) -> None:
    down = given(a.assigned(AT[level])).when(a.send_down(OTHERS[to], HOLDER[level]))
    if LEVELS.index(to) < LEVELS.index(level):
        owner = Owner(station=STATION, level=to, account=OTHERS[to].account)
        down.then(a.sent_down(owner, HOLDER[level]))
    else:
        down.then_refused(r.NoSuchReceiver)


def test_who_stands_above_sends_it_on_too_so_that_nothing_stays_with_who_left() -> None:
    given(*IN_HAND).when(a.send_down(a.MA, a.WANG)).then(a.sent_down(a.AT_MA, a.WANG))
    given(*IN_HAND).when(a.send_down(a.LI, a.MA)).then_refused(r.NotInYourHands)


def test_sending_it_where_it_is_changes_nothing_and_to_another_station_is_a_hand_over() -> None:
    given(*GIVEN).when(a.send_down(a.GUO, a.WANG)).then_nothing_happens()
    there = a.official("tang", "grid", a.OTHER_STATION)
    given(*GIVEN).when(a.send_down(there)).then_refused(r.OtherStation)


# Between stations (H2)


def test_until_the_other_station_accepts_it_stays_where_it_was() -> None:
    given(*GIVEN).when(a.offer()).then(a.offered)
    offered = given(*GIVEN, a.offered)
    assert offered.state.matter.owner == a.AT_GUO  # type: ignore[union-attr]
    offered.when(a.accept()).then(a.accepted)


def test_leaders_hand_over_and_nobody_else() -> None:
    given(*GIVEN).when(a.offer(by=a.GUO)).then_refused(r.HandsOverOnly)
    given(*GIVEN).when(a.offer(by=a.THERE)).then_refused(r.HandsOverOnly)
    offered = given(*GIVEN, a.offered)
    for command in (a.accept(a.WANG), a.turn_down(a.WANG), a.withdraw(a.THERE), a.accept(a.official("x", "community"))):
        offered.when(command).then_refused(r.HandsOverOnly)


def test_a_station_offers_nothing_to_itself() -> None:
    given(*GIVEN).when(a.offer(STATION)).then_refused(r.SameStation)


def test_one_station_is_asked_at_a_time() -> None:
    given(*GIVEN, a.offered).when(a.offer("third")).then_refused(r.QuestionOpen)


def test_the_other_station_gives_it_to_one_of_its_own() -> None:
    given(*GIVEN, a.offered).when(a.accept(to=a.AT_GUO)).then_refused(r.OtherStation)


@pytest.mark.parametrize(("command", "event"), [(a.turn_down(), a.turned_down), (a.withdraw(), a.withdrawn)])
def test_declined_or_taken_back_it_is_as_before(command: Command, event: AssignmentEvent) -> None:
    given(*IN_HAND, a.offered).when(command).then(event)
    assert given(*IN_HAND, a.offered, event).state == given(*IN_HAND).state


def test_nobody_of_the_old_station_has_a_part_in_it_after_it_was_accepted() -> None:
    matter = given(*IN_HAND, a.part_asked(), a.offered, a.accepted).state.matter  # type: ignore[union-attr]
    assert (matter.owner, dict(matter.parts), matter.community) == (a.AT_OTHER, {}, None)


# Lead and co-handlers (B7)


def test_the_lead_asks_and_the_co_handler_accepts_arrives_and_finishes() -> None:
    given(*IN_HAND).when(a.ask_co_handler()).then(a.part_asked())
    given(*IN_HAND, a.part_asked()).when(a.accept_part()).then(a.part_accepted)
    given(*IN_HAND, a.part_asked(), a.part_accepted).when(a.arrive()).then(a.on_site)
    given(*IN_HAND, a.part_asked(), a.part_accepted, a.on_site).when(a.finish_part()).then(a.part_done)


def test_a_co_handler_may_refuse_with_a_reason_and_be_asked_again() -> None:
    given(*IN_HAND, a.part_asked()).when(a.refuse_part()).then(a.part_refused)
    given(*IN_HAND, a.part_asked(), a.part_refused).when(a.ask_co_handler()).then(a.part_asked())


def test_only_the_lead_asks_and_waives_and_only_who_was_asked_answers() -> None:
    given(*IN_HAND).when(a.ask_co_handler(by=a.MA)).then_refused(r.NotInYourHands)
    given(*IN_HAND, a.part_asked()).when(a.waive_part(by=a.LI)).then_refused(r.NotInYourHands)
    given(*IN_HAND, a.part_asked()).when(a.accept_part(a.ZHAO)).then_refused(r.NoCoHandler)


def test_the_lead_is_no_co_handler_and_nobody_of_another_station_is() -> None:
    given(*IN_HAND).when(a.ask_co_handler(a.GUO)).then_refused(r.LeadHimself)
    given(*IN_HAND).when(a.ask_co_handler(a.THERE)).then_refused(r.OtherStation)


def test_the_lead_does_not_finish_while_an_accepted_part_is_open_unless_it_is_waived_with_a_reason() -> None:
    accepted = (*IN_HAND, a.part_asked(), a.part_accepted)
    given(*accepted).when(a.finish()).then_refused(r.PartsOpen)
    given(*accepted).when(a.waive_part()).then(a.part_waived)
    given(*accepted, a.part_waived).when(a.finish()).then(a.finished())
    given(*accepted, a.part_done).when(a.finish()).then(a.finished())


def test_a_co_handler_who_gets_the_lead_is_no_co_handler_any_more() -> None:
    past = (*IN_HAND, a.part_asked(), a.part_accepted, a.sent_down())
    assert dict(given(*past).state.matter.parts) == {}  # type: ignore[union-attr]


# To the end


def test_it_is_finished_checked_and_reopened_with_reasons() -> None:
    given(*IN_HAND).when(a.finish()).then(a.finished())
    given(*FINISHED).when(a.check()).then(a.checked())
    given(*CHECKED).when(a.reopen()).then(a.reopened)
    given(*CHECKED, a.reopened).when(a.start()).then(a.started())


def test_only_who_has_it_finishes_it_and_a_result_is_not_rewritten() -> None:
    given(*IN_HAND).when(a.finish(a.MA)).then_refused(r.NotInYourHands)
    given(*FINISHED).when(a.finish(outcome="explained")).then_refused(r.AlreadyFinished)


def test_nobody_checks_their_own_work_and_nobody_from_below_does() -> None:
    given(*FINISHED).when(a.check(a.official("guo", "station"))).then_refused(r.OwnWork)
    given(*FINISHED).when(a.check(a.MA)).then_refused(r.NotAbove)


def test_a_leaders_own_work_is_checked_by_a_colleague_or_the_city() -> None:
    by_leader = (a.assigned(a.AT_WANG), a.started(a.AT_WANG), a.finished("wang"))
    given(*by_leader).when(a.check(a.GUO)).then_refused(r.NotAbove)
    given(*by_leader).when(a.check(a.SUN)).then(a.checked("sun"))
    given(*by_leader).when(a.check(a.CITY)).then(a.checked("chen"))


def test_a_result_that_is_not_good_goes_back() -> None:
    given(*FINISHED).when(a.check(passed=False)).then(a.sent_back)
    given(*FINISHED, a.sent_back).when(a.finish()).then(a.finished())
    given(*CHECKED).when(a.check(passed=False)).then_refused(r.AlreadyFinished)


def test_whoever_works_at_the_desk_reopens_what_a_resident_says_is_not_solved() -> None:
    given(*CHECKED).when(a.reopen(a.MA)).then(changed(a.reopened, by="ma"))
    given(*CHECKED).when(a.reopen(a.LI)).then_refused(r.NotAbove)
    given(*CHECKED).when(a.reopen(a.THERE)).then_refused(r.NotAbove)


@pytest.mark.parametrize("past", [GIVEN, IN_HAND, FINISHED, CHECKED, (*GIVEN, a.offered)])
def test_what_goes_to_mediation_or_is_refused_needs_no_handling_here(past: Past) -> None:
    given(*past).when(a.end).then(a.ended)


def test_nothing_is_folded_onto_an_assignment_that_nobody_was_given() -> None:
    with pytest.raises(AssertionError, match="first owner"):
        assignment.fold([a.started()])
