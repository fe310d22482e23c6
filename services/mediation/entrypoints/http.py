"""Mediation's API: the disputes and their timeline, each step of the procedure, and the overnight list."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar

from fastapi import Query, Response
from starlette.requests import Request

from services.mediation.entrypoints import schemas
from services.mediation.entrypoints.steps import Steps, scope_of
from services.mediation.projections import disputes as dispute_rows
from services.mediation.projections import timeline
from services.mediation.projections.room import Room
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.followers import read_checkpoint
from shared.eventsourcing.projections import projected, wait_until
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.law.legal_time import day_of
from shared.web import together
from shared.web.idempotency import IdempotencyKey
from shared.web.paging import After, CurrentAfter, CurrentPaging, IfMatch, etag, link_next
from shared.web.routes import CurrentActor, Routes, permit

OPENING: Final = "open-disputes"
"""The policy that opens a dispute for each admission."""

D = TypeVar("D", bound=schemas.Done)


class Api:
    """What the routes work with; also used by the pages."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.runtime = steps.runtime

    async def wait(self, after: After | None, *projections: str) -> None:
        """Until the projections hold what is asked for; of another service's event, also what it led to here."""
        if after is None:
            return
        position = after.position
        if after.source not in (None, self.runtime.settings.service):
            await self.runtime.wait_for("disputes", after.position, after.source)
            arrived = await projected(self.runtime.database, "disputes")
            await wait_until(self._opened, OPENING, arrived)
            position = (await self.runtime.store.head()).position
        for projection in projections:
            await self.runtime.wait_for(projection, position)

    async def _opened(self) -> int:
        """Up to which position admissions have become disputes."""
        async with self.runtime.database.reading() as tx:
            return (await read_checkpoint(tx, f"policy:{OPENING}")).position

    async def headlines(self, rows: Sequence[dict[str, Any]], actor: Actor, purpose: str) -> list[str | None]:
        sealed = [Sealed.model_validate_json(row["headline"]) for row in rows]
        return await self.runtime.open(sealed, self.steps.meta(actor), purpose)

    async def listed(self, rows: Sequence[dict[str, Any]], actor: Actor, purpose: str) -> list[schemas.DisputeOut]:
        now = self.runtime.clock()
        headlines = await self.headlines(rows, actor, purpose)
        return [dispute_out(row, headline, now) for row, headline in zip(rows, headlines, strict=True)]

    async def overnight(self, actor: Actor, on: date | None, station: str | None) -> schemas.OvernightPage:
        on = on or day_of(self.runtime.clock())
        seen = areas(actor, "dispute.read")
        rows = await dispute_rows.list_overnight(self.runtime.database, seen, actor.id, on=on, station=station)
        return schemas.OvernightPage(on=on, disputes=await self.listed(rows, actor, "overnight list"))

    async def detail(self, actor: Actor, id_: str) -> tuple[Room, schemas.DisputeDetail]:
        """A dispute with everything about it that this actor may read; the read is recorded."""
        room = await self.steps.room(id_)
        permit(actor, "dispute.read", scope_of(room))
        readable = authorize(actor, "sealed.read", scope_of(room)).allowed
        boxes = sealed_of(room) if readable else [room.opened.headline]
        opened = await self.runtime.open(boxes, self.steps.meta(actor, room), "a dispute")
        words = dict(zip((box.box for box in boxes), opened, strict=True))
        lines = await timeline.read(self.runtime.database, room.code)
        merged = (await together.children(self.runtime.database, [room.code]))[room.code]
        return room, detail_of(room, words, lines, merged, readable=readable)


def add(routes: Routes, api: Api) -> None:
    """Adds mediation's routes."""
    _reading(routes, api)
    _people(routes, api.steps)
    _sessions(routes, api.steps)
    _performance(routes, api.steps)
    _ends(routes, api.steps)


