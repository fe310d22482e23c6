"""Rule, place, post, roster and limits put together for one report."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest

from services.intake.application.routing import Router
from services.intake.domain.report import Channel, ReportReceived
from services.intake.domain.routing import PlacedBy, Rule, Where
from services.intake.entrypoints.routing import agreed
from shared.law.here import Here
from tests.unit.intake import desk as d


@dataclass
class Held:
    """A place with these people, as a register would answer."""

    people: Sequence[str] = ("guo",)
    on_duty_now: Sequence[str] = ()
    at: tuple[str | None, str | None, PlacedBy] = ("wangfu", "wangfu-03", "point")
    asked: list[tuple[str, date, Sequence[str]]] = field(default_factory=list)

    async def locate(self, received: ReportReceived) -> tuple[str | None, str | None, PlacedBy]:
        return self.at

    async def holders(self, role: str, where: Where, rule: Rule, day: date, about: Sequence[str]) -> Sequence[str]:
        self.asked.append((role, day, about))
        return self.people

    async def on_duty(self, station: str, rule: Rule, at: datetime, about: Sequence[str]) -> Sequence[str]:
        return self.on_duty_now


def router(held: Held, here: Here | None = None) -> Router:
    return Router(held, held, held, here or Here())


async def test_a_report_goes_to_who_holds_the_post_at_its_place_on_that_day_of_shanghai() -> None:
    held = Held()
    late = datetime.fromisoformat("2026-11-23T20:30:00+00:00")
    where, routed = await router(held).route(d.received, "hazard", late)
    assert (where.community, where.placed_by) == ("wangfu", "point")
    assert (routed.owner.account, routed.because.rule) == ("guo", "hazard-to-officer")
    assert held.asked == [("community_officer", date(2026, 11, 24), ())]


async def test_nobody_is_looked_for_where_the_place_is_not_known_or_the_rule_names_a_desk() -> None:
    nowhere = Held(at=(None, None, "unknown"))
    _, routed = await router(nowhere).route(d.received, "hazard", d.MONDAY)
    assert (routed.owner.account, routed.because.outcome) == (None, "no_place")
    _, at_desk = await router(nowhere).route(d.received, "enquiry", d.MONDAY)
    assert (at_desk.owner.desk, at_desk.because.outcome) == ("service", "desk")
    assert nowhere.asked == []


async def test_the_roster_of_the_day_names_the_person() -> None:
    several = Held(people=("guo", "ma"), on_duty_now=("ma",))
    _, routed = await router(several).route(d.received, "hazard", d.MONDAY)
    assert (routed.owner.account, routed.because.outcome) == ("ma", "on_duty")
    _, fraud = await router(several).route(d.received, "fraud", d.MONDAY)
    assert (fraud.owner.account, fraud.owner.desk) == ("ma", "anti_fraud")


async def test_a_complaint_goes_to_the_level_above_past_whom_it_is_about() -> None:
    held = Held(people=("wang",), at=(None, None, "unknown"))
    about = d.changed(d.received, about=("account-guo",), level="station")
    _, routed = await router(held).route(about, "service", d.MONDAY)
    assert (routed.owner.account, routed.because.rule) == ("wang", "complaint-to-leader")
    assert held.asked == [("station_leader", date(2026, 11, 23), ("account-guo",))]


@pytest.mark.parametrize(
    ("channel", "rule", "until", "binding"),
    [
        ("walk_in", "petition-objection", "2026-11-30", True),  # five working days after Monday the 23rd
        ("hotline_12345", "hotline-objection", "2026-11-24", False),  # one, and nobody has read its source
    ],
)
def test_the_limit_of_an_objection_is_in_working_days_of_the_rule(
    channel: Channel, rule: str, until: str, binding: bool
) -> None:
    limit = router(Held()).objection(channel, d.MONDAY)
    assert limit is not None
    assert (limit.rule, limit.until.date().isoformat(), limit.binding) == (rule, until, binding)


def test_before_there_was_a_rule_an_objection_had_no_limit() -> None:
    long_ago = datetime.fromisoformat("2015-03-02T09:00:00+08:00")
    assert router(Held()).objection("walk_in", long_ago) is None


def test_the_city_s_rule_limits_the_handling_of_hotline_orders_and_our_own_target_warns_for_the_rest() -> None:
    jinan, nation = router(Held(), Here(jurisdiction="370100")), router(Held())
    assert (jinan.due("hotline_12345", d.MONDAY, danger=False).rule) == "hotline-reply"
    assert jinan.due("hotline_12345", d.MONDAY, danger=True).binding
    own = nation.due("hotline_12345", d.MONDAY, danger=False)
    assert (own.rule, own.until.date().isoformat(), own.binding) == ("own-target", "2026-11-30", False)
    assert (nation.due("walk_in", d.MONDAY, danger=True).until - d.MONDAY).total_seconds() == 2 * 3600
    beijing = router(Held(), Here(jurisdiction="110000"))
    assert (beijing.due("hotline_12345", d.MONDAY, danger=True).until - d.MONDAY).total_seconds() == 2 * 3600


def test_of_several_places_only_what_they_have_in_common_counts() -> None:
    assert agreed([]) is None
    assert agreed([("wangfu", "03")]) == ("wangfu", "03")
    assert agreed([("wangfu", "03"), ("wangfu", "04")]) == ("wangfu", None)
    assert agreed([("wangfu", "03"), ("datang", "03")]) is None
