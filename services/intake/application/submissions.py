"""A report on its way in: from what a channel brings, in clear, to a command with sealed values and a suggestion."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Self, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, model_validator

from services.intake.domain import complaint, report, triage
from services.intake.domain.arrival import Arrival
from services.intake.domain.report import (
    CategorySuggestion,
    Channel,
    Confidentiality,
    Consent,
    FiledBy,
    FiledUnder,
    Identity,
    Level,
    Place,
    Point,
    RegisterReport,
    Relation,
    Reporter,
    Suggestion,
)
from services.intake.domain.triage_categories import suggest_category
from shared.categories import DEFAULT_SCHEME
from shared.contracts import vocabulary
from shared.contracts.reports import ReportSubmitted
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.decider import sentence
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.sealing import Vault
from shared.law.legal_time import SHANGHAI

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_YEARS: Final = range(1900, 2200)


def _clean(value: Any) -> Any:
    """Control characters carry nothing that a person wrote, and databases refuse some of them."""
    if not isinstance(value, str):
        return value
    return _CONTROLS.sub("", value)


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError(sentence("This must not be blank."))
    return value


def _mark(value: str) -> str:
    if value.startswith(complaint.POST) and value not in complaint.POSTS:
        raise ValueError(sentence("No post of this name can be complained of."))
    return value


def _within_reach(value: datetime) -> datetime:
    if value.year not in _YEARS:
        raise ValueError(sentence("This time lies too far from today."))
    return value


Text: TypeAlias = Annotated[str, BeforeValidator(_clean)]
"""What people write, without the control characters."""
Line: TypeAlias = Annotated[Text, AfterValidator(_said)]
"""The same, and something must be said."""
Code: TypeAlias = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A name by which the register, or another system, knows a thing."""
Moment: TypeAlias = Annotated[AwareDatetime, AfterValidator(_within_reach)]


class Where(BaseModel, frozen=True, extra="forbid"):
    """A place as it comes from outside."""

    community: Code | None = None
    grid: Code | None = None
    compound: Code | None = None

    def place(self) -> Place:
        return Place(community=self.community, grid=self.grid, compound=self.compound)


Complained: TypeAlias = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f|]+$"), AfterValidator(_mark)]
"""Whom a report complains of: an account's id, or `post:ROLE`."""


class Helper(BaseModel, frozen=True, extra="forbid"):
    """Who files for somebody else (代办人), in clear; how the person agreed must be said."""

    relation: Relation
    consent: Consent
    name: Text | None = Field(default=None, max_length=100)
    phone: Text | None = Field(default=None, max_length=40)


class SourceCategory(BaseModel, frozen=True, extra="forbid"):
    """The category under which the source has filed it."""

    map: Code = Field(description="the map of the source's categories, as it stands under /categories")
    code: Line = Field(max_length=300, description="the source's code, or its levels, parted by `/`")


class Circumstances(BaseModel):
    """What a report may say besides who, what and when."""

    address: Text | None = Field(default=None, max_length=300, description="where it happened, in words")
    point: Point | None = Field(default=None, description="where it happened, WGS-84")
    confidentiality: Confidentiality = Field(
        default="open",
        description="confidential: name and phone are opened for a recorded reason only; anonymous: there are none",
    )
    filed_by: Helper | None = Field(default=None, description="who files it for the person named as the reporter")
    about: tuple[Complained, ...] = Field(
        default=(),
        max_length=20,
        description="whom it complains of, who will neither get nor see it: ids of accounts, or `post:ROLE`",
    )
    public: bool = Field(default=False, description="the subject and the place may be shown to everybody")
    source_category: SourceCategory | None = Field(
        default=None, description="the category under which the source has filed it; kept beside ours"
    )


def known_reporter(confidentiality: Confidentiality, *, is_named: bool, is_helped: bool) -> None:
    """An anonymous report has no reporter, a confidential one has one to hide."""
    if confidentiality == "anonymous" and (is_named or is_helped):
        raise ValueError(
            sentence("An anonymous report carries no name and no phone: leave them out, or file it as confidential.")
        )
    if confidentiality == "confidential" and not is_named:
        raise ValueError(
            sentence("A confidential report needs a name or a phone to hide: give one, or file it as anonymous.")
        )


