"""How far a dispute has come, in one word."""

from collections.abc import Mapping
from typing import Final

from services.mediation.domain import events

STATES: Final = (
    "opened",
    "group_formed",
    "session_set",
    "session_held",
    "agreed",
    "partly_resolved",
    "refused",
    "withdrawn",
    "settled",
    "closed",
)

ENDED: Final = frozenset({"refused", "withdrawn", "settled", "closed"})
_STAYS: Final = frozenset({"refused", "withdrawn"})

_AFTER: Final[Mapping[type[events.OfDispute], str]] = {
    events.DisputeOpened: "opened",
    events.SessionScheduled: "session_set",
    events.SessionHeld: "session_held",
    events.AgreementReached: "agreed",
    events.PartlyResolved: "partly_resolved",
    events.MediationRefused: "refused",
    events.DisputeSettled: "settled",
    events.ClosedUnsettled: "closed",
}


def state_after(state: str, event: events.OfDispute) -> str:
    """The word after the event; a party's clear no or withdrawal is undone by nothing but the end of the case."""
    if isinstance(event, events.ApplicantWithdrew):
        return "withdrawn" if event.ends else state
    if isinstance(event, events.GroupFormed):
        return "group_formed" if state == "opened" else state
    after = _AFTER.get(type(event), state)
    return state if state in _STAYS and after not in ENDED else after
