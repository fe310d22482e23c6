"""Sending somebody 派人出勤: who is asked to go and why, who is not and why not, and how many are still short.

A volunteer's no needs no reason and costs nothing: what is stored of it names the request and nobody, no read model
holds it, and it counts for this one errand only (志愿服务条例: nobody may be ordered to serve).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain.report import Level
from services.intake.domain.volunteer import LAW, Missing, Subject
from shared.eventsourcing.decider import Code, Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.legal_time import day_of
from shared.law.rules import rule

Kind: TypeAlias = Literal["staff", "volunteer"]
"""在编人员与辅警、志愿者."""
Why: TypeAlias = Literal["holds_post", "on_duty", "skilled", "rested", "ready", "no_kinship_known"]
"""本网格（社区）岗位、在班、有此技能、已休息、已培训并投保、未发现亲属关系."""
WhyNot: TypeAlias = Literal[
    "off_duty",
    "resting",
    "kinship",
    "complained_of",
    "no_consent",
    "no_training",
    "no_insurance",
    "unskilled",
    "out",
    "asked",
    "said_no",
]
"""不在班、休息不足、亲属回避、系被投诉人、未同意、未培训、未投保、无此技能、已出勤、已询问、本次不去."""
CannotReason: TypeAlias = Literal["on_another_task", "too_far", "kinship", "no_equipment", "unable"]
"""另有任务、路途过远、与当事人有亲属关系、缺少装备、不能前往."""

_LACKS: Final[Mapping[Missing, WhyNot]] = {
    "consent": "no_consent",
    "training": "no_training",
    "insurance": "no_insurance",
}


class Errand(BaseModel, frozen=True):
    """What is to be done (任务): for which report, where, when, by how many, and what it takes."""

    dispatch: str
    report: str
    code: str
    station: str
    community: str | None = None
    grid: str | None = None
    what: Sealed
    """For those who are asked."""
    needed: int = Field(ge=1, le=20)
    risk: bool = False
    """Whether it holds a danger: volunteers are then trained and insured, or not asked."""
    skill: Subject | None = None
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    about: tuple[str, ...] = ()
    """Whom the report complains of, and with whom it lies, as `ReportReceived` says."""
    level: Level = "desk"


class Call(BaseModel, frozen=True):
    """What reaches whoever is asked (通知要点): for which case and when; what is to be done they read here."""

    code: str
    station: str
    begins_at: AwareDatetime
    ends_at: AwareDatetime


class Facts(BaseModel, frozen=True):
    """What is known of a candidate at this moment."""

    person: str
    kind: Kind
    account: str | None = None
    holds_post: bool = False
    on_duty: bool = False
    skilled: bool = False
    rested_hours: int | None = None
    """Since the last shift or service ended; None where nothing is known of one."""
    missing: tuple[Missing, ...] = ()
    out: bool = False
    complained_of: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    why: tuple[Why, ...]
    why_not: tuple[WhyNot, ...]


# Commands


class OpenDispatch(BaseModel, frozen=True):
    """Look for people for an errand (发起派人)."""

    errand: Errand
    by: str
    now: AwareDatetime


class NoteKinship(BaseModel, frozen=True):
    """Somebody is related to one of the parties (登记亲属回避)."""

    person: str
    by: str
    now: AwareDatetime


class AskToGo(BaseModel, frozen=True):
    """Ask somebody to go (询问)."""

    request: str
    facts: Facts
    rest_hours: int
    by: str
    now: AwareDatetime


class AgreeToGo(BaseModel, frozen=True):
    """They go (同意前往). `for_them`: entered at the desk, as they said it."""

    request: str
    for_them: bool
    by: str
    now: AwareDatetime


class NotGo(BaseModel, frozen=True):
    """They do not go (不能前往). Only who serves by office says why."""

    request: str
    reason: CannotReason | None = None
    for_them: bool
    by: str
    now: AwareDatetime


class CloseDispatch(BaseModel, frozen=True):
    """Ask nobody further (结束派人)."""

    by: str
    now: AwareDatetime


Command: TypeAlias = OpenDispatch | NoteKinship | AskToGo | AgreeToGo | NotGo | CloseDispatch
DIRECTING: Final[tuple[type[BaseModel], ...]] = (OpenDispatch, NoteKinship, AskToGo, CloseDispatch)
ANSWERING: Final[tuple[type[BaseModel], ...]] = (AgreeToGo, NotGo)
COMMANDS: Final[tuple[type[BaseModel], ...]] = (*DIRECTING, *ANSWERING)


# Events


class DispatchOpened(Event, frozen=True):
    """People are looked for (已发起派人)."""

    stored_as: ClassVar[str] = "dispatch-opened"
    errand: Errand
    by: str
    opened_at: AwareDatetime


class KinshipNoted(Event, frozen=True):
    """Somebody is not asked, being related to a party (已登记亲属回避)."""

    stored_as: ClassVar[str] = "dispatch-kinship-noted"
    dispatch: str
    person: str
    by: str
    noted_at: AwareDatetime


class PersonAsked(Event, frozen=True):
    """Somebody was asked, for these reasons (已询问)."""

    stored_as: ClassVar[str] = "dispatch-person-asked"
    dispatch: str
    request: str
    person: str
    kind: Kind
    account: str | None
    why: tuple[Why, ...]
    by: str
    asked_at: AwareDatetime
    call: Call | None = None
    """None where nobody is written to."""


class PersonGoes(Event, frozen=True):
    """They agreed to go (已同意前往)."""

    stored_as: ClassVar[str] = "dispatch-person-goes"
    dispatch: str
    request: str
    by: str
    agreed_at: AwareDatetime


class RequestReleased(Event, frozen=True):
    """The request is over without a person named (询问已了结); a reason only where somebody serves by office."""

    stored_as: ClassVar[str] = "dispatch-request-released"
    dispatch: str
    request: str
    reason: CannotReason | None
    released_at: AwareDatetime


class DispatchClosed(Event, frozen=True):
    """Nobody is asked any more (已结束派人): how many were needed, go, and are short."""

    stored_as: ClassVar[str] = "dispatch-closed"
    dispatch: str
    needed: int
    going: int
    short: int
    by: str
    closed_at: AwareDatetime


DispatchEvent: TypeAlias = DispatchOpened | KinshipNoted | PersonAsked | PersonGoes | RequestReleased | DispatchClosed
EVENTS: Final[tuple[type[DispatchEvent], ...]] = (
    DispatchOpened,
    KinshipNoted,
    PersonAsked,
    PersonGoes,
    RequestReleased,
    DispatchClosed,
)


# Refusals


class NoSuchDispatch(Unknown):
    say = sentence("Nobody is looked for under this number. Look at the report again.")


class ErrandBackwards(Refusal):
    say = sentence("The errand ends before it begins. Check its two times.")


class AskingOver(Refusal):
    say = sentence("Asking for this errand is over. Open a new one.")


class NotToBeAsked(Refusal):
    say = sentence("They are not asked, for this reason: {why}. Ask somebody else on the list.")


class NotReadyForRisk(Refusal):
    say = sentence(
        "Not to be asked into danger, for want of this: {missing}. Volunteers are willing, trained and insured first "
        "({law}). Ask somebody else on the list."
    )


class NoSuchRequest(Refusal):
    say = sentence("This request is over. Look at the list again.")


class NotAsked(Refusal):
    say = sentence("Only who was asked answers, or the desk as they said it.")


class ReasonNeeded(Refusal):
    say = sentence("Who serves by office says why they cannot go. Choose the reason.")


# State


@dataclass(frozen=True, slots=True)
class Request:
    person: str
    kind: Kind
    account: str | None
    state: Literal["asked", "goes", "released"] = "asked"
    reason: CannotReason | None = None


@dataclass(frozen=True, slots=True)
class NotOpened:
    """Nobody is looked for."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    errand: Errand
    requests: Mapping[str, Request] = field(default_factory=dict)
    related: frozenset[str] = frozenset()
    closed: bool = False

    @property
    def going(self) -> int:
        return sum(request.state == "goes" for request in self.requests.values())

    @property
    def short(self) -> int:
        return max(self.errand.needed - self.going, 0)


