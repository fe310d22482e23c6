"""What `intake` 受理 tells: reports that came in, what became of them; and what other systems may submit."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, Field

from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Channel, ComplainedPost, Confidentiality, Contact, Kind, Level, Personal

REPORTS = "wangge.intake.reports.v1"
SUBMISSIONS = "wangge.integration.reports.v1"


class Place(BaseModel, frozen=True):
    """Where it happened, by the codes of the register; no street address of a person."""

    community: str | None = None
    grid: str | None = None
    compound: str | None = None


class ReportReceived(Contract, frozen=True):
    """A report was taken in (已接收) under its case code, with the kind that the triage suggests."""

    event_type: ClassVar[str] = "wangge.report.received.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    channel: Channel
    external_id: str
    station: str
    place: Place
    suggested: Kind
    danger_to_life: bool
    headline: Personal
    reported_at: AwareDatetime
    received_at: AwareDatetime
    origin: str = ""
    """The channel by intake's own name for it; `channel` says the nearest of the words that every receiver knows."""
    confidentiality: Confidentiality = "open"
    occurred_at: AwareDatetime | None = None
    """When it happened or was written down, by the clock of the device; with its offset from UTC."""
    occurred_on: date | None = None
    complained_of: tuple[str, ...] = ()
    """Accounts, and posts at the station as `post:ROLE`, to whom it is neither given nor shown."""
    level: Level = "desk"


class ReportClassified(Contract, frozen=True):
    """An officer accepted or changed the kind (已分类)."""

    event_type: ClassVar[str] = "wangge.report.classified.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    kind: Kind
    classified_at: AwareDatetime
    complained_of: tuple[str, ...] = ()
    """Accounts, and posts at the station as `post:ROLE`, to whom it is neither given nor shown."""
    level: Level = "desk"


class DisputeAdmitted(Contract, frozen=True):
    """A dispute was admitted to mediation (受理): mediation opens its case on hearing this."""

    event_type: ClassVar[str] = "wangge.report.dispute-admitted.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    station: str
    place: Place
    category: str
    headline: Personal
    story: Personal
    reporter: Contact | None
    """Of a confidential report the id alone; an anonymous one has none."""
    occurred_on: date | None
    admitted_at: AwareDatetime
    confidentiality: Confidentiality = "open"


class ReportRefused(Contract, frozen=True):
    """The report was not admitted (不予受理): the reason and the other route that was told."""

    event_type: ClassVar[str] = "wangge.report.refused.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    reason: str
    other_route: str
    refused_at: AwareDatetime


class ReportWithdrawn(Contract, frozen=True):
    """Its reporter took it back (已撤回): what mediation began for it ends, for mediation is voluntary."""

    event_type: ClassVar[str] = "wangge.report.withdrawn.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    reason: Personal | None
    """In the reporter's own words; nobody has to give any."""
    withdrawn_at: AwareDatetime


class ReportMerged(Contract, frozen=True):
    """It was merged into another report (已合并): both are dealt with together, and each keeps its own code."""

    event_type: ClassVar[str] = "wangge.report.merged.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    parent: str
    parent_code: str
    station: str
    reporter: Contact | None
    """Who is to be told, of this report alone; None where nobody is."""
    merged_at: AwareDatetime


class ReportUnmerged(Contract, frozen=True):
    """It was taken out of another report (已拆回) and stands on its own again."""

    event_type: ClassVar[str] = "wangge.report.unmerged.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    parent: str
    parent_code: str
    station: str
    reporter: Contact | None
    unmerged_at: AwareDatetime


class RefusalNoticeIssued(Contract, frozen=True):
    """The notice of a refusal was issued (已出具不予受理告知书): its text as it is given, and its hash."""

    event_type: ClassVar[str] = "wangge.report.refusal-notice-issued.v1"
    topic: ClassVar[str] = REPORTS
    about: ClassVar[str] = "report"

    report: str
    code: str
    station: str
    number: str
    article: str
    zh: str
    en: str
    sha256: str
    reporter: Contact | None
    issued_at: AwareDatetime


class ReportSubmitted(Contract, frozen=True):
    """A report that another system publishes: hotline, 110, chat relay, patrol app, anti-fraud centre.

    The same CloudEvents `source` and `id` twice is the same report. Personal values come in clear from outside and are
    sealed before anything is stored.
    """

    event_type: ClassVar[str] = "wangge.report.submitted.v1"
    topic: ClassVar[str] = SUBMISSIONS
    about: ClassVar[str] = "external_id"

    channel: Channel
    external_id: str = Field(min_length=1, max_length=120)
    subject_line: str = Field(alias="subject", min_length=1, max_length=500)
    text: str = Field(max_length=200_000)
    reported_at: AwareDatetime
    reporter_name: str | None = Field(default=None, max_length=100)
    reporter_phone: str | None = Field(default=None, max_length=40)
    station: str | None = None
    community: str | None = None
    grid: str | None = None
    compound: str | None = None
    address: str | None = Field(default=None, max_length=300)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    confidentiality: Confidentiality = "open"
    complained_of: tuple[ComplainedPost, ...] = Field(default=(), max_length=6)
    """Posts at the station whose holders it complains of: they neither get nor see it."""
    occurred_at: AwareDatetime | None = None
    """When it happened or was written down, by the clock of the device, with its own offset from UTC."""
    occurred_on: date | None = None
    category_map: str | None = Field(default=None, min_length=1, max_length=80)
    """The map of the sender's categories, by its name at the receiver; with `source_category`."""
    source_category: str | None = Field(default=None, min_length=1, max_length=300)
    """The category under which the sender has filed it: its code, or its levels, parted by `/`."""


class ChatMessagePosted(Contract, frozen=True):
    """A message of residents' group chat (群消息) that a relay tool passes on for somebody to look at.

    Every message is a report of its own; which of them belong together is for an officer to say. Names come in clear
    and are sealed before anything is stored.
    """

    event_type: ClassVar[str] = "wangge.chat.message-posted.v1"
    topic: ClassVar[str] = SUBMISSIONS
    about: ClassVar[str] = "group"

    group: str = Field(min_length=1, max_length=120)
    """The group's id in the tool, never its name."""
    message: str = Field(min_length=1, max_length=120)
    """The message's id in the tool."""
    text: str = Field(min_length=1, max_length=20_000)
    posted_at: AwareDatetime
    sender_name: str | None = Field(default=None, max_length=100)
    sender_phone: str | None = Field(default=None, max_length=40)
    reply_to: str | None = Field(default=None, max_length=120)
    """The id of the message that it answers."""
    station: str | None = None
    community: str | None = None
    grid: str | None = None
    compound: str | None = None
