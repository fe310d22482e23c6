"""Publishers over HTTP: the gate that their keys open, and the routes by which they are registered and looked at."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request

from services.intake.application import publishers
from services.intake.application.publishers import Description, Exhausted, Publishers, Refused
from services.intake.application.submissions import Code, Line, Text
from services.intake.domain import publisher
from services.intake.domain.publisher import Quota, Registered, Suspension
from services.intake.domain.report import Channel
from services.intake.entrypoints.http import Api, Id, before, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import publishers as rows
from shared.access.actors import EVERYWHERE, Actor, Post, Scope
from shared.access.rights import areas, authorize, may
from shared.eventsourcing.store import Meta, instant
from shared.web import signatures
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter, CurrentPaging, link_next
from shared.web.problems import Problem, not_found
from shared.web.routes import SAFE_METHODS, CurrentActor, Routes, permit

DAYS: Final = 14
"""How many days back a publisher's page looks."""
_DAY_SECONDS: Final = 86_400
_TITLE: Final = mark("This is not taken from you")


# The gate


class Gate:
    """Lets other systems in by their keys: `Authorization: Bearer wgk_…`, signed where they have a secret."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.publishers = Publishers(api.runtime)

    async def __call__(self, request: Request, key: str) -> Actor:
        """Whoever holds the key, as an integrator of its station; each request counts against its quota."""
        known = await self.known(key)
        if request.method not in SAFE_METHODS:
            await self._check_signature(request, known)
        await self.spend(known)
        await self.publishers.seen(known.publisher)
        request.state.publisher = known
        return Actor(known.source, known.name, (Post("integrator", known.station),))

    async def known(self, key: str) -> Registered:
        """The publisher of the key, or the problem that says why it is not taken."""
        runtime = self._api.runtime
        known = await publishers.publisher_named_by_key(runtime, key)
        if known is None or not publishers.key_holds(known, key, runtime.clock()):
            if known is not None:
                await self.publishers.count(known.publisher, "unknown_key")
            raise Problem(
                401,
                "unknown-key",
                _TITLE,
                mark("This key is unknown, has ended or was revoked. Ask the station for a new one."),
                headers={"WWW-Authenticate": 'Bearer realm="wangge"'},
            )
        if known.suspended is not None:
            await self.publishers.count(known.publisher, "suspended")
            raise Problem(
                403,
                "publisher-suspended",
                _TITLE,
                mark("This publisher is suspended. Nothing was stored; ask the station, and send it again afterwards."),
                extra={"reason": known.suspended},
            )
        return known

    async def spend(self, known: Registered, amount: int = 1) -> None:
        """Counts against the quota, or raises the problem that says when to come again."""
        reached = await self.publishers.spend(known, amount)
        if reached is not None:
            raise over_quota(reached)

    async def _check_signature(self, request: Request, known: Registered) -> None:
        secrets = await self.publishers.secrets(known)
        if not secrets:
            return
        now = self._api.runtime.clock()
        fault = signatures.fault(request.headers, await request.body(), secrets, now)
        match fault:
            case None:
                return
            case "unsigned":
                detail = mark(
                    "This publisher signs what it sends, and this is not signed: the headers webhook-id, "
                    "webhook-timestamp and webhook-signature are needed."
                )
            case "skewed":
                detail = mark(
                    "The signature's time is more than %(seconds)s seconds away from ours (%(now)s). Nothing was "
                    "stored; set your clock and sign it again."
                )
            case "bad":
                detail = mark(
                    "The signature was made of another body, id or time, or with another secret. Nothing was stored."
                )
        slug, counted = _FAULTS[fault]
        await self.publishers.count(known.publisher, counted)
        raise Problem(
            401,
            slug,
            _TITLE,
            detail,
            values={"seconds": int(signatures.WINDOW.total_seconds()), "now": now.isoformat(timespec="seconds")},
            extra={"now": now.isoformat(timespec="seconds")},
        )


_FAULTS: Final[dict[signatures.Fault, tuple[str, Refused]]] = {
    "unsigned": ("unsigned", "unsigned"),
    "skewed": ("timestamp-skewed", "skewed"),
    "bad": ("bad-signature", "bad_signature"),
}


def over_quota(reached: Exhausted) -> Problem:
    detail = (
        mark("At most %(most)s in a minute are taken from you. Nothing of this was stored; send it again later.")
        if reached.per == "minute"
        else mark("At most %(most)s in a day are taken from you. Nothing of this was stored; send it again tomorrow.")
    )
    return Problem(
        429,
        "over-quota",
        mark("Too many requests"),
        detail,
        values={"most": reached.most},
        headers={"Retry-After": str(reached.retry_after)},
        extra={"per": reached.per},
    )


# What is asked and answered


class QuotaIn(Body):
    per_minute: int = Field(default=120, ge=1, le=100_000)
    per_day: int = Field(default=20_000, ge=1, le=10_000_000)

    def quota(self) -> Quota:
        return Quota(per_minute=self.per_minute, per_day=self.per_day)


class PublisherChangeIn(Body):
    name: Line = Field(max_length=100)
    channels: list[Channel] = Field(min_length=1, max_length=20)
    quota: QuotaIn = QuotaIn()
    contact: Text | None = Field(default=None, max_length=200, description="Whom to ask about it; kept sealed.")
    accounts: list[Code] = Field(
        default_factory=list, max_length=20, description="Ids of accounts that may look at what became of its reports."
    )

    def said(self) -> Description:
        return Description(
            name=self.name,
            channels=tuple(dict.fromkeys(self.channels)),
            quota=self.quota.quota(),
            contact=self.contact or None,
            accounts=tuple(dict.fromkeys(self.accounts)),
        )


class PublisherIn(PublisherChangeIn):
    source: Code = Field(max_length=200, description="The CloudEvents `source` under which it sends: a URI of its own.")
    station: Code | None = None
    city_wide: bool = Field(default=False, description="Whether it may send for any station, not only its own.")


class OverlapIn(Body):
    overlap_hours: int = Field(
        default=72, ge=0, le=24 * 90, description="How long those that hold now go on holding, for the change-over."
    )


class SuspendIn(Body):
    reason: Suspension


class KeyOut(Done):
    key_id: str
    key: str | None = Field(description="Shown this once; None where this request was answered before.")


class SecretOut(Done):
    secret: str | None = Field(description="Shown this once; None where this request was answered before.")


class HeldKey(BaseModel):
    id: str
    issued_at: AwareDatetime
    until: AwareDatetime | None


class PublisherRow(BaseModel):
    id: str
    source: str
    name: str
    station: str
    city_wide: bool
    suspended: str


class UnregisteredSource(BaseModel):
    """A source that sent something and that nobody has registered."""

    source: str
    count: int
    last_at: AwareDatetime


class PublisherList(BaseModel):
    publishers: list[PublisherRow]
    unregistered: list[UnregisteredSource]


class DayOut(BaseModel):
    """What became of a publisher's messages and requests on one day."""

    day: str
    accepted: int = 0
    parked: int = 0
    repeated: int = 0
    over_quota: int = 0
    refused: dict[str, int] = Field(default_factory=dict, description="requests that were not let in, by cause")


