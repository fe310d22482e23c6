"""A member of a grid's squad 群防群治队员, won one by one: found, talked to, vouched for, willing, ready, on duty.

The law is the rule `volunteer-service` (志愿服务条例, 2017): unpaid and of free will, trained, insured before danger,
truly recorded, certified free of charge, nobody ordered to it, data only with consent. So nobody is on duty without
consent, training and insurance, and a consent that is taken back stands its giver down at once, whatever else is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.community import VolunteerRole
from shared.eventsourcing.decider import Code, Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.legal_time import day_of
from shared.law.rules import rule

OriginKind: TypeAlias = Literal["dispute", "visit", "report", "recommended", "own_offer", "roster"]
"""纠纷调解中发现、走访中发现、报告中发现、他人推荐、自己报名、原有名册."""
VoucherKind: TypeAlias = Literal["police", "auxiliary", "cadre", "head", "resident"]
"""民警、辅警、社区干部、楼院长或单元长、居民."""
ConsentForm: TypeAlias = Literal["written", "electronic", "spoken", "earlier"]
"""书面、电子、口头、入册时已同意."""
Subject: TypeAlias = Literal["safety", "mediation", "anti_fraud", "fire", "first_aid", "law"]
"""安全防范、调解、反诈、消防、急救、法律常识."""
StandDownReason: TypeAlias = Literal["own_wish", "moved_away", "health", "unsuited", "team_dissolved", "deceased"]
"""本人意愿、搬离、健康原因、不适合、队伍撤销、去世."""
ServiceKind: TypeAlias = Literal["patrol", "visit", "mediation", "teaching", "check", "guard", "other"]
"""巡防、走访、调解、宣传、检查、值守、其他."""
Missing: TypeAlias = Literal["consent", "training", "insurance"]
Standing: TypeAlias = Literal["found", "talked", "vouched", "consented", "active", "stood_down"]
"""发现、谈过、已推荐、已同意、在岗、已退出."""

LAW: Final = "volunteer-service"
LONGEST_SERVICE: Final = timedelta(hours=24)


class Origin(BaseModel, frozen=True):
    """Where somebody was found (发现途径): in which dispute, visit or report, by its id; or how else."""

    kind: OriginKind
    id: str | None = None


class Place(BaseModel, frozen=True):
    """Where somebody serves: a grid, and for a head the compound, building and unit."""

    grid: str
    compound: str | None = None
    building: str | None = None
    unit: str | None = None


class Voucher(BaseModel, frozen=True):
    """Who vouches (推荐人): one of the five kinds of people who know the person, and the name."""

    kind: VoucherKind
    person: str
    name: Sealed


class Insurance(BaseModel, frozen=True):
    """Insurance against accidents (人身意外伤害保险) from one day to another."""

    insurer: str
    policy: Sealed | None = None
    first_day: date
    last_day: date


class Service(BaseModel, frozen=True):
    """What was done, where, from when to when (服务记录); the words are sealed."""

    kind: ServiceKind
    what: Sealed
    where: Sealed
    began_at: AwareDatetime
    ended_at: AwareDatetime

    @property
    def minutes(self) -> int:
        return int((self.ended_at - self.began_at).total_seconds()) // 60


# Commands


class FindVolunteer(BaseModel, frozen=True):
    """Write down that somebody may be won for a squad (发现)."""

    volunteer: str
    name: Sealed
    role: VolunteerRole
    station: str
    community: str
    place: Place
    origin: Origin
    account: str | None = None
    on: date
    by: str
    now: AwareDatetime


class PlaceVolunteer(BaseModel, frozen=True):
    """Give somebody another role or place (调整岗位)."""

    role: VolunteerRole
    place: Place
    by: str
    now: AwareDatetime


class TalkWithVolunteer(BaseModel, frozen=True):
    """Talk with them about it (谈过)."""

    on: date
    by: str
    now: AwareDatetime


class VouchForVolunteer(BaseModel, frozen=True):
    """Vouch for them (推荐)."""

    voucher: Voucher
    on: date
    by: str
    now: AwareDatetime


class RecordConsent(BaseModel, frozen=True):
    """Keep that they agreed to serve, and to their data being kept for it (同意)."""

    form: ConsentForm
    on: date
    by: str
    now: AwareDatetime


class WithdrawConsent(BaseModel, frozen=True):
    """Take the consent back (撤回同意). No reason is asked."""

    by: str
    now: AwareDatetime


class RecordTraining(BaseModel, frozen=True):
    """Keep what they were trained in (培训)."""

    subject: Subject
    on: date
    by: str
    now: AwareDatetime


class RecordInsurance(BaseModel, frozen=True):
    """Keep that they are insured (投保)."""

    insurance: Insurance
    by: str
    now: AwareDatetime


class PutOnDuty(BaseModel, frozen=True):
    """Put them on duty (上岗)."""

    on: date
    by: str
    now: AwareDatetime


class StandDown(BaseModel, frozen=True):
    """End their duty (退出)."""

    reason: StandDownReason
    on: date
    by: str
    now: AwareDatetime


class RecordService(BaseModel, frozen=True):
    """Keep hours of service (服务时长), confirmed by somebody else."""

    record: str
    service: Service
    by: str
    now: AwareDatetime


class CorrectService(BaseModel, frozen=True):
    """Correct a record of service, with the reason (更正)."""

    record: str
    service: Service
    reason: Sealed
    by: str
    now: AwareDatetime


class StrikeService(BaseModel, frozen=True):
    """Strike a record that does not stand for anything that was done, with the reason (作废)."""

    record: str
    reason: Sealed
    by: str
    now: AwareDatetime


Step: TypeAlias = (
    FindVolunteer
    | PlaceVolunteer
    | TalkWithVolunteer
    | VouchForVolunteer
    | RecordConsent
    | WithdrawConsent
    | RecordTraining
    | RecordInsurance
    | PutOnDuty
    | StandDown
    | RecordService
    | CorrectService
    | StrikeService
)


class TakeSteps(BaseModel, frozen=True):
    """Take several steps with somebody as one: all of them, or none (成批登记)."""

    steps: tuple[Step, ...]


Command: TypeAlias = Step | TakeSteps
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    FindVolunteer,
    PlaceVolunteer,
    TalkWithVolunteer,
    VouchForVolunteer,
    RecordConsent,
    WithdrawConsent,
    RecordTraining,
    RecordInsurance,
    PutOnDuty,
    StandDown,
    RecordService,
    CorrectService,
    StrikeService,
    TakeSteps,
)


# Events


class VolunteerFound(Event, frozen=True):
    """Somebody may be won for a squad (已发现)."""

    stored_as: ClassVar[str] = "volunteer-found"
    volunteer: str
    name: Sealed
    role: VolunteerRole
    station: str
    community: str
    place: Place
    origin: Origin
    account: str | None = None
    on: date
    by: str
    found_at: AwareDatetime


class VolunteerPlaced(Event, frozen=True):
    """They have another role or place (岗位已调整)."""

    stored_as: ClassVar[str] = "volunteer-placed"
    volunteer: str
    role: VolunteerRole
    place: Place
    by: str
    placed_at: AwareDatetime


class VolunteerTalkedWith(Event, frozen=True):
    """They were talked with (已谈话)."""

    stored_as: ClassVar[str] = "volunteer-talked-with"
    volunteer: str
    on: date
    by: str
    talked_at: AwareDatetime


class VolunteerVouchedFor(Event, frozen=True):
    """Somebody vouches for them (已推荐)."""

    stored_as: ClassVar[str] = "volunteer-vouched-for"
    volunteer: str
    voucher: Voucher
    on: date
    by: str
    vouched_at: AwareDatetime


class VolunteerConsented(Event, frozen=True):
    """They agreed (已同意)."""

    stored_as: ClassVar[str] = "volunteer-consented"
    volunteer: str
    form: ConsentForm
    on: date
    by: str
    consented_at: AwareDatetime


class VolunteerConsentWithdrawn(Event, frozen=True):
    """They took their consent back (已撤回同意)."""

    stored_as: ClassVar[str] = "volunteer-consent-withdrawn"
    volunteer: str
    by: str
    withdrawn_at: AwareDatetime


class VolunteerTrained(Event, frozen=True):
    """They were trained (已培训)."""

    stored_as: ClassVar[str] = "volunteer-trained"
    volunteer: str
    subject: Subject
    on: date
    by: str
    trained_at: AwareDatetime


class VolunteerInsured(Event, frozen=True):
    """They are insured (已投保)."""

    stored_as: ClassVar[str] = "volunteer-insured"
    volunteer: str
    insurance: Insurance
    by: str
    insured_at: AwareDatetime


class VolunteerOnDuty(Event, frozen=True):
    """They are on duty (已上岗)."""

    stored_as: ClassVar[str] = "volunteer-on-duty"
    volunteer: str
    on: date
    by: str
    began_at: AwareDatetime


class VolunteerStoodDown(Event, frozen=True):
    """They are no longer on duty (已退出)."""

    stored_as: ClassVar[str] = "volunteer-stood-down"
    volunteer: str
    reason: StandDownReason | Literal["consent_withdrawn"]
    on: date
    by: str
    stood_down_at: AwareDatetime


class ServiceRecorded(Event, frozen=True):
    """Hours of service (服务已记录)."""

    stored_as: ClassVar[str] = "service-recorded"
    volunteer: str
    record: str
    grid: str
    service: Service
    by: str
    recorded_at: AwareDatetime


class ServiceCorrected(Event, frozen=True):
    """A record of service was wrong, and is right now (服务记录已更正)."""

    stored_as: ClassVar[str] = "service-corrected"
    volunteer: str
    record: str
    service: Service
    reason: Sealed
    by: str
    corrected_at: AwareDatetime


class ServiceStruck(Event, frozen=True):
    """A record of service no longer counts (服务记录已作废)."""

    stored_as: ClassVar[str] = "service-struck"
    volunteer: str
    record: str
    reason: Sealed
    by: str
    struck_at: AwareDatetime


VolunteerEvent: TypeAlias = (
    VolunteerFound
    | VolunteerPlaced
    | VolunteerTalkedWith
    | VolunteerVouchedFor
    | VolunteerConsented
    | VolunteerConsentWithdrawn
    | VolunteerTrained
    | VolunteerInsured
    | VolunteerOnDuty
    | VolunteerStoodDown
    | ServiceRecorded
    | ServiceCorrected
    | ServiceStruck
)
EVENTS: Final[tuple[type[VolunteerEvent], ...]] = (
    VolunteerFound,
    VolunteerPlaced,
    VolunteerTalkedWith,
    VolunteerVouchedFor,
    VolunteerConsented,
    VolunteerConsentWithdrawn,
    VolunteerTrained,
    VolunteerInsured,
    VolunteerOnDuty,
    VolunteerStoodDown,
    ServiceRecorded,
    ServiceCorrected,
    ServiceStruck,
)


# Refusals


class NoSuchVolunteer(Unknown):
    say = sentence("Nobody is written down here under this number. Look for the person in the list of volunteers.")


class VolunteerKnown(Refusal):
    say = sentence("This person is written down already. Change that entry instead.")


class NotTalkedWith(Refusal):
    say = sentence("Nobody has talked with them yet. Enter the talk first: members are won one by one.")


class NobodyVouches(Refusal):
    say = sentence(
        "Nobody vouches for them yet. Enter who does: police, auxiliary, cadre, a head of the house, or a resident."
    )


class NoConsent(Refusal):
    say = sentence("They have not agreed to serve. Ask them, and enter the consent first; their no costs them nothing.")


class NotReadyForDuty(Refusal):
    say = sentence(
        "Not ready for duty, for want of this: {missing}. Enter it first. Volunteers are willing, trained and insured "
        "before they serve ({law})."
    )


class NeverOnDuty(Refusal):
    say = sentence("They were not on duty at that time. Enter when they took up their duty first, or correct the time.")


class InsuranceBackwards(Refusal):
    say = sentence("The insurance ends before it begins: {first_day} to {last_day}. Exchange the two days.")


class NotYet(Refusal):
    say = sentence("This lies in the future: {day}. Enter it once it has happened.")


class ImpossibleService(Refusal):
    say = sentence(
        "One record lasts from a minute to 24 hours. Check when it began and ended, or enter each day apart."
    )


class ServiceOverlaps(Refusal):
    say = sentence("They served elsewhere at that time: {began_at} to {ended_at}. Correct one of the two records.")


class NoSuchService(Refusal):
    say = sentence("There is no such record of service, or it was struck. Take one from their list.")


class OwnHours(Refusal):
    say = sentence("Nobody confirms their own hours. Ask the community officer to enter them.")


# State


@dataclass(frozen=True, slots=True)
class Nobody:
    """Not written down."""


@dataclass(frozen=True, slots=True)
class Volunteer:
    volunteer: str
    role: VolunteerRole
    station: str
    community: str
    place: Place
    origin: Origin
    account: str | None
    talked: bool = False
    vouchers: Mapping[str, VoucherKind] = field(default_factory=dict)
    consent: ConsentForm | None = None
    trained: frozenset[tuple[Subject, date]] = frozenset()
    insurances: tuple[Insurance, ...] = ()
    duties: tuple[tuple[date, date | None], ...] = ()
    """From which day to which day; the last one is open while they are on duty."""
    over: bool = False
    """They said no, or stood down; asking them again begins anew."""
    services: Mapping[str, Service] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()

    @property
    def on_duty(self) -> bool:
        return bool(self.duties) and self.duties[-1][1] is None

    def missing(self, on: date) -> tuple[Missing, ...]:
        """What stands between them and duty on that day."""
        insured = any(each.first_day <= on <= each.last_day for each in self.insurances)
        trained = any(day <= on for _, day in self.trained)
        wanted: tuple[tuple[Missing, bool], ...] = (
            ("consent", self.consent is not None),
            ("training", trained),
            ("insurance", insured),
        )
        return tuple(name for name, there in wanted if not there)


State: TypeAlias = Nobody | Volunteer


# Decisions


def decide(command: Command, state: State) -> list[VolunteerEvent]:
    if not isinstance(command, TakeSteps):
        return take(command, state)
    events: list[VolunteerEvent] = []
    for step in command.steps:
        decided = take(step, state)
        for event in decided:
            state = evolve(state, event)
        events += decided
    return events


def take(command: Step, state: State) -> list[VolunteerEvent]:
    if isinstance(command, FindVolunteer):
        return find(command, state)
    if isinstance(state, Nobody):
        raise NoSuchVolunteer
    match command:
        case PlaceVolunteer():
            return place(command, state)
        case TalkWithVolunteer():
            return talk(command, state)
        case VouchForVolunteer():
            return vouch(command, state)
        case RecordConsent():
            return consent(command, state)
        case WithdrawConsent():
            return withdraw(command, state)
        case RecordTraining():
            return train(command, state)
        case RecordInsurance():
            return insure(command, state)
        case PutOnDuty():
            return put_on_duty(command, state)
        case StandDown():
            return stand_down(command, state)
        case RecordService():
            return record_service(command, state)
        case CorrectService():
            return correct_service(command, state)
        case StrikeService():
            return strike_service(command, state)
        case _:
            assert_never(command)


def find(command: FindVolunteer, state: State) -> list[VolunteerEvent]:
    match state:
        case Nobody():
            _past(command.on, command.now)
            told = command.model_dump(exclude={"now"})
            return [VolunteerFound.model_validate({**told, "found_at": command.now})]
        case Volunteer():
            if (command.role, command.community, command.place) == (state.role, state.community, state.place):
                return []
            raise VolunteerKnown
        case _:
            assert_never(state)


def place(command: PlaceVolunteer, state: Volunteer) -> list[VolunteerEvent]:
    if (command.role, command.place) == (state.role, state.place):
        return []
    return [
        VolunteerPlaced(
            volunteer=state.volunteer, role=command.role, place=command.place, by=command.by, placed_at=command.now
        )
    ]


def talk(command: TalkWithVolunteer, state: Volunteer) -> list[VolunteerEvent]:
    if state.talked and not state.over:
        return []
    _past(command.on, command.now)
    return [VolunteerTalkedWith(volunteer=state.volunteer, on=command.on, by=command.by, talked_at=command.now)]


def vouch(command: VouchForVolunteer, state: Volunteer) -> list[VolunteerEvent]:
    if command.voucher.person in state.vouchers:
        return []
    if not state.talked:
        raise NotTalkedWith
    _past(command.on, command.now)
    return [
        VolunteerVouchedFor(
            volunteer=state.volunteer, voucher=command.voucher, on=command.on, by=command.by, vouched_at=command.now
        )
    ]


def consent(command: RecordConsent, state: Volunteer) -> list[VolunteerEvent]:
    """Who came over from a roster was won before it was kept how; everybody else is vouched for first."""
    if state.consent is not None:
        return []
    if state.origin.kind != "roster" and not state.vouchers:
        raise NobodyVouches
    _past(command.on, command.now)
    return [
        VolunteerConsented(
            volunteer=state.volunteer, form=command.form, on=command.on, by=command.by, consented_at=command.now
        )
    ]


def withdraw(command: WithdrawConsent, state: Volunteer) -> list[VolunteerEvent]:
    """Never refused: a volunteer's no is free of cost."""
    if state.consent is None:
        return []
    return [
        VolunteerConsentWithdrawn(volunteer=state.volunteer, by=command.by, withdrawn_at=command.now),
        VolunteerStoodDown(
            volunteer=state.volunteer,
            reason="consent_withdrawn",
            on=day_of(command.now),
            by=command.by,
            stood_down_at=command.now,
        ),
    ]


