"""A piece of evidence (证据材料) to a report: taken in with the hash of what came; covered in part, or withdrawn."""

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

MediaType: TypeAlias = Literal[
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/heif",
    "application/pdf",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/amr",
    "audio/ogg",
    "audio/wav",
    "video/mp4",
    "video/quicktime",
    "video/3gpp",
    "video/webm",
]
"""What is taken as evidence: pictures, documents, recordings."""
Withdrawal: TypeAlias = Literal["wrong_file", "not_about_this", "sender_asked", "shows_others"]
"""Why it is no longer shown: 传错文件、与本件无关、提交人要求、含无关他人."""


class Copy(BaseModel, frozen=True):
    """The copy of a picture that is shown (共享件): without what the camera wrote into it, smaller, marked."""

    sha256: str
    size: int
    width: int
    height: int


class Area(BaseModel, frozen=True):
    """A rectangle of the shown copy, in thousandths of its width and height from the upper left."""

    left: int = Field(ge=0, lt=1000)
    top: int = Field(ge=0, lt=1000)
    width: int = Field(ge=1, le=1000)
    height: int = Field(ge=1, le=1000)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.left + self.width > 1000 or self.top + self.height > 1000:
            raise ValueError("the area reaches beyond the picture: left + width and top + height are at most 1000")
        return self


# Commands


class TakeEvidence(BaseModel, frozen=True):
    """Take a file in as evidence (提交证据)."""

    evidence: str
    report: str
    code: str
    station: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(gt=0)
    media_type: MediaType
    name: Sealed | None = None
    original: str
    copy_of_it: Copy | None = None
    shown: str = ""
    by: str
    now: AwareDatetime


class WithdrawEvidence(BaseModel, frozen=True):
    """Show it no longer, and why (撤下证据)."""

    reason: Withdrawal
    by: str
    now: AwareDatetime


class CoverEvidence(BaseModel, frozen=True):
    """Cover these areas in what is shown, and no others (遮挡): faces, number plates, house numbers of others."""

    areas: tuple[Area, ...] = Field(max_length=200)
    copy_of_it: Copy
    shown: str
    """The blob that holds the copy with them covered."""
    by: str
    now: AwareDatetime


Command: TypeAlias = TakeEvidence | CoverEvidence | WithdrawEvidence
COMMANDS: Final[tuple[type[BaseModel], ...]] = (TakeEvidence, CoverEvidence, WithdrawEvidence)


# Events


class EvidenceTaken(Event, frozen=True):
    """A file was taken in as evidence (证据已接收): its hash on arrival, its type by content, and not its contents."""

    stored_as: ClassVar[str] = "evidence-taken"
    evidence: str
    report: str
    code: str
    station: str
    sha256: str
    size: int
    media_type: MediaType
    name: Sealed | None
    """The file's name as it came: it may name people."""
    original: str
    """The blob that holds it, sealed."""
    copy_of_it: Copy | None
    shown: str
    """The blob that holds the copy; empty where there is none."""
    by: str
    taken_at: AwareDatetime


class EvidenceCovered(Event, frozen=True):
    """From now on this copy is shown, in which these areas are covered (共享件已遮挡); the original stays sealed."""

    stored_as: ClassVar[str] = "evidence-covered"
    evidence: str
    report: str
    areas: tuple[Area, ...]
    copy_of_it: Copy
    shown: str
    by: str
    covered_at: AwareDatetime


class EvidenceWithdrawn(Event, frozen=True):
    """It is no longer shown (证据已撤下); what was taken in stays sealed."""

    stored_as: ClassVar[str] = "evidence-withdrawn"
    evidence: str
    report: str
    reason: Withdrawal
    by: str
    withdrawn_at: AwareDatetime


EvidenceEvent: TypeAlias = EvidenceTaken | EvidenceCovered | EvidenceWithdrawn
EVENTS: Final[tuple[type[EvidenceEvent], ...]] = (EvidenceTaken, EvidenceCovered, EvidenceWithdrawn)


# Refusals


class NeverTaken(Unknown):
    say = sentence("No evidence was taken in under this number. Look at the list of the report's evidence.")


class NothingShown(Refusal):
    say = sentence("Of this file no copy is shown, so nothing can be covered. Withdraw it if it shows others.")


# State


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nothing has been taken in."""


@dataclass(frozen=True, slots=True)
class Taken:
    taken: EvidenceTaken
    """With the copy that is shown now."""
    covered: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    taken: EvidenceTaken
    reason: Withdrawal


State: TypeAlias = NotTaken | Taken | Withdrawn


# Decisions


def decide(command: Command, state: State) -> list[EvidenceEvent]:
    match command:
        case TakeEvidence():
            return take(command, state)
        case CoverEvidence():
            return cover(command, state)
        case WithdrawEvidence():
            return withdraw(command, state)
        case _:
            assert_never(command)


def take(command: TakeEvidence, state: State) -> list[EvidenceEvent]:
    if isinstance(state, Taken):
        return []  # the same file of the same report is one piece of evidence
    return [
        EvidenceTaken(
            evidence=command.evidence,
            report=command.report,
            code=command.code,
            station=command.station,
            sha256=command.sha256,
            size=command.size,
            media_type=command.media_type,
            name=command.name,
            original=command.original,
            copy_of_it=command.copy_of_it,
            shown=command.shown,
            by=command.by,
            taken_at=command.now,
        )
    ]


def cover(command: CoverEvidence, state: State) -> list[EvidenceEvent]:
    match state:
        case NotTaken():
            raise NeverTaken
        case Withdrawn():
            raise NothingShown
        case Taken(taken, covered):
            if not taken.shown:
                raise NothingShown
            if covered == command.areas:
                return []
            return [
                EvidenceCovered(
                    evidence=taken.evidence,
                    report=taken.report,
                    areas=command.areas,
                    copy_of_it=command.copy_of_it,
                    shown=command.shown,
                    by=command.by,
                    covered_at=command.now,
                )
            ]
        case _:
            assert_never(state)


def withdraw(command: WithdrawEvidence, state: State) -> list[EvidenceEvent]:
    match state:
        case NotTaken():
            raise NeverTaken
        case Withdrawn():
            return []
        case Taken(taken):
            return [
                EvidenceWithdrawn(
                    evidence=taken.evidence,
                    report=taken.report,
                    reason=command.reason,
                    by=command.by,
                    withdrawn_at=command.now,
                )
            ]
        case _:
            assert_never(state)


def evolve(state: State, event: EvidenceEvent) -> State:
    match event:
        case EvidenceTaken():
            return Taken(event)
        case EvidenceCovered(areas=areas, copy_of_it=copy_of_it, shown=shown):
            assert isinstance(state, Taken), "only what was taken in is covered"
            return Taken(state.taken.model_copy(update={"copy_of_it": copy_of_it, "shown": shown}), areas)
        case EvidenceWithdrawn(reason=reason):
            assert isinstance(state, Taken), "only what was taken in is withdrawn"
            return Withdrawn(state.taken, reason)
        case _:
            assert_never(event)


evidence: Final[Decider[Command, State, EvidenceEvent]] = Decider(NotTaken(), decide, evolve)
