"""A report (诉求), from the moment it comes in until it is admitted to mediation, refused, or left to its own desk."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from services.intake.domain import admission, refusal_notice
from services.intake.domain.admission import Citation, GroundCode
from services.intake.domain.arrival import Arrival
from shared.eventsourcing.decider import Code, Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here

Kind: TypeAlias = Literal["dispute", "incident", "fraud", "hazard", "enquiry", "service", "other"]
Channel: TypeAlias = Literal[
    "hotline_12345",
    "police_110",
    "chat",
    "patrol",
    "inspection",
    "household_check",
    "walk_in",
    "anti_fraud",
    "mailbox",
    "resident_form",
    "open311",
    "observation",
]
Reason: TypeAlias = Literal["not_a_civil_matter", "in_court_or_arbitration", "already_settled", "another_body", "other"]
Confidentiality: TypeAlias = Literal["open", "confidential", "anonymous"]
"""公开、保密 (the reporter is known and hidden)、匿名 (there is no reporter)."""
Relation: TypeAlias = Literal["family", "guardian", "neighbour", "social_worker", "official", "other"]
"""亲属、监护人、邻居、社工、工作人员、其他."""
Consent: TypeAlias = Literal["spoken", "written", "by_guardian", "could_not_be_asked"]
"""How the person agreed that somebody else files for them: 口头、书面、由监护人、当时无法征求."""
Level: TypeAlias = Literal["desk", "station", "city"]
"""Who deals with it: any desk; if it is a complaint, the station's leaders (本所领导) or the city (上级机关)."""

# Parts


def _rounded(degrees: float) -> float:
    return round(degrees, 5)


class Place(BaseModel, frozen=True):
    """Where it happened, by the codes of the register."""

    community: str | None = None
    grid: str | None = None
    compound: str | None = None


class Reporter(BaseModel, frozen=True):
    """Who reports (诉求人): an id without meaning, name and phone sealed under it."""

    person: str
    name: Sealed | None = None
    phone: Sealed | None = None


class Identity(BaseModel, frozen=True):
    """Who a confidential report comes from (保密身份): under a key of its own, opened as `identity.open` only."""

    name: Sealed | None = None
    phone: Sealed | None = None
    helper_name: Sealed | None = None
    helper_phone: Sealed | None = None


class FiledBy(BaseModel, frozen=True):
    """Who files for an elder, a tenant, somebody with a disability (代办人), and how that person agreed to it."""

    person: str
    relation: Relation
    consent: Consent
    name: Sealed | None = None
    phone: Sealed | None = None


class Point(BaseModel, frozen=True):
    """A place on the map, WGS-84, to about a metre."""

    longitude: Annotated[float, Field(ge=-180, le=180), AfterValidator(_rounded)]
    latitude: Annotated[float, Field(ge=-90, le=90), AfterValidator(_rounded)]


class Words(BaseModel, frozen=True):
    """A place in the report that led the triage: characters `start` to `end` of its subject or text."""

    field: Literal["subject", "text"]
    start: int
    end: int


class Suggestion(BaseModel, frozen=True):
    """What the triage suggests, and the words that led to it; a person decides."""

    kind: Kind
    confidence: float = Field(ge=0, le=1)
    because: tuple[Words, ...] = ()
    danger_to_life: bool = False
    danger: tuple[Words, ...] = ()
    model: str


class CategorySuggestion(BaseModel, frozen=True):
    """What a dispute seems to be about, by a list of categories, and the words that led to it; a person decides."""

    category: str
    scheme: str
    because: tuple[Words, ...] = ()


class FiledUnder(BaseModel, frozen=True):
    """The category under which its source filed it (来源分类), and what the map of that day made of it; both stay."""

    map: str
    code: str
    version: int | None = None
    """The version of the map that was asked; None where there was none that day."""
    category: str | None = None
    """The standard category; None where the map had none."""


# Commands


