"""What mediation tells the other services: which of its events become contracts, and which are silence."""

from collections.abc import Callable
from typing import assert_never

from services.mediation.domain import events
from shared.contracts import cases
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.sealed import Sealed


def publish(event: events.Event, personal: Callable[[Sealed], Personal]) -> cases.Case | None:
    """`personal` gives a sealed value the form in which it may travel. Demands, words and evidence stay here."""
    match event:
        case events.DisputeOpened():
            return cases.CaseOpened(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.opened_at,
                report=event.report,
                category=event.category,
                headline=personal(event.headline),
                same_day_target=event.same_day_target,
            )
        case events.PartyJoined():
            return cases.PartyJoined(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.joined_at,
                party=reachable(event.party, personal),
                side=event.side,
            )
        case events.MemberAppointed():
            return cases.MemberAppointed(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.appointed_at,
                member=reachable(event.member, personal),
                account=event.account,
                seat=event.seat,
                group_complete=event.group_complete,
            )
        case events.MemberReplaced():
            return cases.MemberAppointed(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.replaced_at,
                member=reachable(event.member, personal),
                account=event.account,
                seat=event.seat,
                group_complete=event.group_complete,
            )
        case events.SessionScheduled():
            return cases.SessionScheduled(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.scheduled_at,
                session=event.session,
                begins_at=event.begins_at,
                place=event.place,
                tell=tuple(reachable(contact, personal) for contact in event.tell),
            )
        case events.SessionHeld():
            return cases.SessionHeld(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.held_at,
                session=event.session,
                attended=event.attended,
                outcome=event.outcome,
            )
        case events.AgreementReached():
            return cases.AgreementReached(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.reached_at,
                form=event.form,
                items=tuple(cases.PerformanceItem(item=item.item, due_on=item.due_on) for item in event.items),
            )
        case events.ItemFulfilled():
            return cases.ItemFulfilled(
                case=event.dispute, code=event.code, station=event.station, at=event.fulfilled_at, item=event.item
            )
        case events.PartlyResolved():
            return cases.PartlyResolved(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.partly_resolved_at,
                residual_issues=event.residual_issues,
            )
        case events.DisputeSettled():
            return cases.CaseSettled(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.settled_at,
                settled_same_day=event.same_day,
                tell=tuple(reachable(contact, personal) for contact in event.tell),
            )
        case events.ClosedUnsettled():
            return cases.CaseClosed(
                case=event.dispute,
                code=event.code,
                station=event.station,
                at=event.closed_at,
                reason=event.reason,
                routes_told=event.routes_told,
            )
        case events.SameDaySetAside():
            return cases.SameDaySetAside(
                case=event.dispute, code=event.code, station=event.station, at=event.set_aside_at
            )
        case (
            events.MediationRefused()
            | events.ApplicantWithdrew()
            | events.GroupFormed()
            | events.ResidualIssueOpened()
            | events.ResidualIssueResolved()
        ):
            return None
        case _:
            assert_never(event)


def reachable(contact: events.Contact, personal: Callable[[Sealed], Personal]) -> Contact:
    return Contact(
        person=contact.person,
        name=None if contact.name is None else personal(contact.name),
        phone=None if contact.phone is None else personal(contact.phone),
    )