def train(command: RecordTraining, state: Volunteer) -> list[VolunteerEvent]:
    if (command.subject, command.on) in state.trained:
        return []
    if state.consent is None:
        raise NoConsent
    _past(command.on, command.now)
    return [
        VolunteerTrained(
            volunteer=state.volunteer, subject=command.subject, on=command.on, by=command.by, trained_at=command.now
        )
    ]


def insure(command: RecordInsurance, state: Volunteer) -> list[VolunteerEvent]:
    asked = command.insurance
    if any(_same_cover(asked, known) for known in state.insurances):
        return []
    if state.consent is None:
        raise NoConsent
    if asked.last_day < asked.first_day:
        raise InsuranceBackwards(first_day=asked.first_day, last_day=asked.last_day)
    return [VolunteerInsured(volunteer=state.volunteer, insurance=asked, by=command.by, insured_at=command.now)]


def put_on_duty(command: PutOnDuty, state: Volunteer) -> list[VolunteerEvent]:
    if state.on_duty:
        return []
    _past(command.on, command.now)
    missing = state.missing(command.on)
    if missing:
        raise NotReadyForDuty(missing=Code(missing[0]), law=rule(LAW, on=day_of(command.now)).article)
    return [VolunteerOnDuty(volunteer=state.volunteer, on=command.on, by=command.by, began_at=command.now)]