class RegisterReport(BaseModel, frozen=True):
    """Take a report in (接收)."""

    report: str
    code: str
    channel: Channel
    external_id: str
    station: str
    place: Place = Place()
    subject: Sealed
    text: Sealed
    reporter: Reporter | None = None
    occurred_on: date | None = None
    reported_at: AwareDatetime
    suggestion: Suggestion
    address: Sealed | None = None
    point: Point | None = None
    confidentiality: Confidentiality = "open"
    identity: Identity | None = None
    filed_by: FiledBy | None = None
    about: tuple[str, ...] = ()
    level: Level = "desk"
    public: bool = False
    category: CategorySuggestion | None = None
    arrival: Arrival | None = None
    filed_under: FiledUnder | None = None
    now: AwareDatetime


class ClassifyReport(BaseModel, frozen=True):
    """Accept the suggested kind or choose another (分类)."""

    kind: Kind
    by: str
    now: AwareDatetime


class AdmitDispute(BaseModel, frozen=True):
    """Admit a dispute to mediation (受理), with what was warned of and does not bar it."""

    category: str
    warnings: tuple[Citation, ...] = ()
    by: str
    now: AwareDatetime


class RefuseByRule(BaseModel, frozen=True):
    """Do not admit it, by a rule that holds on that day (依规不予受理); a notice is issued that cites it."""

    ground: GroundCode
    other_route: str = Field(min_length=1, max_length=500)
    here: Here
    on: date
    by: str
    now: AwareDatetime


class RefuseReport(BaseModel, frozen=True):
    """Do not admit it (不予受理), and tell the other route."""

    reason: Reason
    other_route: str = Field(min_length=1, max_length=500)
    by: str
    now: AwareDatetime


class MoveReport(BaseModel, frozen=True):
    """Let it be another station's (移交), which has accepted it."""

    station: str
    by: str
    now: AwareDatetime


class WithdrawReport(BaseModel, frozen=True):
    """Take one's own report back (撤回): free, and without having to say why."""

    reason: Sealed | None = None
    by: str
    now: AwareDatetime


Command: TypeAlias = (
    RegisterReport | ClassifyReport | AdmitDispute | RefuseReport | RefuseByRule | MoveReport | WithdrawReport
)
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    RegisterReport,
    ClassifyReport,
    AdmitDispute,
    RefuseReport,
    RefuseByRule,
    MoveReport,
    WithdrawReport,
)


# Events


class ReportReceived(Event, frozen=True):
    """A report came in (已接收) and got its case code (一案一码)."""

    stored_as: ClassVar[str] = "report-received"
    report: str
    code: str
    channel: Channel
    external_id: str
    station: str
    place: Place
    subject: Sealed
    text: Sealed
    reporter: Reporter | None
    """Of a confidential report the id alone: see `identity`."""
    occurred_on: date | None
    reported_at: AwareDatetime
    suggestion: Suggestion
    address: Sealed | None = None
    """Where it happened, in words; a part of the report's text."""
    point: Point | None = None
    confidentiality: Confidentiality = "open"
    identity: Identity | None = None
    filed_by: FiledBy | None = None
    about: tuple[str, ...] = ()
    """Whom it complains of (被投诉人): ids of accounts, or `post:ROLE` for whoever holds that post at the station."""
    level: Level = "desk"
    public: bool = False
    """Whether the subject and the place, and nothing of a person, may be shown to everybody."""
    category: CategorySuggestion | None = None
    filed_under: FiledUnder | None = None
    received_at: AwareDatetime
    arrival: Arrival | None = None
    """By which message of another system it came in, and what the device's clock said."""


class ReportClassified(Event, frozen=True):
    """An officer accepted or changed the kind (已分类)."""

    stored_as: ClassVar[str] = "report-classified"
    report: str
    code: str
    kind: Kind
    suggested: Kind
    about: tuple[str, ...] = ()
    level: Level = "desk"
    by: str
    classified_at: AwareDatetime


class DisputeAdmitted(Event, frozen=True):
    """A dispute was admitted to mediation (受理)."""

    stored_as: ClassVar[str] = "dispute-admitted"
    report: str
    code: str
    station: str
    place: Place
    category: str
    subject: Sealed
    text: Sealed
    reporter: Reporter | None
    occurred_on: date | None
    confidentiality: Confidentiality = "open"
    warnings: tuple[Citation, ...] = ()
    """Rules that were found to speak against it and do not bar it: known from an excerpt only."""
    by: str
    admitted_at: AwareDatetime