State: TypeAlias = NotOpened | Dispatch


# Who may be asked


def weigh(facts: Facts, dispatch: Dispatch, rest_hours: int) -> Weighed:
    """Why somebody is asked, and what stands against it; whoever has nothing against them may be asked."""
    errand, volunteers = dispatch.errand, facts.kind == "volunteer"
    rested = facts.rested_hours is None or facts.rested_hours >= rest_hours
    related = facts.person in dispatch.related
    needed: tuple[Missing, ...] = ("consent", "training", "insurance") if errand.risk else ("consent",)
    lacks = tuple(_LACKS[each] for each in facts.missing if each in needed)
    unskilled = volunteers and errand.skill is not None and not facts.skilled
    before = [request.state for request in dispatch.requests.values() if request.person == facts.person]
    against: tuple[tuple[WhyNot, bool], ...] = (
        ("off_duty", not facts.on_duty),
        ("resting", not rested),
        ("kinship", related),
        ("complained_of", facts.complained_of),
        *((each, True) for each in lacks),
        ("unskilled", unskilled),
        ("out", facts.out),
        ("said_no", "released" in before),
        ("asked", "asked" in before or "goes" in before),
    )
    speaks: tuple[tuple[Why, bool], ...] = (
        ("holds_post", facts.holds_post),
        ("on_duty", facts.on_duty),
        ("skilled", errand.skill is not None and facts.skilled),
        ("rested", facts.rested_hours is not None and rested),
        ("ready", volunteers and not facts.missing),
        ("no_kinship_known", not related),
    )
    return Weighed(
        why=tuple(name for name, there in speaks if there), why_not=tuple(name for name, there in against if there)
    )