def stand_down(command: StandDown, state: Volunteer) -> list[VolunteerEvent]:
    """Also for who was never on duty: a no, at any time, is an end."""
    if state.over:
        return []
    _past(command.on, command.now)
    return [
        VolunteerStoodDown(
            volunteer=state.volunteer,
            reason=command.reason,
            on=max(command.on, state.duties[-1][0]) if state.on_duty else command.on,
            by=command.by,
            stood_down_at=command.now,
        )
    ]


def record_service(command: RecordService, state: Volunteer) -> list[VolunteerEvent]:
    if command.record in state.services or command.record in state.struck:
        return []
    _confirmable(command.by, command.record, command.service, command.now, state)
    return [
        ServiceRecorded(
            volunteer=state.volunteer,
            record=command.record,
            grid=state.place.grid,
            service=command.service,
            by=command.by,
            recorded_at=command.now,
        )
    ]


def correct_service(command: CorrectService, state: Volunteer) -> list[VolunteerEvent]:
    if command.record not in state.services:
        raise NoSuchService
    if state.services[command.record] == command.service:
        return []
    _confirmable(command.by, command.record, command.service, command.now, state)
    return [
        ServiceCorrected(
            volunteer=state.volunteer,
            record=command.record,
            service=command.service,
            reason=command.reason,
            by=command.by,
            corrected_at=command.now,
        )
    ]


