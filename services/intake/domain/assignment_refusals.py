"""Why a step of an assignment is refused (派单与办理), each with what to do instead."""

from collections.abc import Mapping
from typing import Final

from shared.eventsourcing.decider import Code, Refusal, Unknown, sentence

WORDS: Final[Mapping[str, str]] = {
    "grid": sentence("grid"),
    "community": sentence("community"),
    "station": sentence("station"),
    "city": sentence("city"),
    "settled": sentence("the level above settled it"),
    "sent_by_the_level_above": sentence("the level above sent it"),
    "accepted_by_hand_over": sentence("the station accepted it"),
    "objection": sentence("an objection"),
    "up": sentence("a request to send it up"),
    "across": sentence("a request to pass it across"),
    "delay": sentence("a request for more time"),
    "hand_over": sentence("an offer to another station"),
    "asked": sentence("asked"),
    "accepted": sentence("accepted"),
    "on_site": sentence("on site"),
    "done": sentence("done"),
    "refused": sentence("refused"),
    "waived": sentence("waived"),
}
"""Levels, open questions and parts as refusals name them within a sentence."""


def word(code: str) -> Code:
    return Code(WORDS[code])


class NeverAssigned(Unknown):
    say = sentence("This report has not been assigned to anybody yet. Confirm its kind, or route it first.")


class HandlingEnded(Refusal):
    say = sentence(
        "Report {code} was admitted to mediation or refused: nothing is left to handle here. "
        "Register what is new as a report of its own."
    )


class NotInYourHands(Refusal):
    say = sentence("Report {code} is in other hands. Only who has it may take this step; who stands above may send it.")


class NotStarted(Refusal):
    say = sentence("Nobody has signed for report {code} yet. Sign for it first, then take this step.")


class AlreadyStarted(Refusal):
    say = sentence("Report {code} has been signed for, and so it is yours. Send it up instead.")


class AlreadyFinished(Refusal):
    say = sentence("Report {code} is finished. Check the result, or reopen it once it was checked.")


class NotFinished(Refusal):
    say = sentence("Report {code} is not finished. Finish it with its outcome first.")


class NotChecked(Refusal):
    say = sentence("The result of report {code} has not been checked. Send it back instead of reopening it.")


class QuestionOpen(Refusal):
    say = sentence(
        "Something about report {code} is still to be decided: {what}. Have it decided or taken back first, then go on."
    )


class NothingAsked(Refusal):
    say = sentence("Nothing is asked about report {code} that this would answer. Look at the report again.")


class NotAbove(Refusal):
    say = sentence(
        "This is decided by the level above, and report {code} is at the level {level}. "
        "Ask somebody who stands above it and is responsible there."
    )


class NobodyAbove(Refusal):
    say = sentence(
        "Report {code} is at the level {level}, from which this step cannot be asked: nobody may approve it."
    )


class BetweenStations(Refusal):
    say = sentence("A station passes a report on by handing it over to another, which accepts it. Offer report {code}.")


class OwnRequest(Refusal):
    say = sentence("Nobody decides what they asked for themselves. Have somebody else of the level above decide.")


class OwnWork(Refusal):
    say = sentence("Nobody checks their own work. Have somebody else check report {code}.")


class ObjectionTooLate(Refusal):
    say = sentence(
        "An objection had to be raised by {until}, says the rule {rule}. Handle report {code}, or send it up."
    )


class OwnershipDecided(Refusal):
    say = sentence(
        "Who is responsible for report {code} has been decided: {how}. It cannot be bounced again; "
        "handle it, or send it up."
    )


class SettledElsewhere(Refusal):
    say = sentence(
        "Only the city level may settle that report {code} is another station's. Name somebody of {station}."
    )


class NoSuchReceiver(Refusal):
    say = sentence("{level} is no level to which this may go from here. Choose somebody who stands where it is to go.")


class AlreadyThere(Refusal):
    say = sentence("Report {code} is there already. Choose somebody else.")


class OtherStation(Refusal):
    say = sentence("Report {code} is of station {station}. Choose somebody of it, or offer a hand-over.")


class NoOne(Refusal):
    say = sentence("To pass report {code} across, name the person who is to have it.")


class NoTimeLimit(Refusal):
    say = sentence("Report {code} has no time limit, so there is nothing to extend.")


class NoLaterDay(Refusal):
    say = sentence("The new limit must be later than the present one, {until}. Name a later day.")


class HandsOverOnly(Refusal):
    say = sentence("Stations hand over to each other by their leaders. Ask a leader of {station} to take this step.")


class SameStation(Refusal):
    say = sentence("Report {code} is of station {station} already. Name another station.")


class LeadHimself(Refusal):
    say = sentence("Who leads report {code} is no co-handler of it. Ask somebody else.")


class NoCoHandler(Refusal):
    say = sentence("This account was not asked to co-handle report {code}. The lead asks co-handlers.")


class CoHandlerSettled(Refusal):
    say = sentence("This part of report {code} stands at: {part}. The step does not fit; look at the report again.")


class PartsOpen(Refusal):
    say = sentence(
        "Co-handlers have accepted parts of report {code} and not finished them: {number}. "
        "Wait for them, or waive their parts with a reason."
    )
