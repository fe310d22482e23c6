"""What the codes of a dispute are called: states, seats, sides, the lines of the timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from services.mediation.entrypoints import schemas
from shared.eventsourcing.decider import Refusal
from shared.web.domain_errors import RefusalProblem
from shared.web.languages import Language, Languages, mark
from shared.web.pages import moment, said
from shared.web.problems import respond

STATES: Final[Mapping[str, str]] = {
    "opened": mark("Opened"),
    "group_formed": mark("Group complete"),
    "session_set": mark("Session set"),
    "session_held": mark("Session held"),
    "agreed": mark("Agreed"),
    "partly_resolved": mark("Partly resolved"),
    "refused": mark("Refused by a party"),
    "withdrawn": mark("Withdrawn by the applicant"),
    "settled": mark("Settled"),
    "closed": mark("Closed without settlement"),
}
TONES: Final[Mapping[str, str]] = {
    "opened": "wait",
    "refused": "stop",
    "withdrawn": "stop",
    "settled": "done",
    "closed": "stop",
}
SEATS: Final[Mapping[str, str]] = {
    "area_leader": mark("leader in charge of the area"),
    "community_officer": mark("community officer"),
    "auxiliary": mark("auxiliary officer"),
    "neighbour": mark("neighbour or volunteer"),
}
SIDES: Final[Mapping[str, str]] = {
    "applicant": mark("applicant"),
    "respondent": mark("respondent"),
    "third": mark("third party"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "agreed": mark("agreed"),
    "adjourned": mark("adjourned"),
    "not_agreed": mark("not agreed"),
}
FORMS: Final[Mapping[str, str]] = {"oral": mark("by word of mouth"), "written": mark("in writing")}
REASONS: Final[Mapping[str, str]] = {
    "not_agreed": mark("no agreement was reached"),
    "party_unwilling": mark("a party does not want mediation"),
    "other": mark("another reason"),
}
CHANNELS: Final[Mapping[str, str]] = {
    "hotline_12345": mark("Hotline 12345"),
    "police_110": mark("Police 110"),
    "chat": mark("Group chat"),
    "patrol": mark("Patrol"),
    "inspection": mark("Inspection"),
    "household_check": mark("Household check"),
    "walk_in": mark("Walk-in"),
    "anti_fraud": mark("Anti-fraud centre"),
    "mailbox": mark("Mailbox"),
}
KINDS: Final[Mapping[str, str]] = {
    "dispute": mark("Dispute"),
    "incident": mark("Incident"),
    "fraud": mark("Fraud"),
    "hazard": mark("Hazard"),
    "enquiry": mark("Enquiry"),
    "service": mark("Service"),
    "other": mark("Other"),
}
CATEGORIES: Final[Mapping[str, str]] = {
    "other_civil": mark("Civil dispute"),
    "home_purchase": mark("Home purchase"),
    "demolition": mark("Demolition and resettlement"),
    "property_service": mark("Property services"),
    "neighbours": mark("Between neighbours"),
    "family": mark("Family"),
    "debt": mark("Debt"),
    "labour": mark("Wages and labour"),
    "tenancy": mark("Tenancy"),
}
NOTICES: Final[Mapping[str, str]] = {
    "group-appointed": mark("Appointment to the group"),
    "session-set": mark("Notice of the session"),
    "case-settled": mark("Notice that it is settled"),
}
DELIVERIES: Final[Mapping[str, str]] = {
    "planned": mark("planned"),
    "submitted": mark("sent"),
    "delivered": mark("arrived"),
    "read": mark("read"),
    "failed": mark("failed"),
    "unknown": mark("not known"),
}
SERVICES: Final[Mapping[str, str]] = {
    "intake": mark("Intake"),
    "mediation": mark("Mediation"),
    "notify": mark("Notices"),
}

LINES: Final[Mapping[str, str]] = {
    "received": mark("The report came in: %(channel)s."),
    "classified": mark("Its kind was confirmed: %(kind)s."),
    "admitted": mark("It was admitted to mediation."),
    "not-admitted": mark("It was not admitted to mediation."),
    "withdrawn": mark("Its reporter took the report back."),
    "merged-here": mark("Report %(code)s was merged into this one: both are dealt with together."),
    "merged-into": mark("The report was merged into %(code)s: both are dealt with together."),
    "unmerged-here": mark("Report %(code)s was taken out again."),
    "unmerged-from": mark("The report was taken out of %(code)s and stands on its own again."),
    "dispute-opened": mark("The dispute was opened for mediation."),
    "party-joined": mark("%(person)s was entered as %(side)s."),
    "mediation-refused": mark("%(person)s clearly refused mediation."),
    "applicant-withdrew": mark("The applicant withdrew: %(ends)s."),
    "member-appointed": mark("%(person)s was appointed: %(seat)s."),
    "member-replaced": mark("%(person)s took over the seat: %(seat)s."),
    "group-formed": mark("The 3+N group is complete."),
    "session-scheduled": mark("Session %(session)s was set: %(begins_at)s, %(place)s."),
    "session-held": mark("Session %(session)s took place: %(outcome)s. Attended: %(attended)s."),
    "agreement-reached": mark("The agreement was recorded %(form)s. Items to be performed: %(items)s."),
    "item-fulfilled": mark("Item %(item)s was performed."),
    "residual-issue-opened": mark("Issue %(issue)s is left over."),
    "residual-issue-resolved": mark("Issue %(issue)s that was left over is resolved."),
    "partly-resolved": mark("It is resolved in part. Issues that stay open: %(residual_issues)s."),
    "dispute-settled": mark("It is settled."),
    "dispute-closed-unsettled": mark("Mediation ended: %(reason)s. Other routes were told: %(routes)s."),
    "same-day-set-aside": mark("%(person)s set the same-day target aside."),
    "delivery-changed": mark("%(template)s to %(person)s: %(state)s."),
}
CHANGES: Final[Mapping[str, str]] = {
    "party-joined": mark("a party was entered"),
    "mediation-refused": mark("a party refused mediation"),
    "applicant-withdrew": mark("the applicant withdrew"),
    "member-appointed": mark("a member was appointed"),
    "member-replaced": mark("a seat passed to somebody else"),
    "group-formed": mark("the group became complete"),
    "session-scheduled": mark("a session was set"),
    "session-held": mark("a session was recorded"),
    "agreement-reached": mark("an agreement was recorded"),
    "item-fulfilled": mark("an item was performed"),
    "residual-issue-opened": mark("an issue was recorded as left over"),
    "residual-issue-resolved": mark("an issue that was left over was resolved"),
    "partly-resolved": mark("it was marked as resolved in part"),
    "dispute-settled": mark("it was settled"),
    "dispute-closed-unsettled": mark("the mediation was ended"),
    "same-day-set-aside": mark("the same-day target was set aside"),
}
"""What somebody else did meanwhile, by the type of the event."""

_OF_VALUE: Final[Mapping[str, Mapping[str, str]]] = {
    "channel": CHANNELS,
    "kind": KINDS,
    "side": SIDES,
    "seat": SEATS,
    "outcome": OUTCOMES,
    "form": FORMS,
    "reason": REASONS,
    "template": NOTICES,
    "state": DELIVERIES,
}
JOINED_TOGETHER: Final = mark("%(number)s parties were entered as %(side)s.")
ENDS: Final = mark("mediation ends with it")
GOES_ON: Final = mark("the parties mediate on without them")
SOMEBODY: Final = mark("A person")


def tell(line: schemas.LineOut, names: Mapping[str, str], languages: Languages, language: Language) -> str:
    """A line of the timeline as a sentence; what people wrote in it is set apart."""
    values = {name: _told(name, value, names, languages, language) for name, value in line.told.items()}
    return Markup(languages.text(language, LINES.get(line.what, line.what))) % values  # noqa: S704 (our own sentences)


def _told(name: str, value: Any, names: Mapping[str, str], languages: Languages, language: Language) -> object:
    match name:
        case "person" | "replaced":
            return said(names[value]) if value in names else languages.text(language, SOMEBODY)
        case "begins_at":
            return moment(datetime.fromisoformat(value), language)
        case "place":
            return said(value)
        case "routes":
            return said("；".join(value) if language == "zh-CN" else "; ".join(value))
        case "ends":
            return languages.text(language, ENDS if value else GOES_ON)
        case _:
            word = _OF_VALUE.get(name, {}).get(value) if isinstance(value, str) else None
            return value if word is None else languages.text(language, word)


def story(
    lines: Sequence[schemas.LineOut], names: Mapping[str, str], languages: Languages, language: Language
) -> list[tuple[schemas.LineOut, str]]:
    """The lines with their sentences; parties of one side who were entered one after the other are one sentence."""
    told: list[tuple[schemas.LineOut, str]] = []
    for (what, side), some in groupby(lines, lambda line: (line.what, line.told.get("side"))):
        run = list(some)
        if what == "party-joined" and len(run) > 1:
            values = {"number": len(run), "side": languages.text(language, SIDES.get(str(side), str(side)))}
            told.append((run[-1], languages.text(language, JOINED_TOGETHER, values)))
        else:
            told.extend((line, tell(line, names, languages, language)) for line in run)
    return told


class DisputeRefused(RefusalProblem):
    """A dispute's no; the codes in it are told as words, and where names are known, persons by their names."""

    def __init__(self, refusal: Refusal, names: Mapping[str, str] | None = None) -> None:
        super().__init__(refusal)
        self._names = names or {}

    def _values(self, languages: Languages, language: Language) -> Mapping[str, object]:
        return {
            name: self._spoken(name, value, languages, language) if isinstance(value, str) else value
            for name, value in self._refusal.values.items()
        }

    def _spoken(self, name: str, value: str, languages: Languages, language: Language) -> str:
        if name in ("seat", "seats", "side"):
            words = [SEATS.get(part, SIDES.get(part, part)) for part in value.split(", ")]
            return ("、" if language == "zh-CN" else ", ").join(languages.text(language, word) for word in words)
        if name in ("person", "persons", "party"):
            return ", ".join(self._names.get(part, part) for part in value.split(", "))
        return value


async def refused(request: Request, error: Exception) -> Response:
    """The handler of refusals in this service's app."""
    assert isinstance(error, Refusal), "registered for refusals"
    return respond(request, DisputeRefused(error))