class ReportRefused(Event, frozen=True):
    """It was not admitted (不予受理); the reason and the other route were told."""

    stored_as: ClassVar[str] = "report-refused"
    report: str
    code: str
    reason: Reason
    other_route: str
    rule: Citation | None = None
    """By which rule, where it was refused by one."""
    by: str
    refused_at: AwareDatetime


class RefusalNoticeIssued(Event, frozen=True):
    """The notice of a refusal was issued (已出具不予受理告知书): its text in both languages, fixed by its hash."""

    stored_as: ClassVar[str] = "refusal-notice-issued"
    report: str
    code: str
    station: str
    number: str
    ground: GroundCode
    article: str
    zh: str
    en: str
    sha256: str
    reporter: Reporter | None
    by: str
    issued_at: AwareDatetime


class ReportMoved(Event, frozen=True):
    """It is another station's from here on (已移交); where it lies there is not known yet."""

    stored_as: ClassVar[str] = "report-moved"
    report: str
    code: str
    from_station: str
    station: str
    by: str
    moved_at: AwareDatetime


class ReportWithdrawn(Event, frozen=True):
    """Its reporter took it back (已撤回)."""

    stored_as: ClassVar[str] = "report-withdrawn"
    report: str
    code: str
    reason: Sealed | None
    by: str
    withdrawn_at: AwareDatetime


ReportEvent: TypeAlias = (
    ReportReceived
    | ReportClassified
    | DisputeAdmitted
    | ReportRefused
    | RefusalNoticeIssued
    | ReportMoved
    | ReportWithdrawn
)
EVENTS: Final[tuple[type[ReportEvent], ...]] = (
    ReportReceived,
    ReportClassified,
    DisputeAdmitted,
    ReportRefused,
    RefusalNoticeIssued,
    ReportMoved,
    ReportWithdrawn,
)


# Refusals


class NeverReceived(Unknown):
    say = sentence("No report has come in under this number. Check the number, or register the report first.")


class AlreadyReceived(Refusal):
    say = sentence("Report {code} has been received with other contents. Register a new report instead.")


class AlreadyWithdrawn(Refusal):
    say = sentence(
        "Report {code} was withdrawn by its reporter. Nothing more is decided on it; "
        "register what must be followed all the same as a report of its own."
    )


class AnonymousHasNoReporter(Refusal):
    say = sentence(
        "An anonymous report carries no name and no phone. Leave them out, or file it as confidential: "
        "then they are sealed and opened only for a reason that is recorded."
    )


class ConfidentialNeedsAReporter(Refusal):
    say = sentence("A confidential report hides a name or a phone, and this one has neither. File it as anonymous.")


class ComplaintIsNotMediated(Refusal):
    say = sentence(
        "Report {code} complains of somebody who works here: it goes to the level above and is not mediated. "
        "If there is a dispute between residents as well, register that as a report of its own."
    )


class ObservationHasNoNumber(Refusal):
    say = sentence(
        "An observation is entered as such, by somebody who can be asked, and has no number from outside: nobody could "
        "look a plate or a person up by it. Enter it under observations."
    )


class ObservationIsNotMediated(Refusal):
    say = sentence(
        "Report {code} is an observation: it expires, and is not mediated. If there is a dispute, register that as a "
        "report of its own."
    )


class NotADispute(Refusal):
    say = sentence(
        "This report is classified as {kind}. Only a dispute goes to mediation, and a crime never does: "
        "hand it to the desk that deals with it, or correct the kind first."
    )


class NotYetClassified(Refusal):
    say = sentence("Nobody has confirmed the suggested kind yet. Classify the report, then admit it.")


class AlreadyAdmitted(Refusal):
    say = sentence("Dispute {code} has been admitted to mediation. What follows is decided there.")


class AlreadyRefused(Refusal):
    say = sentence("Report {code} was refused. Register what is new as a report of its own.")


