"""What notify's API takes and answers."""

from typing import Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.notify.domain.delivery import Channel, GivenUpBecause
from services.notify.domain.group import Kind

DeliveryState: TypeAlias = Literal[
    "planned", "sending", "waiting", "submitted", "delivered", "read", "unknown", "failed", "given_up"
]
DisputeState: TypeAlias = Literal[
    "admitted", "opened", "session_set", "session_held", "agreed", "partly_resolved", "settled", "closed"
]


class Body(BaseModel):
    """A request's body: unknown fields are a mistake of the caller, and are named."""

    model_config = ConfigDict(extra="forbid")


class Done(BaseModel):
    id: str
    version: int
    position: int = Field(description="read after writing: `after=POSITION`; 0 where nothing changed")


class WordingOut(BaseModel):
    title: str
    text: str


class TextOut(BaseModel):
    """A message in both languages."""

    zh: WordingOut
    en: WordingOut


# Deliveries


class DeliveryOut(BaseModel):
    id: str
    notice: str
    template: str
    case: str
    code: str
    station: str
    person: str
    account: str | None = Field(description="whose inbox; none where the message goes to a gateway or a station")
    account_name: str | None
    channel: Channel
    state: DeliveryState
    attempts: int
    reason: str = Field(description="why it failed last, or was given up; empty where it did not")
    detail: str = Field(description="what the other side answered, such as an HTTP status")
    next_attempt_at: AwareDatetime | None
    planned_at: AwareDatetime
    changed_at: AwareDatetime
    version: int


class DeliveryPage(BaseModel):
    deliveries: list[DeliveryOut]
    counts: dict[str, int]


class DeliveryStep(BaseModel):
    """One thing that happened to a delivery."""

    what: str = Field(description="the stored event's name")
    at: AwareDatetime
    by: str
    attempt: int | None = None
    reason: str = ""
    detail: str = ""


class DeliveryDetail(DeliveryOut):
    name: str | None = Field(description="of the person; None where closed to you, not known or erased")
    phone: str | None
    contact: Literal["open", "closed", "erased", "none"] = Field(
        description="whether name and phone are shown; `closed` needs the right sealed.read here"
    )
    message: TextOut | None = Field(description="None where a value in it was erased")
    history: list[DeliveryStep]


class GiveUpIn(Body):
    reason: GivenUpBecause


# Inbox


class InboxMessage(BaseModel):
    id: str
    code: str
    case: str
    station: str
    to: Literal["you", "station"] = Field(description="`station`: to be passed on by word to a person without account")
    template: str
    message: TextOut | None
    delivered_at: AwareDatetime
    read_at: AwareDatetime | None
    read_by: str
    version: int


class InboxPage(BaseModel):
    messages: list[InboxMessage]
    unread: int


# Groups


class GroupIn(Body):
    name: str = Field(min_length=1, max_length=100)
    kind: Kind
    owner_name: str | None = Field(default=None, min_length=1, max_length=60, description="who runs it; kept sealed")
    owner_account: str | None = Field(default=None, min_length=1, max_length=120)
    compound: str | None = Field(default=None, min_length=1, max_length=120)
    community: str = Field(min_length=1, max_length=120)
    station: str = Field(min_length=1, max_length=120)
    members: int = Field(ge=1, le=1_000_000)


class GroupOut(BaseModel):
    id: str
    name: str
    kind: Kind
    owner: str = Field(description="the person's id")
    owner_name: str | None = Field(description="None where closed to you, not known or erased")
    owner_account: str | None
    compound: str | None
    community: str
    station: str
    members: int
    registered_at: AwareDatetime
    version: int


class GroupPage(BaseModel):
    groups: list[GroupOut]
    counts: dict[str, int]


# Disputes


class DisputeOut(BaseModel):
    """A dispute or case as notify knows it."""

    id: str = Field(description="the case's id in mediation, or the report's until the case is open")
    code: str
    report: str
    station: str
    community: str | None
    category: str
    state: DisputeState
    since: AwareDatetime
    deliveries: dict[str, int] = Field(description="how many messages about it are in each state")
    merged: list[str] = Field(default=[], description="codes of the reports that are dealt with together with it")


class DisputePage(BaseModel):
    disputes: list[DisputeOut]


# Texts


class PreviewIn(Body):
    template: str = Field(max_length=120)
    values: dict[str, str] = Field(max_length=20)
