"""What is read of a dispute: its state, its room, the sentences of its timeline, the next steps, the refusals."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from services.mediation.domain import events, refusals
from services.mediation.entrypoints import pages, schemas, words
from services.mediation.projections.room import Room, furnish
from services.mediation.projections.states import state_after
from services.mediation.projections.timeline import line_of, lines_of
from shared.contracts.reports import ReportMerged, ReportUnmerged
from shared.web.languages import Languages
from tests.unit.mediation import building as b

SERVICE = Path(pages.__file__).parents[1]
LANGUAGES = Languages([SERVICE / "locales"])
NAMES = {b.OWNER: "业主<甲>", b.LEADER: "张所长"}


def room_after(*history: events.Event) -> Room:
    room = furnish([(event, version) for version, event in enumerate(history, 1)])
    assert room is not None
    return room


def line(event: object, position: int = 1) -> schemas.LineOut:
    told = line_of(event)
    assert told is not None
    return schemas.LineOut.model_validate(
        {
            "position": position,
            "at": told.at,
            "service": told.service,
            "what": told.what,
            "told": dict(told.told),
            "actor": "a",
        }
    )


# State


@pytest.mark.parametrize(
    ("history", "state"),
    [
        (b.PARTIES, "opened"),
        (b.GROUP, "group_formed"),
        (b.SCHEDULED, "session_set"),
        (b.AGREED_AT_SESSION, "session_held"),
        (b.LIFTS_FITTED, "agreed"),
        ((*b.LIFTS_FITTED, b.left_over(1), b.partly_resolved), "partly_resolved"),
        ((*b.LIFTS_FITTED, b.settled), "settled"),
        ((*b.GROUP, b.mediation_refused), "refused"),
        ((*b.GROUP, b.mediation_refused, b.closed), "closed"),
        ((*b.GROUP, b.applicant_withdrew), "withdrawn"),
        ((*b.GROUP, b.changed(b.applicant_withdrew, ends=False)), "group_formed"),
    ],
)
def test_the_state_is_how_far_the_dispute_has_come(history: tuple[events.Event, ...], state: str) -> None:
    assert room_after(*history).state == state


def test_what_is_recorded_after_a_clear_no_does_not_undo_it() -> None:
    assert state_after("refused", b.partly_resolved) == "refused"
    assert state_after("refused", b.formed) == "refused"
    assert state_after("refused", b.settled) == "settled"


# The room


def test_the_room_holds_what_happened() -> None:
    room = room_after(*b.LIFTS_FITTED, b.left_over(1))
    assert list(room.parties) == [b.OWNER, b.DEVELOPER]
    assert room.missing_seats == []
    assert room.sessions[1].attended == b.EVERYBODY
    assert room.unfulfilled == []
    assert [issue.issue for issue in room.open_issues] == [1]
    assert room.version == len(b.LIFTS_FITTED) + 1


def test_a_seat_that_passed_on_is_assigned_to_its_new_holder_only() -> None:
    room = room_after(*b.GROUP, b.leader_replaced)
    assert f"account-{b.NEW_LEADER}" in room.assigned
    assert f"account-{b.LEADER}" not in room.assigned


def test_nothing_opened_is_no_room() -> None:
    assert furnish([]) is None


# The next steps


@pytest.mark.parametrize(
    ("history", "offered", "not_offered"),
    [
        ((b.opened,), {"parties", "members", "close"}, {"sessions", "held", "agreement", "settle", "refusal"}),
        (b.GROUP, {"sessions", "refusal", "set-aside"}, {"held", "agreement", "settle"}),
        (b.SCHEDULED, {"held"}, {"agreement", "settle"}),
        (b.AGREED_AT_SESSION, {"agreement"}, {"held", "fulfilled", "settle"}),
        (b.TWO_LIFTS, {"fulfilled", "residual"}, {"agreement", "settle", "partly-resolved"}),
        ((*b.LIFTS_FITTED, b.left_over(1)), {"resolved", "partly-resolved"}, {"settle", "fulfilled"}),
        (b.LIFTS_FITTED, {"settle"}, {"fulfilled", "partly-resolved"}),
        ((*b.GROUP, b.mediation_refused), {"close"}, {"parties", "sessions", "settle", "members"}),
        ((*b.TWO_LIFTS, b.applicant_withdrew), {"close", "fulfilled"}, {"parties", "sessions"}),
        ((*b.TWO_LIFTS, b.mediation_refused), {"close", "fulfilled"}, {"parties", "sessions"}),
    ],
)
def test_only_the_next_possible_steps_are_offered(
    history: tuple[events.Event, ...], offered: set[str], not_offered: set[str]
) -> None:
    possible = pages.possible(room_after(*history), b.EVENING)
    assert offered <= possible
    assert not possible & not_offered


def test_a_case_that_is_over_offers_nothing() -> None:
    assert pages.possible(room_after(*b.LIFTS_FITTED, b.settled), b.EVENING) == frozenset()
    assert pages.possible(room_after(*b.GROUP, b.closed), b.EVENING) == frozenset()


def test_a_session_of_another_day_cannot_be_recorded_yet() -> None:
    early = b.EVENING - timedelta(days=1)
    assert "held" not in pages.possible(room_after(*b.SCHEDULED), early)


# The timeline


@pytest.mark.parametrize("event", b.ONE_OF_EACH, ids=lambda event: event.stored_as)
def test_every_event_has_its_line_in_both_languages_without_codes_or_unescaped_names(event: events.Event) -> None:
    shown = line(event)
    english = words.tell(shown, NAMES, LANGUAGES, "en")
    chinese = words.tell(shown, NAMES, LANGUAGES, "zh-CN")
    assert english != chinese
    for sentence in (english, chinese):
        assert "_" not in sentence
        assert "<甲>" not in sentence
        assert event.stored_as not in sentence


def test_no_personal_value_stands_in_a_line() -> None:
    for event in b.ONE_OF_EACH:
        assert "s1." not in line(event).model_dump_json()


def test_parties_of_one_side_who_came_together_are_told_in_one_sentence() -> None:
    joined = [line(b.joined(f"person-{n}", "applicant"), n) for n in range(1, 26)]
    told = words.story([*joined, line(b.developer_joined, 26)], {}, LANGUAGES, "en")
    assert [sentence for _, sentence in told] == [
        "25 parties were entered as applicant.",
        "A person was entered as respondent.",
    ]
    assert told[0][0].position == 25


def test_a_merge_and_its_undoing_stand_in_the_timelines_of_both_reports() -> None:
    for event, here, there in (
        (merged(ReportMerged, merged_at=b.MONDAY), "merged-here", "merged-into"),
        (merged(ReportUnmerged, unmerged_at=b.MONDAY), "unmerged-here", "unmerged-from"),
    ):
        assert [(one.code, one.what, one.told) for one in lines_of(event)] == [
            ("WG-2", here, {"code": "WG-1"}),
            ("WG-1", there, {"code": "WG-2"}),
        ]
    assert lines_of(object()) == []
    assert len(lines_of(b.opened)) == 1


def merged(of: type[BaseModel], **at: object) -> BaseModel:
    both = {"report": "r1", "code": "WG-1", "parent": "r2", "parent_code": "WG-2", "station": b.STATION}
    return of.model_validate({**both, "reporter": None, **at})


def test_what_concerns_no_case_gives_no_line() -> None:
    assert line_of(object()) is None


def test_a_notice_is_one_entry_with_its_deliveries_counted_by_their_present_state() -> None:
    def delivery(number: int, person: str, state: str) -> schemas.LineOut:
        told = {"notice": "n", "delivery": person, "template": "session-set", "person": person, "state": state}
        return schemas.LineOut.model_validate(
            {
                "position": number,
                "at": b.MONDAY,
                "service": "notify",
                "what": "delivery-changed",
                "told": told,
                "actor": "",
            }
        )

    lines = [delivery(1, "p1", "planned"), delivery(2, "p2", "planned"), delivery(3, "p1", "delivered")]
    (notice,) = pages.notices_of(lines)
    assert (notice.template, notice.states, notice.position) == ("session-set", {"delivered": 1, "planned": 1}, 3)


# Refusals


def test_a_refusal_tells_codes_as_words_and_people_by_their_names() -> None:
    missing = words.DisputeRefused(refusals.SeatsUnfilled(seats="area_leader, neighbour"))
    assert "包片所领导、邻里与社会力量" in str(missing.told(LANGUAGES, "zh-CN")["detail"])
    assert "leader in charge of the area, neighbour or volunteer" in str(missing.told(LANGUAGES, "en")["detail"])
    seated = words.DisputeRefused(refusals.HoldsAnotherSeat(person=b.LEADER, seat="auxiliary"), NAMES)
    assert "张所长 已担任社区辅警" in str(seated.told(LANGUAGES, "zh-CN")["detail"])


def test_a_refusal_of_nothing_begun_is_not_found() -> None:
    assert words.DisputeRefused(refusals.NotOpened()).status == 404
    assert words.DisputeRefused(refusals.NothingAgreed()).status == 409
