"""What a report's page shows of its assignment: who has it and why, what is open, what may be done, in words."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from services.intake.application.possible_moves import Move
from services.intake.domain.assignment_events import Outcome
from services.intake.domain.levels import Desk, Level
from services.intake.domain.routing import Outcome as Choice
from services.intake.domain.routing import PlacedBy
from services.intake.entrypoints.assignments import found_of, people_at, to_station, told_of
from services.intake.entrypoints.http import Api
from shared.access.actors import Actor
from shared.law.rules import book
from shared.web.languages import mark

LEVELS: Final[Mapping[Level, str]] = {
    "grid": mark("Grid"),
    "community": mark("Community"),
    "station": mark("Station"),
    "city": mark("City"),
}
DESKS: Final[Mapping[Desk, str]] = {
    "duty": mark("Duty desk"),
    "anti_fraud": mark("Anti-fraud desk"),
    "service": mark("Service desk"),
    "leaders": mark("The station's leaders"),
}
STAGES: Final[Mapping[str, str]] = {
    "unassigned": mark("Not assigned yet"),
    "given": mark("To be signed for"),
    "in_hand": mark("Being handled"),
    "finished": mark("To be checked"),
    "checked": mark("Finished and checked"),
    "ended": mark("Nothing left to handle"),
}
QUESTIONS: Final[Mapping[str, str]] = {
    "objection": mark("An objection: not ours"),
    "up": mark("A request to send it up"),
    "across": mark("A request to pass it across"),
    "delay": mark("A request for more time"),
    "hand_over": mark("An offer to another station"),
}
PARTS: Final[Mapping[str, str]] = {
    "asked": mark("Asked"),
    "accepted": mark("Agreed"),
    "on_site": mark("On site"),
    "done": mark("Done"),
    "refused": mark("Did not agree"),
    "waived": mark("Waived"),
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    "solved": mark("Solved"),
    "explained": mark("Explained"),
    "passed_on": mark("Passed on to another route"),
    "not_solved": mark("Not solved"),
}
RULES: Final[Mapping[str, str]] = {
    "danger-to-leader": mark("Danger to life goes to the station's leader"),
    "fraud-to-desk": mark("Fraud goes to the anti-fraud desk"),
    "incident-to-desk": mark("Incidents go to the duty desk"),
    "enquiry-to-desk": mark("Enquiries go to the service desk"),
    "hazard-to-officer": mark("Hazards go to the community officer"),
    "dispute-to-officer": mark("Disputes go to the community officer"),
    "service-to-officer": mark("Requests for help go to the community officer"),
    "other-to-desk": mark("Everything else goes to the service desk"),
    "complaint-to-leader": mark("Complaints about somebody here go to the station's leader"),
    "complaint-to-city": mark("Complaints about a leader go to the city"),
}
CHOICES: Final[Mapping[Choice, str]] = {
    "one": mark("Exactly one person holds this post there."),
    "on_duty": mark("This person alone is on duty there."),
    "several": mark("Several people fit, so nobody was picked:"),
    "nobody": mark("Nobody holds this post there, so it lies at the desk."),
    "no_place": mark("Where it happened is not known closely enough, so it lies at the desk."),
    "desk": mark("The rule names the desk."),
}
PLACED: Final[Mapping[PlacedBy, str]] = {
    "register": mark("The place was told with the report."),
    "point": mark("The place was found by the point on the map."),
    "address": mark("The place was found by the address."),
    "unknown": mark("The place is not known."),
}
STEPS: Final[Mapping[str, str]] = {
    "report-assigned": mark("Assigned by the rules"),
    "handling-started": mark("Signed for"),
    "assignment-objected": mark("Objected: not ours"),
    "assignment-objection-settled": mark("The objection was settled"),
    "assignment-step-asked": mark("The level above was asked"),
    "assignment-step-granted": mark("The level above agreed"),
    "assignment-step-declined": mark("The level above did not agree"),
    "assignment-sent-down": mark("Sent down"),
    "handover-proposed": mark("Offered to another station"),
    "handover-accepted": mark("Accepted by the other station"),
    "handover-declined": mark("Not accepted by the other station"),
    "handover-withdrawn": mark("The offer was taken back"),
    "co-handler-asked": mark("A co-handler was asked"),
    "co-handling-accepted": mark("The co-handler agreed"),
    "co-handling-refused": mark("The co-handler did not agree"),
    "co-handler-on-site": mark("The co-handler is on site"),
    "co-handling-done": mark("The co-handler's part is done"),
    "co-handling-waived": mark("A co-handler's part was waived"),
    "handling-finished": mark("Finished"),
    "handling-checked": mark("Checked and found good"),
    "handling-sent-back": mark("Checked and sent back"),
    "handling-reopened": mark("Reopened"),
    "assignment-ended": mark("Ended: decided upon in another way"),
}
MOVES: Final[Mapping[Move, str]] = {
    "start": mark("Sign for it and begin"),
    "object": mark("Not ours"),
    "settle": mark("Settle whose it is"),
    "up": mark("Ask to send it up"),
    "across": mark("Ask to pass it across"),
    "delay": mark("Ask for more time"),
    "grant": mark("Agree"),
    "decline": mark("Do not agree"),
    "down": mark("Send it down"),
    "offer": mark("Offer it to another station"),
    "accept_offer": mark("Accept it"),
    "decline_offer": mark("Do not accept it"),
    "withdraw_offer": mark("Take the offer back"),
    "ask_co_handler": mark("Ask a co-handler"),
    "accept_part": mark("Agree to co-handle"),
    "refuse_part": mark("Do not agree to co-handle"),
    "arrive": mark("I am on site"),
    "finish_part": mark("My part is done"),
    "waive_part": mark("Do without a co-handler"),
    "finish": mark("Finish it"),
    "check": mark("Check the result"),
    "reopen": mark("Reopen it"),
}
NAMES_SOMEBODY: Final[frozenset[Move]] = frozenset({"across", "down", "ask_co_handler", "accept_offer", "settle"})
WORDS: Final[dict[str, Any]] = {
    "level_words": LEVELS,
    "desks": DESKS,
    "handling_stages": STAGES,
    "questions": QUESTIONS,
    "part_words": PARTS,
    "outcome_words": OUTCOMES,
    "routing_rules": RULES,
    "choices": CHOICES,
    "placed": PLACED,
    "step_words": STEPS,
    "move_words": MOVES,
    "names_somebody": NAMES_SOMEBODY,
}
_OWN_TARGET: Final = mark("Our own target")
_BY_LEVELS: Final = mark("By the table of levels")
_AS_ASSIGNED: Final = mark("As assigned")


def basis(name: str) -> str:
    """On what a step rests: a row of our table, or the law with its article. The law's own words stay as they are."""
    kind, _, row = name.partition(":")
    if kind == "routing":
        return RULES[row]
    if kind == "own-target":
        return _OWN_TARGET
    if kind == "levels":
        return _BY_LEVELS
    return next((f"{each.title} · {each.article}" for each in book().rules if each.id == kind), _AS_ASSIGNED)


async def context(api: Api, actor: Actor, id_: str) -> dict[str, Any]:
    """What the part of a report's page about its assignment needs."""
    found = await found_of(api, id_)
    told = await told_of(api, found, actor)
    people = await people_at(api, found) if told.may else []
    receiving = await people_at(api, found, to_station(found)) if "accept_offer" in told.may else []
    return {
        "assignment": told,
        "people": people,
        "receiving": receiving,
        "move_key": str(uuid4()),
        "basis": basis,
        **WORDS,
    }
