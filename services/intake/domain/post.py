"""A post (岗位): who holds which role, where, from which day to which, with what was entered late or put right.

One stream is one person in one role at one place; each time in it is a term (任期). Two clocks are kept apart: the days
of a term, and when the register learned of them. Nothing is overwritten: a correction is a further revision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from shared.eventsourcing.decider import Code, Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

PostRole: TypeAlias = Literal[
    "station_leader", "community_officer", "auxiliary", "building_head", "unit_head", "volunteer"
]
"""包片所领导、社区民警、社区辅警、楼院长、单元长、治安志愿者."""
EndReason: TypeAlias = Literal["transferred", "own_wish", "term_over", "moved_away", "health", "dismissed", "other"]
"""调离、本人辞任、任期届满、搬离、健康原因、免职、其他."""
CorrectionReason: TypeAlias = Literal["entered_wrongly", "learned_late"]
"""录入有误、事后得知."""

SMALLEST: Final[Mapping[PostRole, Literal["station", "community", "grid"]]] = {
    "station_leader": "station",
    "community_officer": "community",
    "auxiliary": "community",
    "building_head": "grid",
    "unit_head": "grid",
    "volunteer": "grid",
}
"""How near a place must be named for each role; nearer is always allowed."""
LONGEST_AHEAD: Final = timedelta(days=370)


class Place(BaseModel, frozen=True):
    """Where a post is held: a station, or within it a community, a grid, down to one unit."""

    station: str
    community: str | None = None
    grid: str | None = None
    compound: str | None = None
    building: str | None = None
    unit: str | None = None


class Holding(BaseModel, frozen=True):
    """A role held at a place by a person from a day until another, both included; None while it is held."""

    role: PostRole
    place: Place
    person: str
    name: Sealed
    account: str | None = None
    since: date
    until: date | None = None


# Commands


class TakePost(BaseModel, frozen=True):
    """Enter that somebody holds a post (任职), or held it in the past."""

    post: str
    holding: Holding
    now: AwareDatetime


class EndPost(BaseModel, frozen=True):
    """Enter the last day of a term (离任)."""

    term: int
    until: date
    reason: EndReason
    now: AwareDatetime


class CorrectPost(BaseModel, frozen=True):
    """Put a term right (更正): its days, the account or the name."""

    term: int
    since: date
    until: date | None
    account: str | None
    name: Sealed | None = None
    """None leaves it as it is."""
    reason: CorrectionReason
    now: AwareDatetime


class WithdrawPost(BaseModel, frozen=True):
    """Take back a term that never was (撤销误录)."""

    term: int
    now: AwareDatetime


Command: TypeAlias = TakePost | EndPost | CorrectPost | WithdrawPost
COMMANDS: Final[tuple[type[BaseModel], ...]] = (TakePost, EndPost, CorrectPost, WithdrawPost)


# Events: each holds the term as it stands from then on


class PostTaken(Event, frozen=True):
    """A post was taken (已任职)."""

    stored_as: ClassVar[str] = "post-taken"
    post: str
    term: int
    revision: int
    holding: Holding
    taken_at: AwareDatetime


class PostEnded(Event, frozen=True):
    """A term has this last day (已离任)."""

    stored_as: ClassVar[str] = "post-ended"
    post: str
    term: int
    revision: int
    holding: Holding
    reason: EndReason
    ended_at: AwareDatetime


class PostCorrected(Event, frozen=True):
    """A term was put right (已更正)."""

    stored_as: ClassVar[str] = "post-corrected"
    post: str
    term: int
    revision: int
    holding: Holding
    reason: CorrectionReason
    corrected_at: AwareDatetime


class PostWithdrawn(Event, frozen=True):
    """A term was taken back: it never was (误录已撤销)."""

    stored_as: ClassVar[str] = "post-withdrawn"
    post: str
    term: int
    revision: int
    holding: Holding
    withdrawn_at: AwareDatetime


PostEvent: TypeAlias = PostTaken | PostEnded | PostCorrected | PostWithdrawn
EVENTS: Final[tuple[type[PostEvent], ...]] = (PostTaken, PostEnded, PostCorrected, PostWithdrawn)


# Refusals


class NoSuchPost(Unknown):
    say = sentence("The register knows no such post. Look for it in its community.")


class NoSuchTerm(Refusal):
    say = sentence("This post has no term {term}. Its terms are {known}.")


class TermBackwards(Refusal):
    say = sentence("The term would end before it begins: {since} to {until}. Exchange the two days.")


class TermsOverlap(Refusal):
    say = sentence("This person holds this post already from {since} to {until}. Correct that term instead.")


class AlreadyEnded(Refusal):
    say = sentence("This term has ended with {until}. If that is wrong, correct it.")


class TooFarAhead(Refusal):
    say = sentence("{since} lies more than a year ahead. Check the year.")


class OnlyByRecruitment(Refusal):
    say = sentence(
        "Building heads, unit heads and volunteers take up duty one by one, with consent, training and insurance: "
        "enter them as volunteers. Only a term that is over is entered here."
    )


class PlaceTooWide(Refusal):
    say = sentence("A post of this role is held in a {smallest} or nearer. Name it.")


# State


@dataclass(frozen=True, slots=True)
class Term:
    holding: Holding
    revision: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    post: str
    terms: Mapping[int, Term] = field(default_factory=dict)


State: TypeAlias = Terms


# Decisions


def decide(command: Command, state: State) -> list[PostEvent]:
    if isinstance(command, TakePost):
        return take(command, state)
    if not state.terms:
        raise NoSuchPost
    if command.term not in state.terms:
        raise NoSuchTerm(term=command.term, known=", ".join(map(str, state.terms)))
    term = state.terms[command.term]
    match command:
        case EndPost():
            return end(command, term, state)
        case CorrectPost():
            return correct(command, term, state)
        case WithdrawPost():
            return withdraw(command, term, state)
        case _:
            assert_never(command)


def take(command: TakePost, state: State) -> list[PostEvent]:
    holding = command.holding
    smallest = SMALLEST[holding.role]
    if getattr(holding.place, smallest) is None:
        raise PlaceTooWide(smallest=Code(smallest))
    _check_recruited(holding.role, holding.until, command.now.date())
    _check_days(holding.since, holding.until, command.now.date())
    for term in state.terms.values():
        same = (holding.since, holding.until) == (term.holding.since, term.holding.until)
        if same and not term.withdrawn:
            return []
    _check_others(holding.since, holding.until, state.terms.values())
    number = max(state.terms, default=0) + 1
    return [PostTaken(post=command.post, term=number, revision=1, holding=holding, taken_at=command.now)]


def end(command: EndPost, term: Term, state: State) -> list[PostEvent]:
    holding = term.holding
    if term.withdrawn:
        raise NoSuchTerm(term=command.term, known=_known(state))
    if holding.until == command.until:
        return []
    if holding.until is not None:
        raise AlreadyEnded(until=holding.until)
    if command.until < holding.since:
        raise TermBackwards(since=holding.since, until=command.until)
    ended = _changed(holding, until=command.until)
    return [
        PostEnded(
            post=state.post,
            term=command.term,
            revision=term.revision + 1,
            holding=ended,
            reason=command.reason,
            ended_at=command.now,
        )
    ]


def correct(command: CorrectPost, term: Term, state: State) -> list[PostEvent]:
    if term.withdrawn:
        raise NoSuchTerm(term=command.term, known=_known(state))
    right = _changed(
        term.holding,
        since=command.since,
        until=command.until,
        account=command.account,
        name=command.name or term.holding.name,
    )
    if right == term.holding:
        return []
    _check_recruited(right.role, right.until, command.now.date())
    _check_days(command.since, command.until, command.now.date())
    _check_others(
        command.since, command.until, (each for number, each in state.terms.items() if number != command.term)
    )
    return [
        PostCorrected(
            post=state.post,
            term=command.term,
            revision=term.revision + 1,
            holding=right,
            reason=command.reason,
            corrected_at=command.now,
        )
    ]


def withdraw(command: WithdrawPost, term: Term, state: State) -> list[PostEvent]:
    if term.withdrawn:
        return []
    return [
        PostWithdrawn(
            post=state.post,
            term=command.term,
            revision=term.revision + 1,
            holding=term.holding,
            withdrawn_at=command.now,
        )
    ]


def _changed(holding: Holding, **fields: object) -> Holding:
    return Holding(**{**{name: getattr(holding, name) for name in Holding.model_fields}, **fields})


def _known(state: State) -> str:
    return ", ".join(str(number) for number, term in state.terms.items() if not term.withdrawn) or "-"


def _check_recruited(role: PostRole, until: date | None, today: date) -> None:
    """Nobody is on duty in a squad by an entry alone (志愿服务条例 Articles 17 and 25; see `volunteer`)."""
    if SMALLEST[role] == "grid" and (until is None or until > today):
        raise OnlyByRecruitment


def _check_days(since: date, until: date | None, today: date) -> None:
    if until is not None and until < since:
        raise TermBackwards(since=since, until=until)
    if since > today + LONGEST_AHEAD:
        raise TooFarAhead(since=since)


def _check_others(since: date, until: date | None, others: Iterable[Term]) -> None:
    for other in others:
        held = other.holding
        apart = (until is not None and until < held.since) or (held.until is not None and held.until < since)
        if not other.withdrawn and not apart:
            raise TermsOverlap(since=held.since, until=held.until or "…")


def evolve(state: State, event: PostEvent) -> State:
    match event:
        case PostTaken() | PostEnded() | PostCorrected():
            term = Term(event.holding, event.revision)
        case PostWithdrawn():
            term = Term(event.holding, event.revision, withdrawn=True)
        case _:
            assert_never(event)
    return replace(state, post=event.post, terms={**state.terms, event.term: term})


post: Final[Decider[Command, State, PostEvent]] = Decider(Terms(""), decide, evolve)