# Decisions


def decide(command: Command, state: State) -> list[DispatchEvent]:
    if isinstance(command, OpenDispatch):
        return open_(command, state)
    if isinstance(state, NotOpened):
        raise NoSuchDispatch
    id_ = state.errand.dispatch
    if isinstance(command, CloseDispatch):
        if state.closed:
            return []
        closed = DispatchClosed(
            dispatch=id_,
            needed=state.errand.needed,
            going=state.going,
            short=state.short,
            by=command.by,
            closed_at=command.now,
        )
        return [closed]
    if state.closed:
        raise AskingOver
    match command:
        case NoteKinship():
            if command.person in state.related:
                return []
            return [KinshipNoted(dispatch=id_, person=command.person, by=command.by, noted_at=command.now)]
        case AskToGo():
            return ask(command, state)
        case AgreeToGo():
            request = _answered(command, state)
            if request.state == "goes":
                return []
            return [PersonGoes(dispatch=id_, request=command.request, by=command.by, agreed_at=command.now)]
        case NotGo():
            return release(command, state)
        case _:
            assert_never(command)


def open_(command: OpenDispatch, state: State) -> list[DispatchEvent]:
    if isinstance(state, Dispatch):
        return []
    if command.errand.ends_at <= command.errand.begins_at:
        raise ErrandBackwards
    return [DispatchOpened(errand=command.errand, by=command.by, opened_at=command.now)]


def ask(command: AskToGo, state: Dispatch) -> list[DispatchEvent]:
    if command.request in state.requests:
        return []
    facts = command.facts
    weighed = weigh(facts, state, command.rest_hours)
    lacking = [each for each in facts.missing if _LACKS[each] in weighed.why_not]
    if lacking:
        law = rule(LAW, on=day_of(command.now)).article
        raise NotReadyForRisk(missing=Code(lacking[0]), law=law)
    if weighed.why_not:
        raise NotToBeAsked(why=Code(weighed.why_not[0]))
    return [
        PersonAsked(
            dispatch=state.errand.dispatch,
            request=command.request,
            person=facts.person,
            kind=facts.kind,
            account=facts.account,
            why=weighed.why,
            by=command.by,
            asked_at=command.now,
            call=_call(state.errand, facts),
        )
    ]


def _call(errand: Errand, facts: Facts) -> Call | None:
    """Without an account it is passed on by the station's people, and they may be whom a complaint is about."""
    if facts.account is None and (errand.about or errand.level != "desk"):
        return None
    return Call(code=errand.code, station=errand.station, begins_at=errand.begins_at, ends_at=errand.ends_at)


def release(command: NotGo, state: Dispatch) -> list[DispatchEvent]:
    """Also of who had agreed: a no is free at any time. Of a volunteer neither who nor why is stored."""
    request = _answered(command, state)
    by_office = request.kind == "staff"
    if by_office and command.reason is None:
        raise ReasonNeeded
    id_ = state.errand.dispatch
    reason = command.reason if by_office else None
    released = RequestReleased(dispatch=id_, request=command.request, reason=reason, released_at=command.now)
    if reason != "kinship":
        return [released]
    noted = KinshipNoted(dispatch=id_, person=request.person, by=command.by, noted_at=command.now)
    return [released] if request.person in state.related else [released, noted]


def _answered(command: AgreeToGo | NotGo, state: Dispatch) -> Request:
    request = state.requests.get(command.request)
    if request is None or request.state == "released":
        raise NoSuchRequest
    if not command.for_them and request.account != command.by:
        raise NotAsked
    return request


# What a past event means


def evolve(state: State, event: DispatchEvent) -> State:
    if isinstance(event, DispatchOpened):
        return Dispatch(event.errand)
    assert isinstance(state, Dispatch), "every stream of a dispatch begins with its errand"
    match event:
        case KinshipNoted():
            return replace(state, related=state.related | {event.person})
        case PersonAsked():
            asked = Request(event.person, event.kind, event.account)
            return replace(state, requests={**state.requests, event.request: asked})
        case PersonGoes():
            goes = replace(state.requests[event.request], state="goes")
            return replace(state, requests={**state.requests, event.request: goes})
        case RequestReleased():
            released = replace(state.requests[event.request], state="released", reason=event.reason)
            return replace(state, requests={**state.requests, event.request: released})
        case DispatchClosed():
            return replace(state, closed=True)
        case _:
            assert_never(event)


dispatch: Final[Decider[Command, State, DispatchEvent]] = Decider(NotOpened(), decide, evolve)
