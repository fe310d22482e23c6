"""What intake tells the other services: which of its events become contracts, and which are silence."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, TypedDict, assert_never

from services.intake.application import order_answers
from services.intake.domain import account, area, community, dispatch, ground, lone_visit, matter, person, post, report
from shared.contracts import duty, orders, register, reports
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Channel, Contact, Personal
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

TOPICS = (reports.REPORTS, register.REGISTER, orders.ORDERS, duty.DUTY)
_BY_OFFICE: Final = frozenset({"station_leader", "community_officer", "auxiliary"})
"""Whose names others need, to seat them in a group or to call them; everybody else's stay here."""


def publish(event: Event, personal: Callable[[Sealed], Personal]) -> Contract | None:
    """`personal` gives a sealed value the form in which it may travel. Passwords and volunteers' names stay here."""
    if isinstance(event, post.EVENTS):
        return _post(event, personal)
    match event:
        case report.ReportReceived(channel="observation"):
            return None  # it expires, and nothing of it is kept elsewhere
        case report.ReportReceived():
            return reports.ReportReceived(
                report=event.report,
                code=event.code,
                channel=channel_of(event.channel),
                external_id=event.external_id,
                station=event.station,
                place=_place(event.place),
                suggested=event.suggestion.kind,
                danger_to_life=event.suggestion.danger_to_life,
                headline=personal(event.subject),
                reported_at=event.reported_at,
                received_at=event.received_at,
                origin=event.channel,
                confidentiality=event.confidentiality,
                complained_of=event.about,
                level=event.level,
            )
        case report.ReportClassified():
            return reports.ReportClassified(
                report=event.report,
                code=event.code,
                kind=event.kind,
                classified_at=event.classified_at,
                complained_of=event.about,
                level=event.level,
            )
        case report.DisputeAdmitted():
            return reports.DisputeAdmitted(
                report=event.report,
                code=event.code,
                station=event.station,
                place=_place(event.place),
                category=event.category,
                headline=personal(event.subject),
                story=personal(event.text),
                reporter=None if event.reporter is None else _contact(event.reporter, personal),
                occurred_on=event.occurred_on,
                admitted_at=event.admitted_at,
                confidentiality=event.confidentiality,
            )
        case report.ReportRefused():
            return reports.ReportRefused(
                report=event.report,
                code=event.code,
                reason=event.reason,
                other_route=event.other_route,
                refused_at=event.refused_at,
            )
        case report.ReportWithdrawn():
            return reports.ReportWithdrawn(
                report=event.report,
                code=event.code,
                reason=None if event.reason is None else personal(event.reason),
                withdrawn_at=event.withdrawn_at,
            )
        case report.RefusalNoticeIssued():
            return reports.RefusalNoticeIssued(
                report=event.report,
                code=event.code,
                station=event.station,
                number=event.number,
                article=event.article,
                zh=event.zh,
                en=event.en,
                sha256=event.sha256,
                reporter=None if event.reporter is None else _contact(event.reporter, personal),
                issued_at=event.issued_at,
            )
        case matter.ReportMerged(named=named) if named is not None:
            return reports.ReportMerged(**_together(event, named, personal), merged_at=event.merged_at)
        case matter.ReportUnmerged(named=named) if named is not None:
            return reports.ReportUnmerged(**_together(event, named, personal), unmerged_at=event.unmerged_at)
        case lone_visit.AlarmRaised():
            return duty.AlarmRaised(**event.model_dump(exclude={"next_at"}))
        case dispatch.PersonAsked(call=call) if call is not None:
            asked = event.model_dump(include={"dispatch", "request", "person", "account", "asked_at"})
            return duty.AskedToGo(**asked, **call.model_dump())
        case account.AccountOpened():
            return _account(event.account, event.name, event.posts, 1, event.opened_at)
        case account.PostsChanged():
            return _account(event.account, event.name, event.posts, event.generation, event.changed_at)
        case account.PasswordSet():
            return _account(event.account, event.name, event.posts, event.generation, event.set_at)
        case account.SignedOutEverywhere():
            return _account(event.account, event.name, event.posts, event.generation, event.signed_out_at)
        case account.AccountClosed():
            return _account(event.account, event.name, (), event.generation, event.closed_at, active=False)
        case community.ResidentsCounted():
            return register.CommunityRegistered(
                community=event.community,
                name=event.name,
                station=event.station,
                residents=event.residents,
                at=event.counted_at,
            )
        case area.AreaNamed(kind=kind, area=id_, name=name, above=above, since=since, named_at=at):
            return register.AreaChanged(
                kind=kind, area=id_, changed="entered", name=name, above=above, since=since, at=at
            )
        case community.CommunityRegistered(community=of, name=name, station=station, registered_at=at):
            return _entered("community", of, name, of, station, at)
        case community.GridDrawn(community=of, grid=grid, drawn_at=at):
            return _entered("grid", grid.grid, grid.name, of, of, at, squad=grid.squad)
        case community.CompoundRegistered(community=of, compound=compound, registered_at=at):
            managed = compound.property_managed
            return _entered("compound", compound.compound, compound.name, of, compound.grid, at, managed=managed)
        case ground.BuildingEntered(community=of, building=building, entered_at=at):
            return _entered("building", building.building, building.name, of, building.compound, at)
        case ground.UnitEntered(community=of, unit=unit, entered_at=at):
            return _entered("unit", unit.unit, unit.name, of, unit.building, at)
        case ground.BoundaryDrawn(community=of, kind=kind, area=id_, since=since, drawn_at=at):
            return register.AreaChanged(kind=kind, area=id_, community=of, changed="boundary", since=since, at=at)
        case ground.CodeAssigned(community=of, kind=kind, area=id_, scheme=scheme, code=code, since=since):
            return register.AreaChanged(
                kind=kind,
                area=id_,
                community=of,
                changed="code",
                scheme=scheme,
                code=code,
                since=since,
                at=event.assigned_at,
            )
        case ground.SquadFormed(community=of, grid=id_, squad=squad, since=since, until=until, formed_at=at):
            return _squad(of, id_, squad, since, until, at)
        case ground.SquadStoodDown(community=of, grid=id_, squad=squad, on=until, stood_down_at=at):
            return _squad(of, id_, squad, None, until, at)
        case person.PersonErasureOrdered():
            return register.PersonErased(person=event.person, at=event.ordered_at)
        case _:
            return order_answers.answer(event, personal)