class Draft(Circumstances, frozen=True):
    """What a channel brings, in clear; it is never stored like this."""

    report: str
    channel: Channel
    external_id: Line = Field(max_length=120)
    subject: Line = Field(max_length=500)
    text: Text = Field(default="", max_length=200_000)
    reported_at: Moment
    station: Code
    where: Where = Where()
    reporter_name: Text | None = Field(default=None, max_length=100)
    reporter_phone: Text | None = Field(default=None, max_length=40)
    occurred_on: date | None = None
    level: Level = "desk"
    arrival: Arrival | None = None

    @model_validator(mode="after")
    def _reporter_is_as_said(self) -> Self:
        known_reporter(self.confidentiality, is_named=self.is_named, is_helped=self.filed_by is not None)
        return self

    @property
    def helper(self) -> str:
        """The id of who files it for the reporter: of this report only."""
        return derived_id("helper", self.report)

    @property
    def identity(self) -> str:
        """The key of a confidential report's names and phones."""
        return f"identity-{self.report}"

    @property
    def persons(self) -> tuple[str, ...]:
        """Whose erasure takes the report's words along."""
        return (*((self.person,) if self.has_reporter else ()), *((self.helper,) if self.filed_by else ()))

    @property
    def person(self) -> str:
        """The reporter's id: of this report only, for nobody is followed from report to report."""
        return derived_id("person", self.report)

    @property
    def has_reporter(self) -> bool:
        """Of an observation even without a name: what is written about it later goes with its words."""
        return self.is_named or self.channel == "observation"

    @property
    def is_named(self) -> bool:
        return bool(self.reporter_name or self.reporter_phone)


class SealedReport(BaseModel, frozen=True):
    """A report with its personal values sealed and its triage done."""

    report: str
    channel: Channel
    external_id: str
    subject: Sealed
    text: Sealed
    reporter: Reporter | None
    reported_at: AwareDatetime
    station: str
    place: Place
    occurred_on: date | None
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
    """As the source says; what the map makes of it is asked when the report is registered."""


class SealedSubmission(SealedReport, frozen=True):
    """A submission from outside as it is stored on receipt; its channel is one of the published language."""

    channel: vocabulary.Channel


def draft_of(submitted: ReportSubmitted, report_id: str, station: str) -> Draft:
    return Draft(
        report=report_id,
        channel=submitted.channel,
        external_id=submitted.external_id,
        subject=submitted.subject_line,
        text=submitted.text,
        reported_at=submitted.reported_at,
        station=submitted.station or station,
        where=Where(community=submitted.community, grid=submitted.grid, compound=submitted.compound),
        reporter_name=submitted.reporter_name,
        reporter_phone=submitted.reporter_phone,
        address=submitted.address,
        point=point_of(submitted.longitude, submitted.latitude),
        confidentiality=submitted.confidentiality,
        about=tuple(complaint.POST + role for role in submitted.complained_of),
        level=complaint.level((complaint.POST + role for role in submitted.complained_of), {}),
        source_category=None
        if submitted.category_map is None or submitted.source_category is None
        else SourceCategory(map=submitted.category_map, code=submitted.source_category),
    )


def point_of(longitude: float | None, latitude: float | None) -> Point | None:
    return None if longitude is None or latitude is None else Point(longitude=longitude, latitude=latitude)


async def seal(drafts: Sequence[Draft], vault: Vault) -> list[SealedReport]:
    """Seals many drafts with one visit to the vault. A report's text is under its own key, linked to its reporter."""
    ids = [key for draft in drafts for key in _keys(draft)]
    links: dict[str, tuple[str, ...]] = {f"report-{d.report}": d.persons for d in drafts if d.persons}
    links |= {d.identity: d.persons for d in drafts if d.confidentiality == "confidential" and d.persons}
    seal_value = await vault.sealer(ids, links)
    sealed = []
    for draft in drafts:
        key = f"report-{draft.report}"
        reporter, filed_by, identity = _who(draft, seal_value)
        sealed.append(
            SealedReport(
                report=draft.report,
                channel=draft.channel,
                external_id=draft.external_id,
                subject=seal_value(key, draft.subject),
                text=seal_value(key, draft.text),
                reporter=reporter,
                reported_at=draft.reported_at,
                station=draft.station,
                place=draft.where.place(),
                occurred_on=draft.occurred_on,
                suggestion=suggested(draft.subject, draft.text),
                address=seal_value(key, draft.address) if draft.address else None,
                point=draft.point,
                confidentiality=draft.confidentiality,
                identity=identity,
                filed_by=filed_by,
                about=tuple(sorted(set(draft.about))),
                level=draft.level,
                arrival=draft.arrival,
                public=draft.public,
                category=suggested_category(draft.subject, draft.text),
                filed_under=None if (filed := draft.source_category) is None else FiledUnder(**filed.model_dump()),
            )
        )
    return sealed