def strike_service(command: StrikeService, state: Volunteer) -> list[VolunteerEvent]:
    if command.record in state.struck:
        return []
    if command.record not in state.services:
        raise NoSuchService
    if state.account is not None and command.by == state.account:
        raise OwnHours
    return [
        ServiceStruck(
            volunteer=state.volunteer,
            record=command.record,
            reason=command.reason,
            by=command.by,
            struck_at=command.now,
        )
    ]


def _confirmable(by: str, record: str, service: Service, now: datetime, state: Volunteer) -> None:
    """A record is true: confirmed by another, within a duty, once, and over."""
    if state.account is not None and by == state.account:
        raise OwnHours
    if not timedelta(minutes=1) <= service.ended_at - service.began_at <= LONGEST_SERVICE:
        raise ImpossibleService
    if service.ended_at > now:
        raise NotYet(day=day_of(service.ended_at))
    first, last = day_of(service.began_at), day_of(service.ended_at)
    if not any(began <= first and (ended is None or last <= ended) for began, ended in state.duties):
        raise NeverOnDuty
    for other, known in state.services.items():
        if other != record and known.began_at < service.ended_at and service.began_at < known.ended_at:
            raise ServiceOverlaps(began_at=known.began_at.isoformat(), ended_at=known.ended_at.isoformat())