# State


@dataclass(frozen=True, slots=True)
class NotReceived:
    """Nothing has come in yet."""


@dataclass(frozen=True, slots=True)
class Received:
    received: ReportReceived
    kind: Kind | None = None
    """As a person confirmed it; None while it is only suggested."""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    received: ReportReceived
    category: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    received: ReportReceived
    reason: Reason
    other_route: str
    notice: RefusalNoticeIssued | None = None


State: TypeAlias = NotReceived | Received | Admitted | Refused


# Decisions


def decide(command: Command, state: State) -> list[ReportEvent]:
    match command:
        case RegisterReport():
            return register(command, state)
        case ClassifyReport():
            return classify(command, state)
        case AdmitDispute():
            return admit(command, state)
        case RefuseReport():
            return refuse(command, state)
        case RefuseByRule():
            return refuse_by_rule(command, state)
        case MoveReport():
            return move(command, state)
        case WithdrawReport():
            return withdraw(command, state)
        case _:
            assert_never(command)


def register(command: RegisterReport, state: State) -> list[ReportEvent]:
    match state:
        case NotReceived():
            _check_reporter(command)
            _check_observation(command)
            return [
                ReportReceived(
                    report=command.report,
                    code=command.code,
                    channel=command.channel,
                    external_id=command.external_id,
                    station=command.station,
                    place=command.place,
                    subject=command.subject,
                    text=command.text,
                    reporter=command.reporter,
                    occurred_on=command.occurred_on,
                    reported_at=command.reported_at,
                    suggestion=command.suggestion,
                    address=command.address,
                    point=command.point,
                    confidentiality=command.confidentiality,
                    identity=command.identity,
                    filed_by=command.filed_by,
                    about=command.about,
                    level=command.level,
                    public=command.public,
                    category=command.category,
                    filed_under=command.filed_under,
                    received_at=command.now,
                    arrival=command.arrival,
                )
            ]
        case Received(received) | Admitted(received) | Refused(received):
            if (received.channel, received.external_id) == (command.channel, command.external_id):
                return []
            raise AlreadyReceived(code=received.code)
        case _:
            assert_never(state)


def _check_observation(command: RegisterReport) -> None:
    """A volunteer's observation (群众观察) can be found by nothing that was observed."""
    if command.channel == "observation" and (command.external_id != command.report or command.reporter is None):
        raise ObservationHasNoNumber


def _check_reporter(command: RegisterReport) -> None:
    match command.confidentiality:
        case "open":
            pass
        case "confidential":
            if command.reporter is None or command.identity is None:
                raise ConfidentialNeedsAReporter
        case "anonymous":
            if (command.reporter, command.identity, command.filed_by) != (None, None, None):
                raise AnonymousHasNoReporter
        case _:
            assert_never(command.confidentiality)


def classify(command: ClassifyReport, state: State) -> list[ReportEvent]:
    undecided = _undecided(state)
    received = undecided.received
    if undecided.kind == command.kind:
        return []
    return [
        ReportClassified(
            report=received.report,
            code=received.code,
            kind=command.kind,
            suggested=received.suggestion.kind,
            about=received.about,
            level=received.level,
            by=command.by,
            classified_at=command.now,
        )
    ]


def admit(command: AdmitDispute, state: State) -> list[ReportEvent]:
    if isinstance(state, Admitted):
        return []
    undecided = _undecided(state)
    received = undecided.received
    if undecided.kind is None:
        raise NotYetClassified
    if received.about or received.level != "desk":
        raise ComplaintIsNotMediated(code=received.code)
    if received.channel == "observation":
        raise ObservationIsNotMediated(code=received.code)
    if undecided.kind != "dispute":
        raise NotADispute(kind=Code(undecided.kind))
    return [
        DisputeAdmitted(
            report=received.report,
            code=received.code,
            station=received.station,
            place=received.place,
            category=command.category,
            warnings=command.warnings,
            subject=received.subject,
            text=received.text,
            reporter=received.reporter,
            occurred_on=received.occurred_on,
            confidentiality=received.confidentiality,
            by=command.by,
            admitted_at=command.now,
        )
    ]


