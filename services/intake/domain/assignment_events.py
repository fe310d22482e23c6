"""What happened to an assignment (派单与办理), from the first owner to the checked result."""

from typing import ClassVar, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.levels import Official, Owner, Step
from services.intake.domain.report import Kind
from services.intake.domain.routing import Because
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Outcome: TypeAlias = Literal["solved", "explained", "passed_on", "not_solved"]
"""已解决、已解释说明、已转其他渠道、未解决."""
Ending: TypeAlias = Literal["admitted", "refused"]
"""调解受理、不予受理: another decision on the report took the place of handling it here."""


class Limit(BaseModel, frozen=True):
    """A last moment, and the rule that sets it. One that does not bind warns: nobody here has read its source."""

    rule: str
    until: AwareDatetime
    binding: bool


class OfAssignment(Event, frozen=True):
    """Every step says whose it is, on what basis (依据), and where the matter belonged when it was taken."""

    report: str
    code: str
    station: str
    by: str
    """An account; `rule` where the table of rules decided."""
    basis: str
    at: AwareDatetime


class ReportAssigned(OfAssignment, frozen=True):
    """It was given to a named person, or to a station's desk with the reason why to no person (派单)."""

    stored_as: ClassVar[str] = "report-assigned"
    kind: Kind
    danger: bool
    community: str | None
    grid: str | None
    owner: Owner
    because: Because
    objection: Limit | None
    due: Limit | None


class HandlingStarted(OfAssignment, frozen=True):
    """Whoever has it signed for it and began (签收办理); from a desk it becomes this person's."""

    stored_as: ClassVar[str] = "handling-started"
    owner: Owner


class ObjectionRaised(OfAssignment, frozen=True):
    """Whoever has it says that it is not theirs (异议退回); they keep it until that is settled."""

    stored_as: ClassVar[str] = "assignment-objected"
    official: Official
    reason: Sealed
    late: bool


class ObjectionSettled(OfAssignment, frozen=True):
    """The level above settled whose it is (裁定权属)."""

    stored_as: ClassVar[str] = "assignment-objection-settled"
    upheld: bool
    owner: Owner
    reason: Sealed


class StepAsked(OfAssignment, frozen=True):
    """Whoever has it asked the level above: to take it (上报), to pass it across (流转), for more time (延期)."""

    stored_as: ClassVar[str] = "assignment-step-asked"
    step: Step
    official: Official
    reason: Sealed
    to: Official | None = None
    until: AwareDatetime | None = None


class StepGranted(OfAssignment, frozen=True):
    """The level above agreed (批准)."""

    stored_as: ClassVar[str] = "assignment-step-granted"
    step: Step
    reason: Sealed
    owner: Owner
    due: Limit | None


class StepDeclined(OfAssignment, frozen=True):
    """The level above did not agree (不批准)."""

    stored_as: ClassVar[str] = "assignment-step-declined"
    step: Step
    reason: Sealed


class SentDown(OfAssignment, frozen=True):
    """It was given to a person of a level below (下派)."""

    stored_as: ClassVar[str] = "assignment-sent-down"
    owner: Owner
    reason: Sealed


class HandoverProposed(OfAssignment, frozen=True):
    """It was offered to another station (提出移交), which reads these words, and no others, before it accepts."""

    stored_as: ClassVar[str] = "handover-proposed"
    to_station: str
    reason: Sealed


class HandoverAccepted(OfAssignment, frozen=True):
    """The other station accepted (接收移交): from here on it is theirs."""

    stored_as: ClassVar[str] = "handover-accepted"
    from_station: str
    owner: Owner
    reason: Sealed


class HandoverDeclined(OfAssignment, frozen=True):
    """The other station did not accept (拒绝接收): it stays where it was."""

    stored_as: ClassVar[str] = "handover-declined"
    to_station: str
    reason: Sealed