def _same_cover(one: Insurance, other: Insurance) -> bool:
    return (one.insurer, one.first_day, one.last_day) == (other.insurer, other.first_day, other.last_day)


def _past(day: date, now: datetime) -> None:
    if day > day_of(now):
        raise NotYet(day=day)


def evolve(state: State, event: VolunteerEvent) -> State:
    if isinstance(event, VolunteerFound):
        return Volunteer(
            event.volunteer, event.role, event.station, event.community, event.place, event.origin, event.account
        )
    assert isinstance(state, Volunteer), "every stream of a volunteer begins with being found"
    match event:
        case VolunteerPlaced():
            return replace(state, role=event.role, place=event.place)
        case VolunteerTalkedWith():
            return replace(state, talked=True, over=False)
        case VolunteerVouchedFor():
            return replace(state, vouchers={**state.vouchers, event.voucher.person: event.voucher.kind})
        case VolunteerConsented():
            return replace(state, consent=event.form, over=False)
        case VolunteerConsentWithdrawn():
            return replace(state, consent=None)
        case VolunteerTrained():
            return replace(state, trained=state.trained | {(event.subject, event.on)})
        case VolunteerInsured():
            return replace(state, insurances=(*state.insurances, event.insurance))
        case VolunteerOnDuty():
            return replace(state, duties=(*state.duties, (event.on, None)), over=False)
        case VolunteerStoodDown():
            return replace(state, duties=_ended(state.duties, event.on), over=True)
        case ServiceRecorded() | ServiceCorrected():
            return replace(state, services={**state.services, event.record: event.service})
        case ServiceStruck():
            kept = {record: service for record, service in state.services.items() if record != event.record}
            return replace(state, services=kept, struck=state.struck | {event.record})
        case _:
            assert_never(event)


def _ended(duties: tuple[tuple[date, date | None], ...], on: date) -> tuple[tuple[date, date | None], ...]:
    return tuple((began, on if ended is None else ended) for began, ended in duties)


volunteer: Final[Decider[Command, State, VolunteerEvent]] = Decider(Nobody(), decide, evolve)
