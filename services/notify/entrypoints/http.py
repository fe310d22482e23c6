"""Notify's API: deliveries and what becomes of them, the inbox, the register of groups, disputes as known here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query, Response
from sqlalchemy import select
from starlette.requests import Request

from services.notify.application.handlers import Deliveries, Groups
from services.notify.application.templates import CATALOGUE, Rendered, UnknownTemplate, Wording, WrongValues
from services.notify.domain import delivery, group
from services.notify.domain.delivery import Channel, DeliveryPlanned
from services.notify.domain.streams import DELIVERY
from services.notify.entrypoints import schemas
from services.notify.projections import disputes as dispute_rows
from services.notify.projections import groups as group_rows
from services.notify.projections import messages
from services.notify.projections.inbox import VALUES
from shared.access.actors import Actor, Scope
from shared.access.rights import Action, areas, authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta, instant
from shared.web import together
from shared.web.accounts import accounts
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.logs import traceparent
from shared.web.paging import After, CurrentAfter, CurrentPaging, IfMatch, Paging, etag, link_next
from shared.web.problems import Fault, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit


class Api:
    """What the routes work with; also used by the pages."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.deliveries = Deliveries(runtime)
        self.groups = Groups(runtime)

    def meta(self, actor: Actor, station: str = "", key: Idempotency | None = None) -> Meta:
        roles: list[str] = [post.role for post in actor.posts if post.station == station]
        return Meta(
            actor=actor.id,
            role=next(iter(roles or [post.role for post in actor.posts]), ""),
            station=station,
            causation=key.command_id if key else "",
            trace=traceparent() or "",
            fingerprint=key.fingerprint if key else "",
        )

    async def wait(self, after: After | None, *projections: str) -> None:
        if after is not None:
            for projection in projections:
                await self.runtime.wait_for(projection, after.position, after.source)

    async def row(self, actor: Actor, id_: str, action: Action = "notice.read") -> dict[str, Any]:
        """A delivery's row, if it is there and the actor may do this with it."""
        row = await messages.find(self.runtime.database, id_)
        if row is None:
            raise not_found(mark("There is no message with this id here."))
        permit(actor, action, scope_of(row))
        return row

    async def in_inbox(self, actor: Actor, id_: str) -> dict[str, Any]:
        """A message of an inbox that is the actor's own or its station's."""
        row = await messages.find_in_inbox(self.runtime.database, id_)
        if row is None or row["account"] not in (None, actor.id):
            raise not_found(mark("There is no such message in your inbox."))
        if row["account"] is None:
            permit(actor, "notice.read", scope_of(row))
        return row

    async def account_names(self, ids: Iterable[str | None]) -> dict[str, str]:
        wanted = {id_ for id_ in ids if id_}
        if not wanted:
            return {}
        statement = select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(wanted))
        async with self.runtime.database.reading() as tx:
            return {id_: name for id_, name in await tx.execute(statement)}  # noqa: C416

    async def messages(
        self, some: Sequence[tuple[str, int, Mapping[str, str | Sealed]]], actor: Actor, purpose: str
    ) -> list[Rendered | None]:
        """Texts by template, version and values; None where a value was erased. Sealed values make a recorded read."""
        sealed = [value for _, _, values in some for value in values.values() if isinstance(value, Sealed)]
        opened = dict(zip(sealed, await self.runtime.open(sealed, self.meta(actor), purpose), strict=True))
        return [_rendered(name, version, values, opened) for name, version, values in some]

    async def decide(
        self, row: dict[str, Any], command: delivery.Command, actor: Actor, key: Idempotency, seen: int | None = None
    ) -> Handled:
        meta = self.meta(actor, row["station"], key)
        return await self.deliveries.decide(row["id"], command, meta, key.command_id, seen)

    async def register_group(self, body: schemas.GroupIn, actor: Actor, key: Idempotency) -> tuple[str, Handled]:
        permit(actor, "register.change", Scope(body.station, body.community))
        group_id = derived_id("group", key.command_id)
        person = derived_id("person", group_id)
        name = None if body.owner_name is None else await self.runtime.vault.seal(person, body.owner_name)
        command = group.RegisterGroup(
            **body.model_dump(exclude={"owner_name", "owner_account"}),
            group=group_id,
            owner=group.Owner(person=person, account=body.owner_account, name=name),
            now=self.runtime.clock(),
        )
        return group_id, await self.groups.register(command, self.meta(actor, body.station, key), key.command_id)


def scope_of(row: dict[str, Any]) -> Scope:
    """Where a message belongs: to the place of its dispute; it is assigned to the account that it goes to."""
    assigned = frozenset({row["account"]}) if row["account"] else frozenset[str]()
    return Scope(row["station"], row["community"], row["grid"], assigned)