class HandoverWithdrawn(OfAssignment, frozen=True):
    """The offer was taken back (撤回移交)."""

    stored_as: ClassVar[str] = "handover-withdrawn"
    to_station: str
    reason: Sealed


class CoHandlerAsked(OfAssignment, frozen=True):
    """The lead (主办) asked somebody to handle a part of it (请求协办)."""

    stored_as: ClassVar[str] = "co-handler-asked"
    official: Official
    task: Sealed


class CoHandlingAccepted(OfAssignment, frozen=True):
    """The co-handler (协办) agreed (同意协办)."""

    stored_as: ClassVar[str] = "co-handling-accepted"


class CoHandlingRefused(OfAssignment, frozen=True):
    """The co-handler did not agree, and said why (拒绝协办)."""

    stored_as: ClassVar[str] = "co-handling-refused"
    reason: Sealed


class CoHandlerOnSite(OfAssignment, frozen=True):
    """The co-handler is there (到场)."""

    stored_as: ClassVar[str] = "co-handler-on-site"


class CoHandlingDone(OfAssignment, frozen=True):
    """The co-handler's part is done (协办完成)."""

    stored_as: ClassVar[str] = "co-handling-done"
    note: Sealed


class CoHandlingWaived(OfAssignment, frozen=True):
    """The lead does without a co-handler's part, and says why (免除协办)."""

    stored_as: ClassVar[str] = "co-handling-waived"
    account: str
    reason: Sealed


class HandlingFinished(OfAssignment, frozen=True):
    """It is handled to its end (办结): with what outcome, and whether the reporter was told (答复)."""

    stored_as: ClassVar[str] = "handling-finished"
    outcome: Outcome
    answered: bool
    result: Sealed
    kind: Kind


class HandlingChecked(OfAssignment, frozen=True):
    """Somebody else found the result good (核查通过)."""

    stored_as: ClassVar[str] = "handling-checked"
    outcome: Outcome
    answered: bool
    reason: Sealed


class HandlingSentBack(OfAssignment, frozen=True):
    """Somebody else found that it is not done (核查退回): the handling goes on."""

    stored_as: ClassVar[str] = "handling-sent-back"
    reason: Sealed


class HandlingReopened(OfAssignment, frozen=True):
    """What was finished and checked is taken up again (重办)."""

    stored_as: ClassVar[str] = "handling-reopened"
    reason: Sealed
    due: Limit | None


class AssignmentEnded(OfAssignment, frozen=True):
    """Its report was admitted to mediation or refused: nothing is left to handle here (终结)."""

    stored_as: ClassVar[str] = "assignment-ended"
    why: Ending


AssignmentEvent: TypeAlias = (
    ReportAssigned
    | HandlingStarted
    | ObjectionRaised
    | ObjectionSettled
    | StepAsked
    | StepGranted
    | StepDeclined
    | SentDown
    | HandoverProposed
    | HandoverAccepted
    | HandoverDeclined
    | HandoverWithdrawn
    | CoHandlerAsked
    | CoHandlingAccepted
    | CoHandlingRefused
    | CoHandlerOnSite
    | CoHandlingDone
    | CoHandlingWaived
    | HandlingFinished
    | HandlingChecked
    | HandlingSentBack
    | HandlingReopened
    | AssignmentEnded
)
EVENTS: Final[tuple[type[AssignmentEvent], ...]] = (
    ReportAssigned,
    HandlingStarted,
    ObjectionRaised,
    ObjectionSettled,
    StepAsked,
    StepGranted,
    StepDeclined,
    SentDown,
    HandoverProposed,
    HandoverAccepted,
    HandoverDeclined,
    HandoverWithdrawn,
    CoHandlerAsked,
    CoHandlingAccepted,
    CoHandlingRefused,
    CoHandlerOnSite,
    CoHandlingDone,
    CoHandlingWaived,
    HandlingFinished,
    HandlingChecked,
    HandlingSentBack,
    HandlingReopened,
    AssignmentEnded,
)