def _keys(draft: Draft) -> list[str]:
    keys = [f"report-{draft.report}", draft.person]
    if draft.filed_by is not None:
        keys.append(draft.helper)
    if draft.confidentiality == "confidential":
        keys.append(draft.identity)
    return keys


def _who(draft: Draft, seal: Callable[[str, str], Sealed]) -> tuple[Reporter | None, FiledBy | None, Identity | None]:
    """The reporter and who files it for them: open, each under a key of its own; confidential, both under another."""

    def sealed(of: str, value: str | None) -> Sealed | None:
        return seal(of, value) if value else None

    hidden = draft.confidentiality == "confidential"
    reporter = filed_by = None
    if draft.has_reporter:
        reporter = Reporter(
            person=draft.person,
            name=None if hidden else sealed(draft.person, draft.reporter_name),
            phone=None if hidden else sealed(draft.person, draft.reporter_phone),
        )
    helper = draft.filed_by
    if helper is not None:
        filed_by = FiledBy(
            person=draft.helper,
            relation=helper.relation,
            consent=helper.consent,
            name=None if hidden else sealed(draft.helper, helper.name),
            phone=None if hidden else sealed(draft.helper, helper.phone),
        )
    if not hidden:
        return reporter, filed_by, None
    identity = Identity(
        name=sealed(draft.identity, draft.reporter_name),
        phone=sealed(draft.identity, draft.reporter_phone),
        helper_name=sealed(draft.identity, None if helper is None else helper.name),
        helper_phone=sealed(draft.identity, None if helper is None else helper.phone),
    )
    return reporter, filed_by, identity


def suggested(subject: str, text: str) -> Suggestion:
    """The triage's suggestion, with the places of the words that led to it and none of the words."""
    found = triage.suggest(subject, text)
    return Suggestion(
        kind=found.kind,
        confidence=round(found.confidence, 4),
        because=_places(found.because),
        danger_to_life=found.danger_to_life,
        danger=_places(found.danger),
        model=found.model,
    )


def suggested_category(subject: str, text: str) -> CategorySuggestion:
    found = suggest_category(subject, text)
    return CategorySuggestion(category=found.category, scheme=DEFAULT_SCHEME.id, because=_places(found.because))


def _places(words: Sequence[triage.Words]) -> tuple[report.Words, ...]:
    return tuple(report.Words(field=w.field, start=w.start, end=w.end) for w in words)


def registration(submission: SealedReport, now: datetime) -> RegisterReport:
    return RegisterReport(
        report=submission.report,
        code=case_code(submission.report, now),
        channel=submission.channel,
        external_id=submission.external_id,
        station=submission.station,
        place=submission.place,
        subject=submission.subject,
        text=submission.text,
        reporter=submission.reporter,
        occurred_on=submission.occurred_on,
        reported_at=submission.reported_at,
        suggestion=submission.suggestion,
        address=submission.address,
        point=submission.point,
        confidentiality=submission.confidentiality,
        identity=submission.identity,
        filed_by=submission.filed_by,
        about=submission.about,
        level=submission.level,
        arrival=submission.arrival,
        public=submission.public,
        category=submission.category,
        filed_under=submission.filed_under,
        now=now,
    )


def case_code(report_id: str, at: datetime) -> str:
    """The case's one code (一案一码): `WG-yymmdd-XXXX-XXXX`, of the day at the station.

    It is without letters that are taken for figures.
    Forty bits of the report's id: of 10,000 reports on one day, two share a code once in 20,000 days.
    """
    number = int(report_id.replace("-", "")[:10], 16)
    letters = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -5, -5))
    return f"WG-{at.astimezone(SHANGHAI):%y%m%d}-{letters[:4]}-{letters[4:]}"