class PublisherOut(PublisherRow):
    channels: list[Channel]
    quota: Quota
    contact: str | None
    accounts: list[str]
    keys: list[HeldKey]
    signed: bool = Field(description="whether what it sends must be signed")
    last_seen: AwareDatetime | None
    days: list[DayOut]


class ArrivalOut(BaseModel):
    event: str
    at: AwareDatetime
    outcome: str = Field(description="`accepted`, `parked`, or `retried` or `dropped` after it was parked")
    cause: str
    detail: str
    parked: str
    report: str


class ArrivalPage(BaseModel):
    arrivals: list[ArrivalOut]


# Routes


def add(routes: Routes, api: Api, gate: Gate) -> None:
    _reading(routes, api, gate.publishers)
    _changing(routes, api, gate.publishers)
    _keys(routes, api, gate.publishers)


def _reading(routes: Routes, api: Api, some: Publishers) -> None:
    @routes.get("/publishers", access="publisher.read")
    async def list_publishers(actor: CurrentActor, after: CurrentAfter) -> PublisherList:
        """Systems that send to us, and sources that send without being registered."""
        await api.wait(after, "publishers")
        return await listed(api, actor)

    @routes.get("/publishers/{id}", access="publisher.read")
    async def read_publisher(id: Id, actor: CurrentActor, after: CurrentAfter) -> PublisherOut:
        """One system: its keys, its quota, and what became of what it sent, by day."""
        await api.wait(after, "arrivals")
        return await shown(api, some, await readable(api, actor, id), actor)

    @routes.get("/publishers/{id}/arrivals", access="publisher.read")
    async def read_arrivals(
        request: Request,
        response: Response,
        id: Id,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        only_parked: Annotated[bool, Query()] = False,
    ) -> ArrivalPage:
        """What arrived from it, the newest first: accepted, or parked and why."""
        await api.wait(after, "arrivals")
        known = await readable(api, actor, id)
        found = await rows.recent(
            api.runtime.database, known.source, only_parked=only_parked, before=before(paging), limit=paging.limit
        )
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        return ArrivalPage(arrivals=[arrival_out(row) for row in found])


