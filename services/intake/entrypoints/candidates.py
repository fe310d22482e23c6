"""Whom an errand may be asked of: the staff on duty or with a post there, and the squad of its grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain import volunteer as v
from services.intake.domain.dispatch import Dispatch, Errand, Facts, Weighed, weigh
from services.intake.entrypoints.volunteers import Squads, account_of
from services.intake.projections import dispatches, posts, rosters
from services.intake.projections import volunteers as squad_rows
from services.intake.projections.holders import colleagues
from services.intake.projections.holders import names as account_names
from shared.access.actors import Actor
from shared.access.rights import areas
from shared.eventsourcing.store import instant
from shared.law.legal_time import day_of

_MOST = 200
_POSTS = ("community_officer", "auxiliary")


@dataclass(frozen=True, slots=True)
class Candidate:
    facts: Facts
    name: str | None
    """None where the actor may not open it, or it was erased."""
    weighed: Weighed


class Candidates:
    """Everybody who may come into question, each with why and why not."""

    def __init__(self, squads: Squads) -> None:
        self._squads = squads
        self._database = squads.api.runtime.database

    async def of(self, actor: Actor, dispatch: Dispatch, about: tuple[str, ...], rest_hours: int) -> list[Candidate]:
        """Those who may be asked first; within that the staff, then the squad, in the order of the register."""
        errand = dispatch.errand
        out = await dispatches.out_between(self._database, errand.begins_at, errand.ends_at, errand.dispatch)
        staff = await self._staff(errand, about, out)
        known = await account_names(self._database, [facts.person for facts in staff])
        found = [Candidate(facts, known.get(facts.person), weigh(facts, dispatch, rest_hours)) for facts in staff]
        members = await self._members(actor, errand)
        names = await self._squads.names(members, actor, "whom to ask for an errand")
        ready = await self._ready(errand)
        for row, name in zip(members, names, strict=True):
            facts = await self._volunteer(errand, row, ready, out)
            found.append(Candidate(facts, name, weigh(facts, dispatch, rest_hours)))
        return sorted(found, key=lambda each: bool(each.weighed.why_not))

    async def names(self, actor: Actor, people: Sequence[str]) -> dict[str, str | None]:
        """The names of these people, of volunteers as far as the actor may open them; the reading is recorded."""
        known: dict[str, str | None] = dict(await account_names(self._database, people))
        members = await squad_rows.find_all(self._database, [each for each in people if each not in known])
        names = await self._squads.names(members, actor, "who goes to an errand")
        return known | {row["volunteer"]: name for row, name in zip(members, names, strict=True)}

    async def one(self, actor: Actor, dispatch: Dispatch, about: tuple[str, ...], person: str) -> Facts | None:
        errand = dispatch.errand
        out = await dispatches.out_between(self._database, errand.begins_at, errand.ends_at, errand.dispatch)
        for facts in await self._staff(errand, about, out):
            if facts.person == person:
                return facts
        for row in await self._members(actor, errand):
            if row["volunteer"] == person:
                return await self._volunteer(errand, row, await self._ready(errand), out)
        return None

    async def _staff(self, errand: Errand, about: tuple[str, ...], out: set[str]) -> list[Facts]:
        """Who is on duty when it begins, and who holds a post of the community; nobody who has left the station."""
        on_duty = {s.account: s for s in await rosters.on_shift(self._database, errand.station, errand.begins_at)}
        rested = await rosters.ended_before(self._database, errand.station, errand.begins_at)
        held = await self._holders(errand)
        here = {one.official.account for one in await colleagues(self._database, errand.station)}
        able = {one.official.account for one in await colleagues(self._database, errand.station, None, about)}
        found = []
        for account in dict.fromkeys([*on_duty, *held]):
            if account not in here:
                continue
            shift, ended = on_duty.get(account), rested.get(account)
            since = errand.begins_at if shift is None else shift.begins_at
            facts = Facts(
                person=account,
                kind="staff",
                account=account,
                holds_post=account in held,
                on_duty=shift is not None,
                rested_hours=_hours(ended, since),
                out=account in out,
                complained_of=account not in able,
            )
            found.append(facts)
        return found

    async def _holders(self, errand: Errand) -> list[str]:
        if errand.community is None:
            return []
        held = await posts.holders(
            self._database, None, day=day_of(errand.begins_at), station=errand.station, community=errand.community
        )
        return [each.account for each in held if each.role in _POSTS and each.account is not None]

    async def _members(self, actor: Actor, errand: Errand) -> list[dict[str, Any]]:
        """The squad of the grid, as far as the actor may read the register; who never joined or left is not in it."""
        if errand.community is None or errand.grid is None:
            return []
        rows = await squad_rows.list_volunteers(
            self._database,
            areas(actor, "register.read"),
            actor.id,
            community=errand.community,
            grid=errand.grid,
            limit=_MOST,
        )
        return [row for row in rows if row["standing"] in (squad_rows.ENROLLED, "consented", "active")]

    async def _ready(self, errand: Errand) -> set[str]:
        """Who of the squad may be sent into danger on that day."""
        if errand.community is None or errand.grid is None:
            return set()
        day = day_of(errand.begins_at)
        rows = await squad_rows.list_ready(self._database, errand.community, errand.grid, day)
        return {row["volunteer"] for row in rows}

    async def _volunteer(self, errand: Errand, row: Mapping[str, Any], ready: set[str], out: set[str]) -> Facts:
        day = day_of(errand.begins_at)
        state = await self._squads.handler.find(row["volunteer"])
        trained = state.trained if isinstance(state, v.Volunteer) else frozenset()
        served = row["last_served_at"]
        return Facts(
            person=row["volunteer"],
            kind="volunteer",
            account=next(iter(account_of(dict(row))), None),
            holds_post=True,
            on_duty=row["on_duty"],
            skilled=any(subject == errand.skill and on <= day for subject, on in trained),
            rested_hours=_hours(None if served is None else instant(served), errand.begins_at),
            missing=() if row["volunteer"] in ready else _missing(row, day),
            out=row["volunteer"] in out,
        )


def _missing(row: Mapping[str, Any], day: Any) -> tuple[v.Missing, ...]:
    there: tuple[tuple[v.Missing, bool], ...] = (
        ("consent", row["consented_on"] is not None and row["consented_on"] <= day),
        ("training", row["trained_on"] is not None and row["trained_on"] <= day),
        ("insurance", row["insured_until"] is not None and row["insured_until"] >= day),
    )
    return tuple(name for name, known in there if not known)


def _hours(ended: datetime | None, until: datetime) -> int | None:
    return None if ended is None else max(int((until - ended).total_seconds()) // 3600, 0)