def _reading(routes: Routes, api: Api) -> None:
    @routes.get("/disputes", access="dispute.read")
    async def list_disputes(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        state: Annotated[str | None, Query()] = None,
        overnight: Annotated[bool, Query(description="Only those that are open past their own day.")] = False,
    ) -> schemas.DisputePage:
        """Disputes, the newest first."""
        await api.wait(after, "disputes")
        seen = areas(actor, "dispute.read")
        rows = await dispute_rows.list_disputes(
            api.runtime.database,
            seen,
            actor.id,
            state=state,
            overnight_at=api.runtime.clock() if overnight else None,
            before=int(paging.cursor["position"] or 0) if paging.cursor else None,
            limit=paging.limit,
        )
        if len(rows) == paging.limit:
            link_next(request, response, {"position": rows[-1]["position"]})
        return schemas.DisputePage(
            disputes=await api.listed(rows, actor, "list of disputes"),
            counts=await dispute_rows.count(api.runtime.database, seen, actor.id),
        )

    @routes.get("/disputes/{id}", access="dispute.read")
    async def read_dispute(
        id: str, response: Response, actor: CurrentActor, after: CurrentAfter
    ) -> schemas.DisputeDetail:
        """One dispute with its timeline across the services, by its id or its case code; the read is recorded."""
        await api.wait(after, "disputes", "timeline", "together")
        room, detail = await api.detail(actor, id)
        response.headers["ETag"] = etag(room.version)
        return detail

    @routes.get("/overnight", access="dispute.read")
    async def overnight(
        actor: CurrentActor,
        after: CurrentAfter,
        station: Annotated[str | None, Query()] = None,
        on: Annotated[date | None, Query(description="The day; today where it is left out.")] = None,
    ) -> schemas.OvernightPage:
        """What was open at 22:00 of a day and not set free of the same-day target (不让矛盾过夜), the oldest first.

        A help to the groups, and no assessment of anyone.
        """
        await api.wait(after, "disputes")
        if station is not None:
            permit_somewhere(actor, station)
        return await api.overnight(actor, on, station)


def permit_somewhere(actor: Actor, station: str) -> None:
    """A station where the actor reads nothing at all is refused, so that nobody takes an empty list for good news."""
    if not any(area.station in (None, station) for area in areas(actor, "dispute.read")):
        permit(actor, "dispute.read", Scope(station))