def _changing(routes: Routes, api: Api, some: Publishers) -> None:
    @routes.post("/publishers", access="publisher.change", status_code=201)
    async def register(body: PublisherIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Registers a system (登记接入方) under the source by which it is known."""
        station = body.station or api.station
        permit(actor, "publisher.change", EVERYWHERE if body.city_wide else Scope(station))
        meta = keyed(api, actor, key, station)
        handled = await some.register(body.source, body.said(), station, body.city_wide, meta, key.command_id)
        return done(publishers.publisher_id(body.source), handled)

    @routes.put("/publishers/{id}", access="publisher.change")
    async def change(id: Id, body: PublisherChangeIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Changes what it may send, its quota and whom to ask about it (变更接入方)."""
        known = await changeable(api, actor, id)
        return done(id, await some.change(known, body.said(), keyed(api, actor, key, known.station), key.command_id))

    @routes.post("/publishers/{id}/suspend", access="publisher.change")
    async def suspend(id: Id, body: SuspendIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes nothing more from it for the time being (暂停接入)."""
        known = await changeable(api, actor, id)
        command = publisher.SuspendPublisher(reason=body.reason, by=actor.id, now=api.runtime.clock())
        return done(id, await some.do(id, command, keyed(api, actor, key, known.station), key.command_id))

    @routes.post("/publishers/{id}/resume", access="publisher.change")
    async def resume(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes what it sends again (恢复接入)."""
        known = await changeable(api, actor, id)
        command = publisher.ResumePublisher(by=actor.id, now=api.runtime.clock())
        return done(id, await some.do(id, command, keyed(api, actor, key, known.station), key.command_id))


def _keys(routes: Routes, api: Api, some: Publishers) -> None:
    @routes.post("/publishers/{id}/keys", access="publisher.change", status_code=201)
    async def issue_key(id: Id, body: OverlapIn, actor: CurrentActor, key: IdempotencyKey) -> KeyOut:
        """Gives it a key (发放密钥), shown this once; those it has hold on for the overlap."""
        known = await changeable(api, actor, id)
        meta, overlap = keyed(api, actor, key, known.station), timedelta(hours=body.overlap_hours)
        handled, key_id, clear = await some.issue_key(id, overlap, meta, key.command_id)
        return KeyOut(**done(id, handled).model_dump(), key_id=key_id, key=clear)

    @routes.delete("/publishers/{id}/keys/{key_id}", access="publisher.change")
    async def revoke_key(id: Id, key_id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Ends a key at once (吊销密钥)."""
        known = await changeable(api, actor, id)
        command = publisher.RevokeKey(key=key_id, by=actor.id, now=api.runtime.clock())
        return done(id, await some.do(id, command, keyed(api, actor, key, known.station), key.command_id))

    @routes.post("/publishers/{id}/secret", access="publisher.change", status_code=201)
    async def set_secret(id: Id, body: OverlapIn, actor: CurrentActor, key: IdempotencyKey) -> SecretOut:
        """Gives it a secret for signatures (设置签名密钥), shown this once; from now on it must sign."""
        known = await changeable(api, actor, id)
        meta, overlap = keyed(api, actor, key, known.station), timedelta(hours=body.overlap_hours)
        handled, clear = await some.set_secret(id, overlap, meta, key.command_id)
        return SecretOut(**done(id, handled).model_dump(), secret=clear)


def keyed(api: Api, actor: Actor, key: Idempotency, station: str) -> Meta:
    return api.meta(actor, station).model_copy(update={"fingerprint": key.fingerprint})


def scope_of(known: Registered) -> Scope:
    return Scope(known.station, assigned=frozenset({known.source, *known.accounts}))


async def readable(api: Api, actor: Actor, id_: str) -> Registered:
    known = await _found(api, id_)
    permit(actor, "publisher.read", scope_of(known))
    return known


async def changeable(api: Api, actor: Actor, id_: str) -> Registered:
    known = await _found(api, id_)
    permit(actor, "publisher.change", EVERYWHERE if known.city_wide else Scope(known.station))
    return known


async def _found(api: Api, id_: str) -> Registered:
    known = await publishers.find(api.runtime, id_)
    if known is None:
        raise not_found(mark("No publisher is registered under this id. Look for it in the list."))
    return known


async def listed(api: Api, actor: Actor) -> PublisherList:
    found = await rows.list_publishers(api.runtime.database, areas(actor, "publisher.read"), actor.id)
    strangers: Sequence[dict[str, Any]] = ()
    if may(actor, "publisher.change").allowed or authorize(actor, "publisher.read", EVERYWHERE).allowed:
        strangers = await rows.unregistered(api.runtime.database)
    return PublisherList(
        publishers=[
            PublisherRow(id=row["publisher"], **{k: row[k] for k in PublisherRow.model_fields if k != "id"})
            for row in found
        ],
        unregistered=[
            UnregisteredSource(source=row["source"], count=row["count"], last_at=instant(row["last"]))
            for row in strangers
        ],
    )


async def shown(api: Api, some: Publishers, known: Registered, actor: Actor) -> PublisherOut:
    now = api.runtime.clock()
    may_see_contact = authorize(actor, "publisher.change", Scope(known.station)).allowed
    seen = [
        at for at in (await some.last_seen(known.publisher), await rows.last(api.runtime.database, known.source)) if at
    ]
    return PublisherOut(
        id=known.publisher,
        source=known.source,
        name=known.name,
        station=known.station,
        city_wide=known.city_wide,
        suspended=known.suspended or "",
        channels=list(known.channels),
        quota=known.quota,
        contact=await some.contact(known, api.meta(actor, known.station)) if may_see_contact else None,
        accounts=list(known.accounts),
        keys=[HeldKey(id=key.id, issued_at=key.issued_at, until=key.until) for key in known.keys_at(now)],
        signed=bool(known.secrets_at(now)),
        last_seen=instant(max(seen)) if seen else None,
        days=await _days(api, some, known),
    )


async def _days(api: Api, some: Publishers, known: Registered) -> list[DayOut]:
    counted = await some.counted(known.publisher, DAYS)
    today = publishers.day_number(api.runtime.clock())
    arrived = await rows.by_day(api.runtime.database, known.source, today - DAYS + 1)
    return [
        DayOut(
            day=instant(number * _DAY_SECONDS * 1_000_000).date().isoformat(),
            **arrived.get(number, {}),
            repeated=counted.get(number, {}).get("repeated", 0),
            over_quota=counted.get(number, {}).get("over_quota", 0),
            refused={
                what: count for what, count in counted.get(number, {}).items() if what not in ("repeated", "over_quota")
            },
        )
        for number in sorted({*counted, *arrived}, reverse=True)
    ]


def arrival_out(row: dict[str, Any]) -> ArrivalOut:
    outcome = (
        "accepted" if not row["parked"] else row["settled"] if row["settled"] in ("retried", "dropped") else "parked"
    )
    return ArrivalOut(
        event=row["event_id"],
        at=instant(row["at"]),
        outcome=outcome,
        cause=row["cause"],
        detail=row["detail"],
        parked=row["parked"],
        report=row["report"],
    )
