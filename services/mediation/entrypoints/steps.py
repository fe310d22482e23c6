"""The steps of the procedure as they are asked for, by the API and by the pages: who may, when it was, what is done."""

from datetime import datetime

from services.mediation.application.handlers import Disputes, Joining, Promise, Sitting
from services.mediation.domain import commands
from services.mediation.domain.commands import Command
from services.mediation.domain.streams import DISPUTE
from services.mediation.entrypoints import schemas
from services.mediation.projections import disputes as dispute_rows
from services.mediation.projections.room import Room, furnish
from shared.access.actors import Actor, Scope
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.web.idempotency import Idempotency
from shared.web.languages import mark
from shared.web.logs import traceparent
from shared.web.problems import Fault, malformed, not_found
from shared.web.routes import permit


class Steps:
    """Each takes the actor, the dispute's id or case code, the body, the request's key and the version seen."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.disputes = Disputes(runtime)

    # What they have in common

    def meta(self, actor: Actor, room: Room | None = None, key: Idempotency | None = None) -> Meta:
        station = room.station if room is not None else ""
        roles: list[str] = [post.role for post in actor.posts if post.station == station]
        role = next(iter(roles or [post.role for post in actor.posts]), "")
        return Meta(
            actor=actor.id,
            role=role,
            station=station,
            correlation=room.code if room is not None else "",
            causation=key.command_id if key is not None else "",
            fingerprint=key.fingerprint if key is not None else "",
            trace=traceparent() or "",
        )

    async def room(self, id_: str) -> Room:
        """A dispute as its own stream tells it, so that no step waits for a projection."""
        found = await self._room(id_)
        if found is None:
            row = await dispute_rows.find(self.runtime.database, id_)
            found = None if row is None else await self._room(row["id"])
        if found is None:
            raise not_found(mark("No dispute has this number here. Check it, or look for it in the list."))
        return found

    async def _room(self, id_: str) -> Room | None:
        stored = await self.runtime.store.read_stream(DISPUTE.stream(id_))
        return furnish([(self.runtime.read(one), one.version) for one in stored])  # type: ignore[misc]

    async def _admitted(self, actor: Actor, id_: str, told: schemas.Told | None) -> tuple[Room, datetime]:
        """The dispute, if the actor leads it, and when the step was: only who leads the whole station dates it back."""
        room = await self.room(id_)
        permit(actor, "dispute.lead", scope_of(room))
        now = self.runtime.clock()
        if told is None or told.happened_at is None:
            return room, now
        permit(actor, "dispute.lead", Scope(room.station))
        if told.happened_at > now:
            raise malformed(Fault(mark("This lies in the future."), pointer="#/happened_at"))
        return room, told.happened_at

    async def _take(
        self, actor: Actor, room: Room, command: Command, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        return done(
            room, await self.disputes.handle(room.id, command, self.meta(actor, room, key), key.command_id, seen)
        )

    # Parties and the group

    async def add_parties(
        self,
        actor: Actor,
        id_: str,
        body: schemas.PartiesIn,
        key: Idempotency,
        seen: int | None,
    ) -> schemas.PersonsDone:
        room, now = await self._admitted(actor, id_, body)
        applicant = room.opened.applicant
        joining = []
        for number, party in enumerate(body.parties):
            if party.name is None and (applicant is None or party.person != applicant.person):
                detail = mark("A name is required, unless `person` is the applicant.")
                raise malformed(Fault(detail, pointer=f"#/parties/{number}/name"))
            joining.append(
                Joining(
                    person=party.person or derived_id("person", key.command_id, number),
                    side=party.side,
                    name=party.name,
                    phone=party.phone,
                    demand=party.demand,
                )
            )
        handled = await self.disputes.add_parties(
            room.id, joining, now, self.meta(actor, room, key), key.command_id, seen
        )
        return schemas.PersonsDone(**done(room, handled).model_dump(), persons=[one.person for one in joining])

    async def appoint(
        self, actor: Actor, id_: str, body: schemas.MemberIn, key: Idempotency, seen: int | None
    ) -> schemas.PersonsDone:
        room, now = await self._admitted(actor, id_, body)
        # Whoever has an account is one person in this case, so that nobody holds two seats by being entered twice.
        known = derived_id("member", room.id, body.account) if body.account is not None else None
        person = body.person or known or derived_id("person", key.command_id)
        sitting = Sitting(person=person, seat=body.seat, account=body.account, name=body.name, phone=body.phone)
        handled = await self.disputes.appoint(room.id, sitting, now, self.meta(actor, room, key), key.command_id, seen)
        return schemas.PersonsDone(**done(room, handled).model_dump(), persons=[person])

    async def refuse(
        self, actor: Actor, id_: str, body: schemas.PartyRef, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        return await self._take(actor, room, commands.RefuseMediation(party=body.party, now=now), key, seen)

    async def set_aside(
        self, actor: Actor, id_: str, body: schemas.PartyRef, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        return await self._take(actor, room, commands.SetAsideSameDay(party=body.party, now=now), key, seen)

    # Sessions

    async def schedule(
        self, actor: Actor, id_: str, body: schemas.SessionIn, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        command = commands.ScheduleSession(begins_at=body.begins_at, place=body.place, now=now)
        return await self._take(actor, room, command, key, seen)

    async def hold(
        self, actor: Actor, id_: str, number: int, body: schemas.HeldIn, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        command = commands.HoldSession(
            session=number, attended=tuple(body.attended), outcome=body.outcome, recording=body.recording, now=now
        )
        return await self._take(actor, room, command, key, seen)

    # Agreement and performance

    async def agree(
        self, actor: Actor, id_: str, body: schemas.AgreementIn, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        items = [Promise(item=item.item, what=item.what, due_on=item.due_on) for item in body.items]
        handled = await self.disputes.agree(
            room.id, body.form, body.text, items, now, self.meta(actor, room, key), key.command_id, seen
        )
        return done(room, handled)

    async def fulfil(
        self, actor: Actor, id_: str, number: int, body: schemas.FulfilledIn, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        evidence = None if body.evidence is None else await self.disputes.seal(room.id, body.evidence)
        command = commands.FulfilItem(item=number, evidence=evidence, verified_by=body.verified_by, now=now)
        return await self._take(actor, room, command, key, seen)

    async def record_residual(
        self, actor: Actor, id_: str, body: schemas.ResidualIn, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        what = await self.disputes.seal(room.id, body.what)
        return await self._take(actor, room, commands.RecordResidual(issue=body.issue, what=what, now=now), key, seen)

    async def resolve_residual(
        self, actor: Actor, id_: str, number: int, body: schemas.Told | None, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        return await self._take(actor, room, commands.ResolveResidual(issue=number, now=now), key, seen)

    async def partly_resolve(
        self, actor: Actor, id_: str, body: schemas.Told | None, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        return await self._take(actor, room, commands.MarkPartlyResolved(now=now), key, seen)

    async def settle(
        self, actor: Actor, id_: str, body: schemas.Told | None, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        return await self._take(actor, room, commands.SettleDispute(now=now), key, seen)

    async def close(
        self, actor: Actor, id_: str, body: schemas.CloseIn, key: Idempotency, seen: int | None
    ) -> schemas.Done:
        room, now = await self._admitted(actor, id_, body)
        command = commands.CloseUnsettled(reason=body.reason, routes_told=tuple(body.routes_told), now=now)
        return await self._take(actor, room, command, key, seen)


def scope_of(room: Room) -> Scope:
    place = room.opened.place
    return Scope(room.station, place.community, place.grid, room.assigned)


def done(room: Room, handled: Handled) -> schemas.Done:
    return schemas.Done(id=room.id, version=handled.version, position=handled.position)