def _people(routes: Routes, steps: Steps) -> None:
    @routes.post("/disputes/{id}/parties", access="dispute.lead", status_code=201)
    async def add_parties(
        id: str,
        body: schemas.PartiesIn,
        actor: CurrentActor,
        key: IdempotencyKey,
        seen: IfMatch,
        response: Response,
    ) -> schemas.PersonsDone:
        """Enters parties (当事人加入): `parties`, all of them or none; one alone may be sent without the list."""
        return _tagged(response, await steps.add_parties(actor, id, body, key, seen))

    @routes.post("/disputes/{id}/members", access="dispute.lead", status_code=201)
    async def appoint(
        id: str, body: schemas.MemberIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.PersonsDone:
        """Fills a seat of the 3+N group (指派或更换调解员)."""
        return _tagged(response, await steps.appoint(actor, id, body, key, seen))

    @routes.post("/disputes/{id}/refusal", access="dispute.lead")
    async def refuse(
        id: str, body: schemas.PartyRef, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Records a party's clear no (当事人明确拒绝), which ends the mediation."""
        return _tagged(response, await steps.refuse(actor, id, body, key, seen))

    @routes.post("/disputes/{id}/same-day/set-aside", access="dispute.lead")
    async def set_aside(
        id: str, body: schemas.PartyRef, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Sets the same-day target aside at a party's wish (不以当日为限)."""
        return _tagged(response, await steps.set_aside(actor, id, body, key, seen))


def _sessions(routes: Routes, steps: Steps) -> None:
    @routes.post("/disputes/{id}/sessions", access="dispute.lead", status_code=201)
    async def schedule(
        id: str, body: schemas.SessionIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Sets the next 3+N session (安排调解); every seat must be filled."""
        return _tagged(response, await steps.schedule(actor, id, body, key, seen))

    @routes.post("/disputes/{id}/sessions/{number}/held", access="dispute.lead")
    async def hold(
        id: str,
        number: int,
        body: schemas.HeldIn,
        actor: CurrentActor,
        key: IdempotencyKey,
        seen: IfMatch,
        response: Response,
    ) -> schemas.Done:
        """Records that a session took place (举行调解), who attended and what came of it."""
        return _tagged(response, await steps.hold(actor, id, number, body, key, seen))

    @routes.post("/disputes/{id}/agreement", access="dispute.lead", status_code=201)
    async def agree(
        id: str, body: schemas.AgreementIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Writes down what was agreed at the last session (达成协议), and what is to be done by when."""
        return _tagged(response, await steps.agree(actor, id, body, key, seen))


def _performance(routes: Routes, steps: Steps) -> None:
    @routes.post("/disputes/{id}/items/{number}/fulfilled", access="dispute.lead")
    async def fulfil(
        id: str,
        number: int,
        body: schemas.FulfilledIn,
        actor: CurrentActor,
        key: IdempotencyKey,
        seen: IfMatch,
        response: Response,
    ) -> schemas.Done:
        """Records that an item was done (履行), and who verified it."""
        return _tagged(response, await steps.fulfil(actor, id, number, body, key, seen))

    @routes.post("/disputes/{id}/residual", access="dispute.lead", status_code=201)
    async def record_residual(
        id: str, body: schemas.ResidualIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Records an issue that is left over (遗留事项)."""
        return _tagged(response, await steps.record_residual(actor, id, body, key, seen))

    @routes.post("/disputes/{id}/residual/{number}/resolved", access="dispute.lead")
    async def resolve_residual(
        id: str,
        number: int,
        actor: CurrentActor,
        key: IdempotencyKey,
        seen: IfMatch,
        response: Response,
        body: schemas.Told | None = None,
    ) -> schemas.Done:
        """Records that an issue that was left over is resolved (遗留事项化解)."""
        return _tagged(response, await steps.resolve_residual(actor, id, number, body, key, seen))


def _ends(routes: Routes, steps: Steps) -> None:
    @routes.post("/disputes/{id}/partly-resolved", access="dispute.lead")
    async def partly_resolve(
        id: str,
        actor: CurrentActor,
        key: IdempotencyKey,
        seen: IfMatch,
        response: Response,
        body: schemas.Told | None = None,
    ) -> schemas.Done:
        """States that the first stage is resolved while issues stay open (初步化解)."""
        return _tagged(response, await steps.partly_resolve(actor, id, body, key, seen))

    @routes.post("/disputes/{id}/settle", access="dispute.lead")
    async def settle(
        id: str,
        actor: CurrentActor,
        key: IdempotencyKey,
        seen: IfMatch,
        response: Response,
        body: schemas.Told | None = None,
    ) -> schemas.Done:
        """States that what was agreed is done and nothing is left over (化解)."""
        return _tagged(response, await steps.settle(actor, id, body, key, seen))

    @routes.post("/disputes/{id}/close", access="dispute.lead")
    async def close(
        id: str, body: schemas.CloseIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Ends the mediation without a settlement (终止调解), and names the other routes that were told."""
        return _tagged(response, await steps.close(actor, id, body, key, seen))


# What is answered


def _tagged(response: Response, done: D) -> D:
    response.headers["ETag"] = etag(done.version)
    return done


def dispute_out(row: dict[str, Any], headline: str | None, now: datetime) -> schemas.DisputeOut:
    same = (
        "id",
        "code",
        "report",
        "station",
        "community",
        "grid",
        "category",
        "state",
        "settled_same_day",
        "parties",
        "sessions",
        "sessions_held",
        "items",
        "items_fulfilled",
        "residual_open",
        "version",
    )
    return schemas.DisputeOut(
        **{name: row[name] for name in same},
        headline=headline,
        opened_at=instant(row["opened_at"]),
        same_day_target=instant(row["same_day_target"]),
        same_day_set_aside=row["set_aside_at"] is not None,
        overnight=dispute_rows.is_overnight(row, now),
        settled_at=None if row["settled_at"] is None else instant(row["settled_at"]),
    )


def sealed_of(room: Room) -> list[Sealed]:
    return list(_sealed_of(room))


def _sealed_of(room: Room) -> Iterator[Sealed]:
    applicant = room.opened.applicant
    contacts = [party.contact for party in room.parties.values()] + [member.contact for member in room.group.values()]
    values = [
        room.opened.headline,
        room.opened.story,
        applicant.name if applicant is not None else None,
        *(value for contact in contacts for value in (contact.name, contact.phone)),
        *(party.demand for party in room.parties.values()),
        *(agreement.text for agreement in room.agreements),
        *(value for item in room.items.values() for value in (item.what, item.evidence)),
        *(issue.what for issue in room.issues.values()),
        room.withdrawn.reason if room.withdrawn is not None else None,
    ]
    seen: set[str] = set()
    for value in values:
        if value is not None and value.box not in seen:
            seen.add(value.box)
            yield value


def detail_of(
    room: Room,
    words: dict[str, str | None],
    lines: Sequence[dict[str, Any]],
    merged: Sequence[dict[str, Any]],
    *,
    readable: bool,
) -> schemas.DisputeDetail:
    def said(sealed: Sealed | None) -> str | None:
        return None if sealed is None else words.get(sealed.box)

    opened, applicant = room.opened, room.opened.applicant
    return schemas.DisputeDetail(
        id=room.id,
        code=room.code,
        report=opened.report,
        station=room.station,
        community=opened.place.community,
        grid=opened.place.grid,
        category=opened.category,
        state=room.state,
        readable=readable,
        headline=said(opened.headline),
        story=said(opened.story),
        applicant=applicant.person if applicant is not None else None,
        applicant_name=said(applicant.name) if applicant is not None else None,
        opened_at=opened.opened_at,
        same_day_target=opened.same_day_target,
        same_day_set_aside=room.same_day_set_aside,
        parties=[
            schemas.PartyOut(
                person=person,
                side=party.side,
                name=said(party.contact.name),
                phone=said(party.contact.phone),
                demand=said(party.demand),
            )
            for person, party in room.parties.items()
        ],
        group=[
            schemas.MemberOut(
                person=person,
                seat=member.seat,
                account=member.account,
                name=said(member.contact.name),
                phone=said(member.contact.phone),
            )
            for person, member in room.group.items()
        ],
        group_complete=not room.missing_seats,
        missing_seats=room.missing_seats,
        sessions=[
            schemas.SessionOut(
                session=session.session,
                begins_at=session.begins_at,
                place=session.place,
                outcome=session.outcome,
                attended=list(session.attended),
                recording=session.recording,
                held_at=session.held_at,
            )
            for session in room.sessions.values()
        ],
        agreements=[
            schemas.AgreementOut(
                session=agreement.session,
                form=agreement.form,
                text=said(agreement.text),
                reached_at=agreement.reached_at,
            )
            for agreement in room.agreements
        ],
        items=[
            schemas.ItemOut(
                item=item.item,
                what=said(item.what),
                due_on=item.due_on,
                fulfilled_on=None if item.fulfilled_at is None else day_of(item.fulfilled_at),
                evidence=said(item.evidence),
                verified_by=item.verified_by,
            )
            for item in room.items.values()
        ],
        residual_issues=[
            schemas.IssueOut(issue=issue.issue, what=said(issue.what), resolved=issue.resolved)
            for issue in room.issues.values()
        ],
        refused_by=room.refused_by,
        applicant_withdrew_at=room.withdrawn.withdrawn_at if room.withdrawn is not None else None,
        withdrawal_reason=said(room.withdrawn.reason) if room.withdrawn is not None else None,
        closed_because=room.closed.reason if room.closed is not None else None,
        routes_told=list(room.closed.routes_told) if room.closed is not None else [],
        settled_at=room.settled_at,
        settled_same_day=room.settled_same_day,
        version=room.version,
        merged_reports=[
            schemas.MergedOut(report=row["report"], code=row["code"], since=instant(row["since"])) for row in merged
        ],
        timeline=[
            schemas.LineOut(
                position=line["position"],
                at=instant(line["at"]),
                service=line["service"],
                what=line["what"],
                told=line["told"],
                actor=line["actor"],
            )
            for line in lines
        ],
    )
