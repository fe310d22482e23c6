"""What may be asked of an assignment (派单与办理)."""

from typing import Final, TypeAlias

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.assignment_events import Ending, Limit, Outcome
from services.intake.domain.levels import Official, Owner, Step
from services.intake.domain.report import Kind
from services.intake.domain.routing import Because
from shared.eventsourcing.sealed import Sealed


class RouteReport(BaseModel, frozen=True):
    """Give the report to whom the rules name (派单); the choice was made from the register and the posts of the day."""

    report: str
    code: str
    kind: Kind
    danger: bool
    community: str | None
    grid: str | None
    owner: Owner
    because: Because
    objection: Limit | None
    due: Limit | None
    now: AwareDatetime


class StartHandling(BaseModel, frozen=True):
    """Sign for it and begin (签收办理)."""

    by: Official
    now: AwareDatetime


class ObjectNotOurs(BaseModel, frozen=True):
    """Say that it is not ours (异议)."""

    reason: Sealed
    by: Official
    now: AwareDatetime


class SettleObjection(BaseModel, frozen=True):
    """Settle whose it is (裁定权属): `to` has it from now on, None leaves it with whoever objected."""

    to: Owner | None
    reason: Sealed
    by: Official
    now: AwareDatetime


class AskStep(BaseModel, frozen=True):
    """Ask the level above (请示): up, across to somebody, or for time until a day."""

    step: Step
    reason: Sealed
    to: Official | None = None
    until: AwareDatetime | None = None
    by: Official
    now: AwareDatetime


class GrantStep(BaseModel, frozen=True):
    """Agree to what was asked (批准)."""

    reason: Sealed
    by: Official
    now: AwareDatetime


class DeclineStep(BaseModel, frozen=True):
    """Do not agree to what was asked (不批准)."""

    reason: Sealed
    by: Official
    now: AwareDatetime


class SendDown(BaseModel, frozen=True):
    """Give it to a person of a level below (下派)."""

    to: Official
    reason: Sealed
    by: Official
    now: AwareDatetime


class ProposeHandover(BaseModel, frozen=True):
    """Offer it to another station (提出移交)."""

    to_station: str
    reason: Sealed
    by: Official
    now: AwareDatetime


class AcceptHandover(BaseModel, frozen=True):
    """Accept what another station offers (接收移交), for a person or the desk here."""

    to: Owner
    reason: Sealed
    by: Official
    now: AwareDatetime


class DeclineHandover(BaseModel, frozen=True):
    """Do not accept it (拒绝接收)."""

    reason: Sealed
    by: Official
    now: AwareDatetime


class WithdrawHandover(BaseModel, frozen=True):
    """Take the offer back (撤回移交)."""

    reason: Sealed
    by: Official
    now: AwareDatetime


class AskCoHandler(BaseModel, frozen=True):
    """Ask somebody to handle a part of it (请求协办)."""

    official: Official
    task: Sealed
    by: Official
    now: AwareDatetime


class AcceptCoHandling(BaseModel, frozen=True):
    """Agree to handle the part that was asked (同意协办)."""

    by: Official
    now: AwareDatetime


class RefuseCoHandling(BaseModel, frozen=True):
    """Do not agree, and say why (拒绝协办)."""

    reason: Sealed
    by: Official
    now: AwareDatetime


class ArriveOnSite(BaseModel, frozen=True):
    """Say that one is there (到场)."""

    by: Official
    now: AwareDatetime


class FinishCoHandling(BaseModel, frozen=True):
    """Say that one's part is done (协办完成)."""

    note: Sealed
    by: Official
    now: AwareDatetime


class WaiveCoHandling(BaseModel, frozen=True):
    """Do without a co-handler's part (免除协办)."""

    account: str
    reason: Sealed
    by: Official
    now: AwareDatetime


class FinishHandling(BaseModel, frozen=True):
    """Finish it with its outcome (办结)."""

    outcome: Outcome
    answered: bool
    result: Sealed
    by: Official
    now: AwareDatetime


class CheckHandling(BaseModel, frozen=True):
    """Check what was finished (核查): good, or back to be done."""

    passed: bool
    reason: Sealed
    by: Official
    now: AwareDatetime


class ReopenHandling(BaseModel, frozen=True):
    """Take up again what was finished and checked (重办)."""

    reason: Sealed
    due: Limit | None
    by: Official
    now: AwareDatetime


class EndAssignment(BaseModel, frozen=True):
    """Its report was admitted to mediation or refused (终结)."""

    why: Ending
    by: str
    now: AwareDatetime


ByOfficial: TypeAlias = (
    StartHandling
    | ObjectNotOurs
    | SettleObjection
    | AskStep
    | GrantStep
    | DeclineStep
    | SendDown
    | ProposeHandover
    | AcceptHandover
    | DeclineHandover
    | WithdrawHandover
    | AskCoHandler
    | AcceptCoHandling
    | RefuseCoHandling
    | ArriveOnSite
    | FinishCoHandling
    | WaiveCoHandling
    | FinishHandling
    | CheckHandling
    | ReopenHandling
)
Command: TypeAlias = RouteReport | EndAssignment | ByOfficial
HANDLING: Final[tuple[type[BaseModel], ...]] = (
    StartHandling,
    ObjectNotOurs,
    AskStep,
    AskCoHandler,
    AcceptCoHandling,
    RefuseCoHandling,
    ArriveOnSite,
    FinishCoHandling,
    WaiveCoHandling,
    FinishHandling,
)
"""What is for who has it or was asked to co-handle (办理)."""
DIRECTING: Final[tuple[type[BaseModel], ...]] = (
    SettleObjection,
    GrantStep,
    DeclineStep,
    SendDown,
    ProposeHandover,
    AcceptHandover,
    DeclineHandover,
    WithdrawHandover,
    CheckHandling,
    ReopenHandling,
)
"""What is for who leads (调度): deciding what others asked, sending it on, checking."""
COMMANDS: Final[tuple[type[BaseModel], ...]] = (RouteReport, EndAssignment, *HANDLING, *DIRECTING)
