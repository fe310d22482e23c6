"""A report on its way in: from what a channel brings, in clear, to a command with sealed values and a suggestion."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field

from services.intake.domain import report, triage
from services.intake.domain.report import Channel, Place, RegisterReport, Reporter, Suggestion
from shared.contracts.reports import ReportSubmitted
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.decider import sentence
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.sealing import Vault

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_YEARS: Final = range(1900, 2200)


def _clean(value: Any) -> Any:
    """Control characters carry nothing that a person wrote, and databases refuse some of them."""
    if not isinstance(value, str):
        return value
    return "".join(c for c in value if c in "\n\t" or (c >= " " and c != "\x7f"))


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError(sentence("This must not be blank."))
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


class Draft(BaseModel, frozen=True):
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

    @property
    def person(self) -> str:
        """The reporter's id: of this report only, for nobody is followed from report to report."""
        return derived_id("person", self.report)

    @property
    def is_named(self) -> bool:
        return bool(self.reporter_name or self.reporter_phone)


class SealedSubmission(BaseModel, frozen=True):
    """A submission from outside as it is stored on receipt: personal values sealed, triage done."""

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
    )


async def seal(drafts: Sequence[Draft], vault: Vault) -> list[SealedSubmission]:
    """Seals many drafts with one visit to the vault. A report's text is under its own key, linked to its reporter."""
    ids = [key for draft in drafts for key in (f"report-{draft.report}", draft.person)]
    links: dict[str, tuple[str, ...]] = {f"report-{d.report}": (d.person,) for d in drafts if d.is_named}
    seal_value = await vault.sealer(ids, links)
    sealed = []
    for draft in drafts:
        key = f"report-{draft.report}"
        reporter = None
        if draft.is_named:
            name, phone = draft.reporter_name, draft.reporter_phone
            reporter = Reporter(
                person=draft.person,
                name=seal_value(draft.person, name) if name else None,
                phone=seal_value(draft.person, phone) if phone else None,
            )
        sealed.append(
            SealedSubmission(
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
            )
        )
    return sealed


def suggested(subject: str, text: str) -> Suggestion:
    """The triage's suggestion, with the places of the words that led to it and none of the words."""
    found = triage.suggest(subject, text)
    return Suggestion(
        kind=found.kind,
        confidence=round(found.confidence, 4),
        because=tuple(report.Words(field=w.field, start=w.start, end=w.end) for w in found.because),
        danger_to_life=found.danger_to_life,
        danger=tuple(report.Words(field=w.field, start=w.start, end=w.end) for w in found.danger),
        model=found.model,
    )


def registration(submission: SealedSubmission, now: datetime) -> RegisterReport:
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
        now=now,
    )


def case_code(report_id: str, at: datetime) -> str:
    """The case's one code (一案一码): `WG-yymmdd-XXXX-XXXX`, of the day at the station.

    It is without letters that are taken for figures.
    Forty bits of the report's id: of 10,000 reports on one day, two share a code once in 20,000 days.
    """
    number = int(report_id.replace("-", "")[:10], 16)
    letters = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -5, -5))
    return f"WG-{at.astimezone(_SHANGHAI):%y%m%d}-{letters[:4]}-{letters[4:]}"
