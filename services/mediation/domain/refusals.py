"""Why a dispute refuses what is asked of it; each class states the fact, its sentence also says what to do."""

from shared.eventsourcing.decider import Refusal, Unknown, sentence

# The dispute as a whole


class NotOpened(Unknown):
    say = sentence("No dispute has been opened under this id: admit its report to mediation first.")


class OpenedFromAnotherReport(Refusal):
    say = sentence("Dispute {code} was opened from report {report}: open another report under an id of its own.")


class MediationWasRefused(Refusal):
    say = sentence(
        "Party {party} clearly refused mediation, so nothing further is mediated "
        "(People's Mediation Law Art. 17): close the dispute and tell the parties of the other routes."
    )


class ApplicationWasWithdrawn(Refusal):
    say = sentence(
        "Whoever brought dispute {code} took their report back, so nothing further is mediated: "
        "close the dispute and tell the parties of the other routes."
    )


class AlreadySettled(Refusal):
    say = sentence("Dispute {code} is settled and takes no further steps: a new matter needs a report of its own.")


class AlreadyClosed(Refusal):
    say = sentence("Dispute {code} is closed and takes no further steps: a new matter needs a report of its own.")


class DatedTooEarly(Refusal):
    say = sentence(
        "This is dated {dated}, before {earliest}, the day of the step that it follows: "
        "give the day on which it really happened."
    )


class AdmissionUnusable(Refusal):
    say = sentence("The admission of report {report} cannot be opened as a dispute, for its {fields}: admit it anew.")


# Parties and the group


class NotAParty(Refusal):
    say = sentence("{person} is not a party to dispute {code}: enter them as a party first.")


class OnAnotherSide(Refusal):
    say = sentence("{person} is already a party as {side}: one person stands on one side.")


class PartySits(Refusal):
    say = sentence("{person} is both asked to be a party and to sit in the 3+N group: choose somebody else to sit.")


class HoldsAnotherSeat(Refusal):
    say = sentence("{person} already holds the seat {seat}: one person holds one seat, appoint somebody else.")


# Sessions


class SeatsUnfilled(Refusal):
    say = sentence("The 3+N group is not complete, no session can be set: appoint members for {seats} first.")


class SessionInThePast(Refusal):
    say = sentence("The session would begin at {begins_at}, which is past: give a time that is still to come.")


class NoSuchSession(Unknown):
    say = sentence("Dispute {code} has no session {session}: schedule it first.")


class HeldDifferently(Refusal):
    say = sentence("Session {session} is already recorded as held, otherwise than this: schedule a further session.")


class NotOfThisCase(Refusal):
    say = sentence("{persons} are neither parties nor members of the group: enter or appoint them before the session.")


class RecordingMissing(Refusal):
    say = sentence(
        "The leader in charge of the area was absent: one officer leading auxiliaries may mediate only under full "
        "sound and picture recording (Procedure Rules 2019 Art. 52): give the reference of the recording."
    )


class TooFewPartiesForAgreement(Refusal):
    say = sentence("An agreement takes at least two parties at the session: record which of them attended.")


# Agreement and performance


class NothingAgreed(Refusal):
    say = sentence("No agreement stands: record a session whose outcome is agreed and write the agreement down first.")


class LastSessionNotAgreed(Refusal):
    say = sentence("The last session did not end in agreement: hold a session whose outcome is agreed first.")


class AgreedDifferently(Refusal):
    say = sentence(
        "The agreement of session {session} is already written down, otherwise than this: hold a new session."
    )


class ItemNumberTaken(Refusal):
    say = sentence("Item number {item} stands twice or is already in use: give each performance item a new number.")


class ItemDueInThePast(Refusal):
    say = sentence(
        "Item {item} would be due on {due_on}, before the agreement itself: give a day that is still to come."
    )


class NoSuchItem(Unknown):
    say = sentence("Dispute {code} has no performance item {item}: use a number that stands in its agreement.")


class IssueNumberTaken(Refusal):
    say = sentence("Residual issue {issue} is already recorded with other words: give this one the next free number.")


class NoSuchIssue(Unknown):
    say = sentence("Dispute {code} has no residual issue {issue}: record it first.")


class NothingFulfilled(Refusal):
    say = sentence("No performance item is fulfilled, so no first stage is resolved: record what was done first.")


class NothingLeftOver(Refusal):
    say = sentence(
        "No residual issue is open, so the dispute is not resolved in part: settle it, or record what is left."
    )


class ItemsOpen(Refusal):
    say = sentence("Performance items {items} are not fulfilled: record their performance before settling.")


class IssuesOpen(Refusal):
    say = sentence("Residual issues {issues} are still open: resolve them, or state that it is resolved in part.")


class RoutesNotTold(Refusal):
    say = sentence(
        "Whoever ends a mediation tells the parties of the other routes (People's Mediation Law Art. 26): "
        "name arbitration, administrative or court routes that they were told of."
    )


class EndedByWithdrawal(Refusal):
    say = sentence(
        "Mediation of dispute {code} ended because its applicant withdrew: close it with the reason party_unwilling."
    )


class EndedByRefusal(Refusal):
    say = sentence(
        "Mediation ended because party {party} refused it: close the dispute with the reason party_unwilling."
    )