def refuse(command: RefuseReport, state: State) -> list[ReportEvent]:
    if isinstance(state, Refused) and (state.reason, state.other_route) == (command.reason, command.other_route):
        return []
    received = _undecided(state).received
    return [
        ReportRefused(
            report=received.report,
            code=received.code,
            reason=command.reason,
            other_route=command.other_route,
            by=command.by,
            refused_at=command.now,
        )
    ]


def refuse_by_rule(command: RefuseByRule, state: State) -> list[ReportEvent]:
    if isinstance(state, Refused) and state.notice is not None and state.notice.ground == command.ground:
        return []
    rule = admission.cited(command.ground, command.here, command.on)
    reason = admission.GROUNDS[command.ground].reason
    refusal = RefuseReport(reason=reason, other_route=command.other_route, by=command.by, now=command.now)
    told: list[ReportEvent] = []
    for refused in refuse(refusal, state):
        assert isinstance(refused, ReportRefused), "what a refusal says"
        received = _received(state)
        notice = refusal_notice.compose(received.code, received.station, command.on, rule, command.other_route)
        told += [
            ReportRefused(**{**refused.__dict__, "rule": rule}),
            RefusalNoticeIssued(
                report=received.report,
                code=received.code,
                station=received.station,
                number=notice.number,
                ground=command.ground,
                article=rule.article,
                zh=notice.zh,
                en=notice.en,
                sha256=notice.sha256,
                reporter=received.reporter,
                by=command.by,
                issued_at=command.now,
            ),
        ]
    return told


def move(command: MoveReport, state: State) -> list[ReportEvent]:
    received = _undecided(state).received
    if received.station == command.station:
        return []
    return [
        ReportMoved(
            report=received.report,
            code=received.code,
            from_station=received.station,
            station=command.station,
            by=command.by,
            moved_at=command.now,
        )
    ]


def _undecided(state: State) -> Received:
    """The report while it still waits for a decision; refuses with what was decided."""
    match state:
        case NotReceived():
            raise NeverReceived
        case Admitted(received):
            raise AlreadyAdmitted(code=received.code)
        case Refused(received):
            raise AlreadyRefused(code=received.code)
        case Received(received, withdrawn=True):
            raise AlreadyWithdrawn(code=received.code)
        case Received():
            return state
        case _:
            assert_never(state)


def withdraw(command: WithdrawReport, state: State) -> list[ReportEvent]:
    match state:
        case NotReceived():
            raise NeverReceived
        case Refused(received):
            raise AlreadyRefused(code=received.code)
        case Received(withdrawn=True) | Admitted(withdrawn=True):
            return []
        case Received(received) | Admitted(received):
            return [
                ReportWithdrawn(
                    report=received.report,
                    code=received.code,
                    reason=command.reason,
                    by=command.by,
                    withdrawn_at=command.now,
                )
            ]
        case _:
            assert_never(state)


def evolve(state: State, event: ReportEvent) -> State:
    match event:
        case ReportReceived():
            return Received(event)
        case ReportClassified():
            return Received(_received(state), event.kind)
        case DisputeAdmitted():
            return Admitted(_received(state), event.category)
        case ReportRefused():
            return Refused(_received(state), event.reason, event.other_route)
        case RefusalNoticeIssued():
            assert isinstance(state, Refused), "a notice follows its refusal"
            return Refused(state.received, state.reason, state.other_route, event)
        case ReportMoved(station=station):
            # A copy, so that whatever else came in with it goes along.
            moved = _received(state).model_copy(update={"station": station, "place": Place()})
            return Received(moved, state.kind if isinstance(state, Received) else None)
        case ReportWithdrawn():
            return replace(state, withdrawn=True) if isinstance(state, Received | Admitted) else state
        case _:
            assert_never(event)


def _received(state: State) -> ReportReceived:
    assert not isinstance(state, NotReceived), "every stream of a report begins with its receipt"
    return state.received


report: Final[Decider[Command, State, ReportEvent]] = Decider(NotReceived(), decide, evolve)
