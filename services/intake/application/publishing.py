"""What intake tells the other services: which of its events become contracts, and which are silence."""

from collections.abc import Callable
from datetime import datetime

from services.intake.domain import account, community, person, report
from shared.contracts import register, reports
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Channel, Contact, Personal
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

TOPICS = (reports.REPORTS, register.REGISTER)


def publish(event: Event, personal: Callable[[Sealed], Personal]) -> Contract | None:
    """`personal` gives a sealed value the form in which it may travel. Passwords and volunteers stay here."""
    match event:
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
        case person.PersonErasureOrdered():
            return register.PersonErased(person=event.person, at=event.ordered_at)
        case _:
            return None


def channel_of(channel: report.Channel) -> Channel:
    """The word of the published language for a channel: a closed list, so what came later is told as its nearest."""
    return "mailbox" if channel == "resident_form" else channel


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