def channel_of(channel: report.Channel) -> Channel:
    """The word of the published language for a channel: a closed list, so what came later is told as its nearest."""
    match channel:
        case "resident_form" | "open311":
            return "mailbox"
        case "observation":
            return "patrol"
        case _:
            return channel


def _entered(
    kind: str,
    id_: str,
    name: str,
    of: str,
    above: str,
    at: datetime,
    *,
    managed: bool | None = None,
    squad: str | None = None,
) -> register.AreaChanged:
    return register.AreaChanged(
        kind=kind,
        area=id_,
        community=of,
        changed="entered",
        name=name,
        above=above,
        property_managed=managed,
        squad=squad,
        at=at,
    )


def _squad(
    of: str, grid: str, squad: str, since: date | None, until: date | None, at: datetime
) -> register.AreaChanged:
    return register.AreaChanged(
        kind="grid", area=grid, community=of, changed="squad", squad=squad, since=since, until=until, at=at
    )


def _post(event: post.PostEvent, personal: Callable[[Sealed], Personal]) -> register.PostChanged:
    match event:
        case post.PostTaken(taken_at=at) | post.PostEnded(ended_at=at):
            pass
        case post.PostCorrected(corrected_at=at) | post.PostWithdrawn(withdrawn_at=at):
            pass
        case _:
            assert_never(event)
    holding = event.holding
    return register.PostChanged(
        post=event.post,
        term=event.term,
        revision=event.revision,
        role=holding.role,
        **holding.place.model_dump(),
        person=holding.person,
        name=personal(holding.name) if holding.role in _BY_OFFICE else None,
        account=holding.account,
        since=holding.since,
        until=holding.until,
        withdrawn=isinstance(event, post.PostWithdrawn),
        at=at,
    )


class _Together(TypedDict):
    report: str
    code: str
    parent: str
    parent_code: str
    station: str
    reporter: Contact | None


def _together(
    event: matter.ReportMerged | matter.ReportUnmerged, named: matter.Named, personal: Callable[[Sealed], Personal]
) -> _Together:
    return _Together(
        report=event.report,
        code=named.code,
        parent=event.parent,
        parent_code=named.parent_code,
        station=named.station,
        reporter=None if named.reporter is None else _contact(named.reporter, personal),
    )


def _place(place: report.Place) -> reports.Place:
    return reports.Place(community=place.community, grid=place.grid, compound=place.compound)


def _contact(reporter: report.Reporter, personal: Callable[[Sealed], Personal]) -> Contact:
    return Contact(
        person=reporter.person,
        name=None if reporter.name is None else personal(reporter.name),
        phone=None if reporter.phone is None else personal(reporter.phone),
    )


def _account(
    id_: str,
    name: str,
    posts: tuple[account.Post, ...],
    generation: int,
    at: datetime,
    *,
    active: bool = True,
) -> register.AccountChanged:
    held = tuple(
        register.Post(role=post.role, station=post.station, community=post.community, grid=post.grid) for post in posts
    )
    return register.AccountChanged(account=id_, name=name, posts=held, active=active, generation=generation, at=at)
