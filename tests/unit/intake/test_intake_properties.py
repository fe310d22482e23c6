"""What holds of intake's streams whatever is asked of them, in whatever order."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import (
    account,
    community,
    day_plan,
    dispatch,
    ground,
    inspection,
    lone_visit,
    matter,
    patrol,
    patrol_route,
    person,
    post,
    premises,
    report,
    reporter,
    roster,
    volunteer,
)
from services.intake.domain.boundary import common, shape
from services.intake.domain.spells import in_force
from services.intake.domain.streams import (
    ACCOUNT,
    AREA,
    CARE,
    COMMUNITY,
    CUSTODY,
    DAY_PLAN,
    DISPATCH,
    DOG,
    EVENTS,
    HOUSEHOLD,
    INSPECTION,
    LONE_VISIT,
    MATTER,
    ORDER,
    PATROL,
    PATROL_ROUTE,
    PERSON,
    POST,
    PREMISES,
    REPORT,
    REPORTER,
    ROSTER,
    VOLUNTEER,
)
from shared.eventsourcing.commands import StreamType
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.events import Codec, Event
from tests.unit.intake import alone, errands, looks, order_desk, planning, rounds, shifts, squad
from tests.unit.intake import desk as d
from tests.unit.intake import places as p
from tests.unit.intake.order_wishes import of_custody, of_order
from tests.unit.intake.visit_wishes import of_care, of_dog, of_household

codec = Codec(EVENTS)
SAMPLES = Path(__file__).parents[2] / "golden" / "intake"

times = st.integers(-1_000, 1_000).map(lambda hours: d.MONDAY + timedelta(hours=hours))
days = st.integers(-400, 400).map(lambda number: date(2020, 1, 1) + timedelta(days=number))
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
boxes = st.builds(d.box, words, words)
kinds = st.sampled_from(["dispute", "incident", "fraud", "hazard", "enquiry", "service", "other"])
posts = st.lists(
    st.builds(
        account.Post, role=st.sampled_from(["mediator", "auxiliary"]), station=words, community=st.none() | words
    ),
    max_size=2,
).map(tuple)
grids = st.sampled_from(["g1", "g2"])

of_report: st.SearchStrategy[report.Command] = st.one_of(
    st.builds(
        lambda channel, id_, subject, reporter, now: d.changed(
            d.register_report, channel=channel, external_id=id_, subject=subject, reporter=reporter, now=now
        ),
        st.sampled_from(["hotline_12345", "mailbox"]),
        st.sampled_from(["1", "2"]),
        boxes,
        st.none() | st.builds(report.Reporter, person=words, name=st.none() | boxes, phone=st.none() | boxes),
        times,
    ),
    st.builds(report.MoveReport, station=words, by=words, now=times),
    st.builds(report.ClassifyReport, kind=kinds, by=words, now=times),
    st.builds(report.AdmitDispute, category=words, by=words, now=times),
    st.builds(
        report.RefuseReport,
        reason=st.sampled_from(["other", "already_settled"]),
        other_route=words,
        by=words,
        now=times,
    ),
    st.builds(report.WithdrawReport, reason=st.none() | boxes, by=words, now=times),
)
of_reporter: st.SearchStrategy[reporter.Command] = st.one_of(
    st.builds(
        lambda access, holder, now: d.changed(d.issue_access, access=access, holder=holder, now=now),
        st.sampled_from(["1", "2"]),
        st.sampled_from(["reporter", "helper"]),
        times,
    ),
    st.builds(lambda access: d.changed(d.revoke_access, access=access), st.sampled_from(["1", "2"])),
    st.builds(lambda id_, text: d.changed(d.add_supplement, supplement=id_, text=text), words, boxes),
    st.builds(lambda id_, hidden: d.changed(d.open_identity, opening=id_, hidden=hidden), words, st.booleans()),
)
of_account: st.SearchStrategy[account.Command] = st.one_of(
    st.builds(lambda held, hash_: d.changed(d.open_account, posts=held, password_hash=hash_), posts, words),
    st.builds(account.ChangePosts, posts=posts, now=times),
    st.builds(account.SetPassword, password_hash=words, now=times),
    st.builds(account.CloseAccount, now=times),
)
of_community: st.SearchStrategy[community.Command] = st.one_of(
    st.just(d.register_community),
    st.builds(community.CountResidents, residents=st.integers(0, 10**9), on=days, source=words, now=times),
    st.builds(
        community.DrawGrid,
        grid=st.builds(community.Grid, grid=grids, name=words, squad=st.none() | words),
        now=times,
    ),
    st.builds(
        community.RegisterCompound,
        compound=st.builds(community.Compound, compound=words, name=words, grid=grids, property_managed=st.booleans()),
        now=times,
    ),
    st.builds(
        community.EnrolVolunteer,
        person=words,
        name=boxes,
        role=st.sampled_from(["building_head", "unit_head", "volunteer"]),
        grid=grids,
        since=days,
        now=times,
    ),
    st.builds(
        community.CountIncidents,
        kind=st.sampled_from(["criminal", "fraud"]),
        first_day=days,
        last_day=days,
        count=st.integers(0, 10**9),
        source=words,
        now=times,
    ),
)
of_ground: st.SearchStrategy[community.Command] = st.one_of(
    st.builds(
        lambda grid, boundary, since: p.draw((grid, boundary), since=since),
        grids,
        st.none() | st.sampled_from([p.WEST, p.EAST, p.WHOLE]),
        days,
    ),
    st.builds(p.assign, st.none() | st.sampled_from(["1" * 15, "2" * 15]), grids, days),
    st.builds(p.form, words, days, st.none() | days, grids),
    st.builds(p.stand_down, days, grids),
    st.just(p.enter_building),
    st.just(p.enter_unit),
)
of_area = st.builds(
    lambda kind, name, above: d.changed(p.name_station, kind=kind, name=name, above=above),
    st.sampled_from(["city", "branch", "station"]),
    words,
    st.none() | words,
)
of_post: st.SearchStrategy[post.Command] = st.one_of(
    st.builds(p.take, days, st.none() | days),
    st.builds(p.end, days, st.integers(1, 3)),
    st.builds(p.correct, days, st.none() | days, term=st.integers(1, 3), account=st.none() | words),
    st.builds(post.WithdrawPost, term=st.integers(1, 3), now=times),
)
of_person = st.builds(person.ErasePerson, person=words, reason=st.just("本人要求"), by=words, now=times)
of_volunteer: st.SearchStrategy[volunteer.Command] = st.one_of(
    st.sampled_from([squad.find, squad.talk, squad.vouch, squad.consent, squad.train, squad.insure, squad.put_on_duty]),
    st.builds(volunteer.PlaceVolunteer, role=st.just("unit_head"), place=st.just(squad.PLACE), by=words, now=times),
    st.builds(volunteer.WithdrawConsent, by=words, now=times),
    st.builds(volunteer.StandDown, reason=st.just("own_wish"), on=days, by=words, now=times),
    st.builds(
        volunteer.RecordService,
        record=st.sampled_from(["1", "2"]),
        service=st.builds(squad.service, times),
        by=words,
        now=times,
    ),
    st.builds(volunteer.StrikeService, record=st.sampled_from(["1", "2"]), reason=boxes, by=words, now=times),
)

_BEGUN = [community.DrawGrid(grid=community.Grid(grid=grid, name=grid), now=d.MONDAY) for grid in ("g1", "g2")]
reports = st.sampled_from(["one", "two", "three"])
of_matter: st.SearchStrategy[matter.Command] = st.one_of(
    st.builds(lambda other: d.changed(d.suspect_duplicate, report="one", other=other), reports),
    st.builds(matter.DismissDuplicate, report=st.just("one"), other=reports, by=words, now=times),
    st.builds(matter.MergeReport, report=st.just("one"), parent=reports, has_case=st.booleans(), by=words, now=times),
    st.builds(matter.TakeIn, report=st.just("one"), child=reports, by=words, now=times),
    st.builds(matter.UnmergeReport, report=st.just("one"), parent=reports, reason=words, by=words, now=times),
    st.builds(matter.GiveBack, report=st.just("one"), child=reports, by=words, now=times),
    st.builds(matter.StateDemand, report=st.just("one"), demand=boxes, by=words, now=times),
    st.builds(
        matter.RecordOutcome,
        report=st.just("one"),
        outcome=st.sampled_from(["met", "partly_met", "not_met", "withdrawn"]),
        by=words,
        now=times,
    ),
)

holders = st.sampled_from([d.OFFICER, shifts.OTHER])
of_roster: st.SearchStrategy[roster.Command] = st.one_of(
    st.builds(
        lambda id_, account, hours: shifts.plan(shifts.shift(id_, account, d.MONDAY + hours * shifts.HOUR)),
        st.sampled_from(["early", "late", "third"]),
        holders,
        st.integers(-24, 120),
    ),
    st.builds(shifts.ask, st.none() | st.just("late"), st.sampled_from(["swap-1", "swap-2"]), holders, holders),
    st.builds(lambda agreed, by: d.changed(shifts.agree, agreed=agreed, by=by), st.booleans(), holders),
    st.sampled_from([shifts.cancel, shifts.withdraw, shifts.set_rules]),
)

of_dispatch: st.SearchStrategy[dispatch.Command] = st.one_of(
    st.sampled_from([errands.open_, errands.close, errands.kin]),
    st.builds(
        errands.ask, st.sampled_from([errands.STAFF, errands.NEIGHBOUR]), st.sampled_from(["request-1", "request-2"])
    ),
    st.builds(
        lambda command, request: d.changed(command, request=request, for_them=True),
        st.sampled_from([errands.agree, errands.no, errands.cannot]),
        st.sampled_from(["request-1", "request-2"]),
    ),
)
of_lone_visit: st.SearchStrategy[lone_visit.Command] = st.one_of(
    st.sampled_from([alone.start, alone.panic]),
    st.builds(lambda hours: alone.clock(d.MONDAY + hours * shifts.HOUR), st.integers(0, 9)),
    st.builds(
        lambda command, by: d.changed(command, by=by),
        st.sampled_from([alone.extend, alone.answer, alone.end]),
        holders,
    ),
)

Asked = tuple[StreamType[Any, Any, Any], list[Any]]
some_stops = st.sampled_from([rounds.STOPS, (rounds.RIVER, rounds.GATE), ()])
of_patrol_route: st.SearchStrategy[patrol_route.Command] = st.one_of(
    st.builds(lambda stops: d.changed(rounds.draw, stops=stops), some_stops),
    st.builds(lambda stops, name: d.changed(rounds.revise, stops=stops, name=name), some_stops, words),
    st.builds(
        lambda stop, letter: d.changed(rounds.replace_code, stop=stop, code=rounds.code(letter)),
        st.sampled_from(["s1", "s3", "s9"]),
        st.sampled_from(["a", "e"]),
    ),
    st.just(rounds.retire),
)
causes = st.none() | st.sampled_from([rounds.BLOCKED, rounds.TOLD, patrol.Why(cause="other")])
some_stop = st.sampled_from(["s1", "s2", "s3", "s9"])
of_patrol: st.SearchStrategy[patrol.Command] = st.one_of(
    st.builds(
        lambda stop, proof, why: rounds.at(stop, proof=proof, why=why),
        some_stop,
        st.sampled_from(["scanned", "said"]),
        causes,
    ),
    st.builds(
        lambda stop, why: d.changed(rounds.leave_out, stop=stop, why=why or rounds.BLOCKED),
        some_stop,
        causes,
    ),
    st.builds(lambda why: d.changed(rounds.end, why=why), causes),
)

some_sizes = st.dictionaries(st.sampled_from(["seats", "beds", "tables"]), st.integers(-1, 200), max_size=2)
heres = st.sampled_from([looks.CHINA, looks.SHANDONG, looks.CONFIRMED])
of_premises: st.SearchStrategy[premises.Command] = st.one_of(
    st.builds(lambda sizes, here: d.changed(looks.register, measures=sizes, here=here), some_sizes, heres),
    st.builds(
        lambda kind, sizes, here: d.changed(looks.measure, kind=kind, measures=sizes, here=here),
        st.sampled_from(["restaurant", "inn", "net_cafe"]),
        some_sizes,
        heres,
    ),
    st.just(looks.close),
)
some_findings = st.lists(st.sampled_from(["f1", "f2", "f9"]), unique=True, max_size=2).map(tuple)
of_inspection: st.SearchStrategy[inspection.Command] = st.one_of(
    st.builds(
        lambda id_, point, level: d.changed(looks.record, finding=id_, point=point, level=level),
        st.sampled_from(["f1", "f2"]),
        st.sampled_from(looks.POINTS),
        st.sampled_from(["minor", "grave"]),
    ),
    st.builds(lambda points: d.changed(looks.finish, in_order=points), st.frozensets(st.sampled_from(looks.POINTS))),
    st.builds(
        lambda id_, some, now: d.changed(looks.order, order=id_, findings=some, now=now),
        st.sampled_from(["o1", "o2"]),
        some_findings,
        times,
    ),
    st.builds(
        lambda some, result, now: d.changed(looks.recheck, results=dict.fromkeys(some, result), now=now),
        some_findings,
        st.sampled_from(["put_right", "not_put_right"]),
        times,
    ),
    st.builds(
        lambda id_, some: d.changed(looks.hand_over, hand_over=id_, findings=some),
        st.sampled_from(["h1", "h2"]),
        some_findings,
    ),
    st.sampled_from([looks.accept, looks.refuse]),
)

some_items = st.sampled_from(["i1", "i2"])
some_days = st.sampled_from([planning.YESTERDAY, planning.TODAY, planning.TOMORROW])
of_day_plan: st.SearchStrategy[day_plan.Command] = st.one_of(
    st.builds(lambda id_, now: d.changed(planning.add, item=id_, now=now), some_items, times),
    st.builds(lambda id_, at: d.changed(planning.set_time, item=id_, at=at), some_items, st.none() | st.times()),
    st.builds(lambda id_: d.changed(planning.do, item=id_), some_items),
    st.builds(lambda id_, to, now: d.changed(planning.move, item=id_, to=to, now=now), some_items, some_days, times),
    st.builds(lambda id_, said: d.changed(planning.drop, item=id_, words=said), some_items, st.none() | boxes),
)

asked: st.SearchStrategy[Asked] = st.one_of(
    st.tuples(st.just(REPORT), st.lists(of_report, min_size=1, max_size=6)),
    st.tuples(st.just(REPORTER), st.lists(of_reporter, min_size=1, max_size=6)),
    st.tuples(st.just(ACCOUNT), st.lists(of_account, min_size=1, max_size=6)),
    st.tuples(st.just(COMMUNITY), st.lists(of_community, min_size=1, max_size=8)),
    st.tuples(
        st.just(COMMUNITY),
        st.lists(of_ground, min_size=1, max_size=8).map(lambda wishes: [d.register_community, *_BEGUN, *wishes]),
    ),
    st.tuples(st.just(AREA), st.lists(of_area, min_size=1, max_size=4)),
    st.tuples(st.just(POST), st.lists(of_post, min_size=1, max_size=6)),
    st.tuples(st.just(MATTER), st.lists(of_matter, min_size=1, max_size=10)),
    st.tuples(st.just(PERSON), st.lists(of_person, min_size=1, max_size=3)),
    st.tuples(st.just(ORDER), st.lists(of_order, max_size=10).map(lambda wishes: [order_desk.receive(), *wishes])),
    st.tuples(st.just(CUSTODY), st.lists(of_custody, min_size=1, max_size=10)),
    st.tuples(st.just(VOLUNTEER), st.lists(of_volunteer, min_size=1, max_size=12)),
    st.tuples(st.just(ROSTER), st.lists(of_roster, min_size=1, max_size=10)),
    st.tuples(st.just(PATROL_ROUTE), st.lists(of_patrol_route, min_size=1, max_size=8)),
    st.tuples(st.just(DAY_PLAN), st.lists(of_day_plan, min_size=1, max_size=8)),
    st.tuples(st.just(PREMISES), st.lists(of_premises, min_size=1, max_size=6)),
    st.tuples(st.just(INSPECTION), st.lists(of_inspection, max_size=12).map(lambda wishes: [looks.begin, *wishes])),
    st.tuples(st.just(PATROL), st.lists(of_patrol, max_size=10).map(lambda wishes: [rounds.begin, *wishes])),
    st.tuples(st.just(DISPATCH), st.lists(of_dispatch, max_size=10).map(lambda wishes: [errands.open_, *wishes])),
    st.tuples(st.just(LONE_VISIT), st.lists(of_lone_visit, min_size=1, max_size=10)),
    st.tuples(st.just(HOUSEHOLD), st.lists(of_household, min_size=1, max_size=8)),
    st.tuples(st.just(CARE), st.lists(of_care, min_size=1, max_size=8)),
    st.tuples(st.just(DOG), st.lists(of_dog, min_size=1, max_size=8)),
)


def ask(type_: StreamType[Any, Any, Any], command: Any, state: Any) -> list[Any]:
    try:
        return type_.decider.decide(command, state)
    except Refusal:
        return []


def live(type_: StreamType[Any, Any, Any], wishes: list[Any]) -> list[Any]:
    """The whole life of a stream of which these things were asked, one after the other."""
    life: list[Any] = []
    for wish in wishes:
        life += ask(type_, wish, type_.decider.fold(life))
    return life


@given(asked)
def test_asked_twice_writes_once(wishes: Asked) -> None:
    type_, commands = wishes
    life = live(type_, commands)
    assert ask(type_, commands[-1], type_.decider.fold(life)) == []


@given(asked)
def test_every_event_that_a_stream_can_live_through_survives_the_codec(wishes: Asked) -> None:
    for event in live(*wishes):
        assert codec.decode(*codec.encode(event)) == event


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.stored_as)
def test_every_kind_of_event_survives_the_codec(kind: type[Event]) -> None:
    """Tried on the sample that is kept of it."""
    kept = (SAMPLES / f"{kind.stored_as}.v{kind.schema_number}.json").read_bytes()
    event = codec.decode(kind.stored_as, kind.schema_number, kept)
    assert codec.decode(*codec.encode(event)) == event


@given(st.lists(of_report, min_size=1, max_size=8))
def test_whatever_was_admitted_was_confirmed_as_a_dispute_and_never_refused(wishes: list[report.Command]) -> None:
    life = live(REPORT, wishes)
    for at, event in enumerate(life):
        if isinstance(event, report.DisputeAdmitted):
            confirmed = [past.kind for past in life[:at] if isinstance(past, report.ReportClassified)]
            assert confirmed[-1] == "dispute"
            assert not any(isinstance(past, report.ReportRefused) for past in life)


@given(st.lists(of_ground, min_size=1, max_size=8))
def test_two_grids_never_share_ground_a_code_or_have_two_active_squads(wishes: list[community.Command]) -> None:
    life = live(COMMUNITY, [d.register_community, *_BEGUN, *wishes])
    state = community.community.fold(life)
    assert isinstance(state, community.Registered)
    lies = state.ground
    for day in {event.since for event in life if isinstance(event, ground.BoundaryDrawn)}:
        shapes = [shape(b) for entries in lies.boundaries.values() if (b := in_force(entries, day)) is not None]
        assert len(shapes) < 2 or common(shapes[0], shapes[1]) is None
    for squads in lies.squads.values():
        assert sum(squad.until is None for squad in squads) <= 1


@given(st.lists(of_post, min_size=1, max_size=8))
def test_no_day_of_a_post_is_in_two_terms(wishes: list[post.Command]) -> None:
    held = [term.holding for term in post.post.fold(live(POST, wishes)).terms.values() if not term.withdrawn]
    for one in held:
        others = [other for other in held if other is not one]
        assert not any((o.until is None or one.since <= o.until) and o.since <= one.since for o in others)


@given(st.lists(of_account, min_size=1, max_size=8))
def test_the_generation_of_an_account_never_falls(wishes: list[account.Command]) -> None:
    generations = [getattr(event, "generation", 1) for event in live(ACCOUNT, wishes)]
    assert generations == sorted(generations)


@given(st.lists(of_volunteer, min_size=1, max_size=14))
def test_nobody_is_on_duty_who_has_not_agreed_or_took_it_back(wishes: list[volunteer.Command]) -> None:
    life = live(VOLUNTEER, wishes)
    for end in range(len(life) + 1):
        state = VOLUNTEER.decider.fold(life[:end])
        begun = end < len(life) and isinstance(life[end - 1], volunteer.VolunteerConsentWithdrawn)
        if isinstance(state, volunteer.Volunteer) and state.on_duty and not begun:
            assert state.consent is not None


@given(st.lists(of_roster, min_size=1, max_size=14))
def test_nobody_is_ever_on_two_shifts_at_once(wishes: list[roster.Command]) -> None:
    state = roster.roster.fold(live(ROSTER, wishes))
    held = list(state.shifts.values())
    for one in held:
        others = [each for each in held if each is not one and each.account == one.account]
        assert not any(each.begins_at < one.ends_at and one.begins_at < each.ends_at for each in others)
