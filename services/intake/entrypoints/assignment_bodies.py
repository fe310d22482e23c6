"""What the API of assignments takes and answers."""

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.application.possible_moves import Move
from services.intake.application.submissions import Line
from services.intake.domain.assignment_events import Limit, Outcome
from services.intake.domain.levels import Desk, Level
from services.intake.domain.routing import Because
from services.intake.entrypoints.schemas import Body

Stage = Literal["unassigned", "given", "in_hand", "finished", "checked", "ended"]
ACCOUNT: Final = Field(min_length=1, max_length=80, description="An account, by its id or its name.")


class ReasonIn(Body):
    """No reason, no move."""

    reason: Line = Field(min_length=1, max_length=1_000)


class SettleIn(ReasonIn):
    """Without `account` and `station` it stays with whoever objected."""

    account: str | None = Field(default=None, max_length=80, description="Who has it from now on, by id or name.")
    station: str | None = Field(
        default=None, max_length=80, description="Another station, at the desk of which it lies."
    )


class ToIn(ReasonIn):
    account: str = ACCOUNT


class DelayIn(ReasonIn):
    until: AwareDatetime


class OfferIn(ReasonIn):
    station: str = Field(min_length=1, max_length=80)


class AcceptIn(ReasonIn):
    """Without an account it lies at the desk of the station that accepts it."""

    account: str | None = Field(default=None, max_length=80)


class CoHandlerIn(Body):
    account: str = ACCOUNT
    task: Line = Field(min_length=1, max_length=1_000)


class NoteIn(Body):
    note: Line = Field(min_length=1, max_length=1_000)


class FinishIn(Body):
    outcome: Outcome
    answered: bool = Field(description="Whether the reporter was told the result (答复).")
    result: Line = Field(min_length=1, max_length=2_000)


class CheckIn(ReasonIn):
    passed: bool


class OwnerOut(BaseModel):
    station: str
    level: Level
    account: str | None
    name: str | None
    desk: Desk


class QuestionOut(BaseModel):
    """What somebody else has still to decide."""

    what: Literal["objection", "up", "across", "delay", "hand_over"]
    by: str
    by_name: str | None
    reason: str | None
    to: str | None = None
    until: AwareDatetime | None = None
    at: AwareDatetime


class PartOut(BaseModel):
    account: str
    name: str | None
    part: Literal["asked", "accepted", "on_site", "done", "refused", "waived"]


class StepOut(BaseModel):
    """One step of its history, with whose it was, why, and on what basis."""

    what: str
    by: str
    by_name: str | None
    basis: str
    reason: str | None
    at: AwareDatetime


class AssignmentOut(BaseModel):
    report: str
    code: str
    stage: Stage
    owner: OwnerOut
    """Before it was routed: the desk of the station that received it."""
    because: Because | None
    """Why the rules gave it to its first owner."""
    candidates: list[str]
    """The names of those who fit, where there were several."""
    objection: Limit | None
    due: Limit | None
    question: QuestionOut | None
    parts: list[PartOut]
    steps: list[StepOut]
    may: list[Move]
    """What the caller may do now."""
    version: int


class HandedOver(BaseModel):
    """What the giving station still sees: that it handed it over, not what came after."""

    report: str
    code: str
    from_station: str
    to_station: str
    at: AwareDatetime


class OfferOut(BaseModel):
    """What a station may read before it accepts: the words of the offer, and nothing else of the report."""

    report: str
    code: str
    kind: str
    danger: bool
    from_station: str
    reason: str | None
    at: AwareDatetime


class HandoversOut(BaseModel):
    offered: list[OfferOut]
    handed_over: list[HandedOver]


class WorkOut(BaseModel):
    """One thing that waits for the caller, and why it does."""

    report: str
    code: str
    subject: str | None
    kind: str
    danger: bool
    stage: Stage
    waits_for: Literal["mine", "part", "decision", "desk"]
    question: str | None
    owner: str | None
    due: AwareDatetime | None
    received_at: AwareDatetime


class WorkPage(BaseModel):
    work: list[WorkOut]