def add(routes: Routes, api: Api) -> None:
    """Adds notify's routes."""
    _deliveries(routes, api)
    _inbox(routes, api)
    _groups(routes, api)
    _disputes(routes, api)


def _deliveries(routes: Routes, api: Api) -> None:
    @routes.get("/deliveries", access="notice.read")
    async def list_deliveries(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        case: Annotated[str | None, Query(description="A case's id or code.")] = None,
        state: Annotated[schemas.DeliveryState | None, Query()] = None,
        channel: Annotated[Channel | None, Query()] = None,
    ) -> schemas.DeliveryPage:
        """Messages and how far each has come, the newest first."""
        await api.wait(after, "deliveries", "disputes")
        seen = areas(actor, "notice.read")
        rows = await messages.list_deliveries(
            api.runtime.database,
            seen,
            actor.id,
            case=case,
            state=state,
            channel=channel,
            before=before(paging),
            limit=paging.limit,
        )
        link_on(request, response, paging, rows)
        return schemas.DeliveryPage(
            deliveries=await deliveries_out(api, rows),
            counts=await messages.count_deliveries(api.runtime.database, seen, actor.id),
        )

    @routes.get("/deliveries/{id}", access="notice.read")
    async def read_delivery(
        id: str, response: Response, actor: CurrentActor, after: CurrentAfter
    ) -> schemas.DeliveryDetail:
        """One message with its text, whom to reach and what happened; opening name and phone is recorded."""
        await api.wait(after, "deliveries", "disputes")
        row = await api.row(actor, id)
        response.headers["ETag"] = etag(row["version"])
        return await detail(api, row, actor)

    @routes.post("/deliveries/{id}/give-up", access="notice.send")
    async def give_up(
        id: str, body: schemas.GiveUpIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Ends it (放弃): no further attempt; the person is told otherwise, or need not be."""
        row = await api.row(actor, id, "notice.send")
        command = delivery.GiveUp(reason=body.reason, now=api.runtime.clock())
        return done(id, await api.decide(row, command, actor, key, seen), response)

    @routes.post("/deliveries/{id}/confirm", access="notice.send")
    async def confirm(
        id: str, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Says that it is known to have arrived (送达), where no channel could tell."""
        row = await api.row(actor, id, "notice.send")
        command = delivery.ConfirmDelivered(now=api.runtime.clock())
        return done(id, await api.decide(row, command, actor, key, seen), response)

    @routes.post("/texts/preview", access="notice.read")
    async def preview(body: schemas.PreviewIn) -> schemas.TextOut:
        """A message as it would read with these values, in both languages; nothing is sent."""
        try:
            newest = CATALOGUE.newest(body.template)
        except UnknownTemplate:
            raise malformed(Fault(mark("There is no such message template."), pointer="#/template")) from None
        try:
            return text_out(CATALOGUE.render(newest.name, newest.version, body.values))
        except WrongValues:
            fault = Fault(
                mark("This template takes these values: %(names)s."),
                pointer="#/values",
                values={"names": ", ".join(f"{name} ({kind})" for name, kind in newest.variables.items())},
            )
            raise malformed(fault) from None


def _inbox(routes: Routes, api: Api) -> None:
    @routes.get("/inbox", access="notice.read")
    async def read_inbox(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        unread: Annotated[bool | None, Query()] = None,
    ) -> schemas.InboxPage:
        """Your own messages and what your station is to pass on by word, unread first."""
        await api.wait(after, "inbox", "disputes")
        rows = await inbox_rows(api, actor, paging, unread)
        if len(rows) == paging.limit:
            link_next(request, response, inbox_cursor(rows[-1]))
        return schemas.InboxPage(
            messages=await inbox_out(api, rows, actor),
            unread=await messages.count_unread(api.runtime.database, areas(actor, "notice.read"), actor.id),
        )

    @routes.post("/inbox/{id}/read", access="notice.read")
    async def mark_read(id: str, actor: CurrentActor, key: IdempotencyKey, response: Response) -> schemas.Done:
        """Says that a message was read, or a station's message passed on (已读、已转告)."""
        row = await api.in_inbox(actor, id)
        command = delivery.MarkRead(now=api.runtime.clock())
        return done(id, await api.decide(row, command, actor, key), response)


def _groups(routes: Routes, api: Api) -> None:
    @routes.get("/groups", access="register.read")
    async def list_groups(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        kind: Annotated[group.Kind | None, Query()] = None,
    ) -> schemas.GroupPage:
        """The groups that messages can be passed on to, the newest first."""
        await api.wait(after, "groups")
        seen = areas(actor, "register.read")
        rows = await group_rows.list_groups(
            api.runtime.database, seen, kind=kind, before=before(paging), limit=paging.limit
        )
        link_on(request, response, paging, rows)
        return schemas.GroupPage(
            groups=await groups_out(api, rows, actor), counts=await group_rows.count(api.runtime.database, seen)
        )

    @routes.post("/groups", access="register.change", status_code=201)
    async def register_group(
        body: schemas.GroupIn, actor: CurrentActor, key: IdempotencyKey, response: Response
    ) -> schemas.Done:
        """Enters a group that exists (建群登记)."""
        group_id, handled = await api.register_group(body, actor, key)
        return done(group_id, handled, response)


def _disputes(routes: Routes, api: Api) -> None:
    @routes.get("/disputes", access="dispute.read")
    async def list_disputes(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        state: Annotated[schemas.DisputeState | None, Query()] = None,
    ) -> schemas.DisputePage:
        """Disputes and cases as notify knows them, from what intake and mediation tell."""
        await api.wait(after, "disputes", "deliveries", "together")
        rows = await dispute_rows.list_disputes(
            api.runtime.database,
            areas(actor, "dispute.read"),
            actor.id,
            state=state,
            before=before(paging),
            limit=paging.limit,
        )
        link_on(request, response, paging, rows)
        codes = [row["code"] for row in rows]
        counts = await dispute_rows.count_deliveries(api.runtime.database, codes)
        merged = await together.children(api.runtime.database, codes)
        return schemas.DisputePage(
            disputes=[dispute_out(row, counts[row["code"]], merged[row["code"]]) for row in rows]
        )

    @routes.get("/disputes/{id}", access="dispute.read")
    async def read_dispute(id: str, actor: CurrentActor, after: CurrentAfter) -> schemas.DisputeOut:
        """One dispute, by the case's id, its code, or its report's id."""
        await api.wait(after, "disputes", "deliveries", "together")
        row = await dispute_rows.find(api.runtime.database, id)
        if row is None:
            raise not_found(mark("No dispute has this number here."))
        told = await dispute_rows.accounts_told(api.runtime.database, row["code"])
        permit(actor, "dispute.read", Scope(row["station"], row["community"], row["grid"], told))
        counts = await dispute_rows.count_deliveries(api.runtime.database, [row["code"]])
        merged = await together.children(api.runtime.database, [row["code"]])
        return dispute_out(row, counts[row["code"]], merged[row["code"]])


# What is answered


def before(paging: Paging) -> int | None:
    return int(paging.cursor.get("position") or 0) if paging.cursor else None


def link_on(request: Request, response: Response, paging: Paging, rows: Sequence[dict[str, Any]]) -> None:
    if len(rows) == paging.limit:
        link_next(request, response, {"position": rows[-1]["position"]})


def done(id_: str, handled: Handled, response: Response) -> schemas.Done:
    response.headers["ETag"] = etag(handled.version)
    return schemas.Done(id=id_, version=handled.version, position=handled.position)


async def deliveries_out(api: Api, rows: Sequence[dict[str, Any]]) -> list[schemas.DeliveryOut]:
    names = await api.account_names(row["account"] for row in rows)
    return [_delivery_out(row, names) for row in rows]


def _delivery_out(row: dict[str, Any], names: Mapping[str, str]) -> schemas.DeliveryOut:
    again = row["next_attempt_at"]
    return schemas.DeliveryOut(
        **{name: row[name] for name in _SAME},
        case=row["case_id"],
        account_name=names.get(row["account"] or ""),
        next_attempt_at=None if again is None else instant(again),
        planned_at=instant(row["planned_at"]),
        changed_at=instant(row["changed_at"]),
    )


_SAME = (
    "id", "notice", "template", "code", "station", "person", "account", "channel", "state", "attempts", "reason",
    "detail", "version",
)  # fmt: skip


async def detail(api: Api, row: dict[str, Any], actor: Actor) -> schemas.DeliveryDetail:
    planned = await api.deliveries.planned(row["id"])
    assert planned is not None, "a row is made from a plan"
    (text,) = await api.messages(
        [(row["template"], planned.template_version, planned.variables)], actor, f"delivery {row['id']}"
    )
    (shown,) = await deliveries_out(api, [row])
    return schemas.DeliveryDetail(
        **shown.model_dump(),
        **await _contact(api, planned, row, actor),
        message=None if text is None else text_out(text),
        history=await _history(api, row["id"]),
    )


async def _contact(api: Api, planned: DeliveryPlanned, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Name and phone, opened for who may open them where the dispute belongs; the read is recorded."""
    sealed = [value for value in (planned.name, planned.phone) if value is not None]
    if not sealed:
        return {"name": None, "phone": None, "contact": "none"}
    if not authorize(actor, "sealed.read", scope_of(row)).allowed:
        return {"name": None, "phone": None, "contact": "closed"}
    meta = api.meta(actor, row["station"]).model_copy(update={"correlation": row["code"]})
    opened = dict(zip(sealed, await api.runtime.open(sealed, meta, f"delivery {row['id']}"), strict=True))
    return {
        "name": None if planned.name is None else opened[planned.name],
        "phone": None if planned.phone is None else opened[planned.phone],
        "contact": "erased" if None in opened.values() else "open",
    }


async def _history(api: Api, id_: str) -> list[schemas.DeliveryStep]:
    steps = []
    for stored in await api.runtime.store.read_stream(DELIVERY.stream(id_)):
        event = api.runtime.read(stored)
        steps.append(
            schemas.DeliveryStep(
                what=stored.type,
                at=stored.recorded_at,
                by=stored.decoded_meta().actor,
                attempt=getattr(event, "attempt", None),
                reason=getattr(event, "reason", ""),
                detail=getattr(event, "detail", ""),
            )
        )
    return steps


def text_out(text: Rendered) -> schemas.TextOut:
    def wording(of: Wording) -> schemas.WordingOut:
        return schemas.WordingOut(title=of.title, text=of.text)

    return schemas.TextOut(zh=wording(text.zh), en=wording(text.en))


def _rendered(
    name: str, version: int, values: Mapping[str, str | Sealed], opened: Mapping[Sealed, str | None]
) -> Rendered | None:
    clear: dict[str, str] = {}
    for variable, value in values.items():
        said = opened[value] if isinstance(value, Sealed) else value
        if said is None:
            return None
        clear[variable] = said
    try:
        return CATALOGUE.render(name, version, clear)
    except (UnknownTemplate, WrongValues):
        return None  # the delivery itself says that its template cannot be used


async def inbox_rows(api: Api, actor: Actor, paging: Paging, unread: bool | None) -> list[dict[str, Any]]:
    cursor = paging.cursor
    return await messages.list_inbox(
        api.runtime.database,
        areas(actor, "notice.read"),
        actor.id,
        unread=unread,
        after=None if cursor is None else (int(cursor.get("read") or 0), int(cursor.get("position") or 0)),
        limit=paging.limit,
    )


def inbox_cursor(row: dict[str, Any]) -> dict[str, int]:
    return {"read": 0 if row["read_at"] is None else 1, "position": row["position"]}


async def inbox_out(api: Api, rows: Sequence[dict[str, Any]], actor: Actor) -> list[schemas.InboxMessage]:
    wanted = [(row["template"], row["template_version"], VALUES.validate_json(row["values"])) for row in rows]
    texts = await api.messages(wanted, actor, "inbox")
    return [
        schemas.InboxMessage(
            id=row["id"],
            code=row["code"],
            case=row["case_id"],
            station=row["station"],
            to="station" if row["account"] is None else "you",
            template=row["template"],
            message=None if text is None else text_out(text),
            delivered_at=instant(row["delivered_at"]),
            read_at=None if row["read_at"] is None else instant(row["read_at"]),
            read_by=row["read_by"],
            version=row["version"],
        )
        for row, text in zip(rows, texts, strict=True)
    ]


async def groups_out(api: Api, rows: Sequence[dict[str, Any]], actor: Actor) -> list[schemas.GroupOut]:
    """Owners' names are opened for who may open them there, with one recorded read for the list."""
    sealed = {
        row["id"]: Sealed.model_validate_json(row["owner_name"])
        for row in rows
        if row["owner_name"] and authorize(actor, "sealed.read", Scope(row["station"], row["community"])).allowed
    }
    values = await api.runtime.open(list(sealed.values()), api.meta(actor), "list of groups")
    names = dict(zip(sealed, values, strict=True))
    return [
        schemas.GroupOut(
            **{name: row[name] for name in ("id", "name", "kind", "compound", "community", "station", "members")},
            owner=row["owner_person"],
            owner_name=names.get(row["id"]),
            owner_account=row["owner_account"],
            registered_at=instant(row["registered_at"]),
            version=row["version"],
        )
        for row in rows
    ]


def dispute_out(
    row: dict[str, Any], counts: dict[str, int], merged: Sequence[dict[str, Any]] = ()
) -> schemas.DisputeOut:
    return schemas.DisputeOut(
        id=row["case_id"] or row["report"],
        code=row["code"],
        report=row["report"],
        station=row["station"],
        community=row["community"],
        category=row["category"],
        state=row["state"],
        since=instant(row["since"]),
        deliveries=counts,
        merged=[one["code"] for one in merged],
    )
