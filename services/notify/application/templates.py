"""The texts of messages: data with declared variables, Chinese with English beside, filled in without trust in values.

A message says as little as will do: the case code, and what its reader must know to come or to ask. Never the story.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, assert_never

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.law.legal_time import SHANGHAI

VariableKind: TypeAlias = Literal["text", "number", "instant", "seat"]
Language: TypeAlias = Literal["zh", "en"]

LONGEST_VALUE: Final = 200
"""Characters of one value; what is longer is cut, so that no value drowns the message that it stands in."""

SEATS: Final[Mapping[str, Mapping[Language, str]]] = {
    "area_leader": {"zh": "包片所领导", "en": "leader in charge of the area"},
    "community_officer": {"zh": "社区民警", "en": "community police officer"},
    "auxiliary": {"zh": "社区辅警", "en": "auxiliary officer"},
    "neighbour": {"zh": "邻里与社会力量", "en": "member from the neighbourhood"},
}

_WEEKDAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """One message in both languages. A changed wording is a new version; what was planned keeps its own."""

    name: str
    version: int
    variables: Mapping[str, VariableKind]
    zh: Wording
    en: Wording


@dataclass(frozen=True, slots=True)
class Rendered:
    zh: Wording
    en: Wording


class FaultyTemplate(Exception):
    """A template cannot be used; found when the catalogue is loaded, before anything is sent."""


class UnknownTemplate(Exception):
    def __init__(self, name: str, version: int) -> None:
        super().__init__(
            f"There is no template {name!r} in version {version}: "
            "run the release that planned the message or a newer one, and never remove a version that was used."
        )


class WrongValues(Exception):
    """The values given are not those that the template declares."""


class Catalogue:
    """All templates, each checked when loaded: it can be filled in, and uses exactly the variables that it declares."""

    def __init__(self, templates: Iterable[MessageTemplate]) -> None:
        # Autoescaping is for HTML; these are plain texts, escaped by whatever page or channel shows them.
        self._environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        self._entries: dict[tuple[str, int], tuple[MessageTemplate, Mapping[Language, tuple[Template, Template]]]] = {}
        for template in templates:
            key = (template.name, template.version)
            if key in self._entries:
                raise FaultyTemplate(f"{_named(template)} is there twice; give the changed one a version of its own")
            self._entries[key] = (
                template,
                {"zh": self._compiled(template, "zh"), "en": self._compiled(template, "en")},
            )
            self._try(template)

    def newest(self, name: str) -> MessageTemplate:
        versions = [template for template, _ in self._entries.values() if template.name == name]
        if not versions:
            raise UnknownTemplate(name, 1)
        return max(versions, key=lambda template: template.version)

    def render(self, name: str, version: int, values: Mapping[str, str]) -> Rendered:
        """The message with these values (opened ones, if they were sealed), in both languages."""
        entry = self._entries.get((name, version))
        if entry is None:
            raise UnknownTemplate(name, version)
        template, compiled = entry
        if values.keys() != template.variables.keys():
            raise WrongValues(f"{_named(template)} takes {sorted(template.variables)}, but was given {sorted(values)}")

        def wording(language: Language) -> Wording:
            shown = {
                variable: _shown(template, variable, kind, values[variable], language)
                for variable, kind in template.variables.items()
            }
            title, text = compiled[language]
            return Wording(title.render(shown), text.render(shown))

        return Rendered(zh=wording("zh"), en=wording("en"))

    def _compiled(self, template: MessageTemplate, language: Language) -> tuple[Template, Template]:
        wording = template.zh if language == "zh" else template.en
        try:
            used = find_undeclared_variables(self._environment.parse(wording.title)) | find_undeclared_variables(
                self._environment.parse(wording.text)
            )
            compiled = self._environment.from_string(wording.title), self._environment.from_string(wording.text)
        except TemplateError as fault:
            raise FaultyTemplate(f"{_named(template)} does not parse ({language}): {fault}") from fault
        undeclared, unused = used - template.variables.keys(), template.variables.keys() - used
        if undeclared or unused:
            raise FaultyTemplate(
                f"{_named(template)} ({language}) must use exactly its variables: "
                f"declare {sorted(undeclared)}, use or drop {sorted(unused)}"
            )
        return compiled

    def _try(self, template: MessageTemplate) -> None:
        """Some faults show only when values are filled in."""
        try:
            self.render(template.name, template.version, {v: _EXAMPLES[kind] for v, kind in template.variables.items()})
        except TemplateError as fault:
            raise FaultyTemplate(f"{_named(template)} cannot be filled in: {fault}") from fault


_EXAMPLES: Final[Mapping[VariableKind, str]] = {
    "text": "WG-2026-000001",
    "number": "1",
    "instant": "2026-01-01T00:00:00+00:00",
    "seat": "auxiliary",
}


def _named(template: MessageTemplate) -> str:
    return f"template {template.name!r} version {template.version}"


def _shown(template: MessageTemplate, variable: str, kind: VariableKind, value: str, language: Language) -> str:
    try:
        match kind:
            case "text":
                return plain(value)
            case "number":
                return str(int(value))
            case "instant":
                return instant(datetime.fromisoformat(value), language)
            case "seat":
                return SEATS[value][language]
            case _:
                assert_never(kind)
    except (ValueError, OverflowError, KeyError):
        # Without the value: it may be personal, and this sentence goes to the log.
        raise WrongValues(f"{_named(template)}: the value of {variable!r} is no {kind}") from None


def plain(value: str) -> str:
    """One line of text: line breaks and control characters become spaces; what turns the reading order is dropped."""
    kept = (
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in value
        if c not in _TURNING and unicodedata.category(c) != "Cs"
    )
    line = " ".join("".join(kept).split())
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"


_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional controls: with them a value can make the text around it read as something else."""


def instant(at: datetime, language: Language) -> str:
    """A time as people at the place say it, in the place's own time zone."""
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    local = at.astimezone(SHANGHAI)
    weekday = _WEEKDAYS[language][local.weekday()]
    match language:
        case "zh":
            return f"{local.year}年{local.month}月{local.day}日（{weekday}）{local:%H:%M}"
        case "en":
            return f"{weekday}, {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} (Beijing time)"
        case _:
            assert_never(language)


GROUP_APPOINTED: Final = MessageTemplate(
    name="group-appointed",
    version=1,
    variables=MappingProxyType({"code": "text", "seat": "seat"}),
    zh=Wording(
        title="您已加入调解小组（{{ code }}）",
        text="您已列入 {{ code }} 的“3+N”调解小组，席位：{{ seat }}。如与当事人有利害关系，请在调解前告知派出所。",
    ),
    en=Wording(
        title="You have joined a mediation group ({{ code }})",
        text=(
            "You have been appointed to the 3+N mediation group of {{ code }} as {{ seat }}. "
            "If you have an interest in the matter or a tie to a party, tell the station before mediation begins."
        ),
    ),
)

SESSION_SET: Final = MessageTemplate(
    name="session-set",
    version=1,
    variables=MappingProxyType({"code": "text", "session": "number", "begins_at": "instant", "place": "text"}),
    zh=Wording(
        title="调解安排（{{ code }}）",
        text=(
            "{{ code }} 第{{ session }}次调解定于{{ begins_at }}，地点：{{ place }}。"
            "调解自愿、免费；如不能到场，请提前告知派出所。"
        ),
    ),
    en=Wording(
        title="A mediation session is set ({{ code }})",
        text=(
            "Session {{ session }} of {{ code }} begins on {{ begins_at }}; place: {{ place }}. "
            "Mediation is voluntary and free of charge; if you cannot come, please tell the station beforehand."
        ),
    ),
)

CASE_SETTLED: Final = MessageTemplate(
    name="case-settled",
    version=1,
    variables=MappingProxyType({"code": "text"}),
    zh=Wording(
        title="已化解（{{ code }}）",
        text=(
            "{{ code }} 已化解，约定事项已履行。如情况反复或有异议，请联系派出所；"
            "您通过仲裁、行政、司法途径维护权利不受影响。"
        ),
    ),
    en=Wording(
        title="Settled ({{ code }})",
        text=(
            "{{ code }} is settled, and what was agreed has been done. If it comes back or you disagree, tell the "
            "station; your right to arbitration, administrative remedies and the courts is untouched."
        ),
    ),
)

LONE_ALARM: Final = MessageTemplate(
    name="lone-alarm",
    version=1,
    variables=MappingProxyType({"account": "text", "raised_at": "instant"}),
    zh=Wording(
        title="告警：{{ account }} 单独外出逾时未报平安",
        text=(
            "{{ account }} 单独外出，至{{ raised_at }}未报平安。"
            "请立即联系，并在“单独外出”页面应答；无人应答将逐级上报。"
        ),
    ),
    en=Wording(
        title="Alarm: {{ account }} is out alone and has not checked in",
        text=(
            "{{ account }} is out alone and has not checked in by {{ raised_at }}. Get in touch at once and answer the "
            "alarm in the console; unanswered, it goes on to the next."
        ),
    ),
)

HELP_ASKED: Final = MessageTemplate(
    name="lone-help",
    version=1,
    variables=MappingProxyType({"account": "text", "raised_at": "instant"}),
    zh=Wording(
        title="求助：{{ account }} 请求支援",
        text="{{ account }} 于{{ raised_at }}一键求助。请立即前往或联系，并在“单独外出”页面应答；必要时拨打110。",
    ),
    en=Wording(
        title="Help: {{ account }} asks for help",
        text=(
            "{{ account }} asked for help at {{ raised_at }}. Go or get in touch at once and answer in the console; "
            "call 110 if needed."
        ),
    ),
)

ASKED_TO_GO: Final = MessageTemplate(
    name="asked-to-go",
    version=1,
    variables=MappingProxyType({"code": "text", "begins_at": "instant", "ends_at": "instant"}),
    zh=Wording(
        title="请您出勤（{{ code }}）",
        text=(
            "现就 {{ code }} 询问您能否前往：{{ begins_at }}至{{ ends_at }}。"
            "任务内容请登录后查看并答复；志愿者可以不去，无需说明理由。"
        ),
    ),
    en=Wording(
        title="You are asked to go ({{ code }})",
        text=(
            "For {{ code }} you are asked to go, from {{ begins_at }} to {{ ends_at }}. What is to be done stands in "
            "the console, where you answer; a volunteer may say no and need not say why."
        ),
    ),
)

REPORT_MERGED: Final = MessageTemplate(
    name="report-merged",
    version=1,
    variables=MappingProxyType({"code": "text", "other": "text"}),
    zh=Wording(
        title="您的诉求已合并办理（{{ code }}）",
        text=(
            "您的诉求 {{ code }} 与 {{ other }} 反映的是同一事项，现合并办理。您的诉求编号、您提出的要求均予保留；"
            "如认为并非同一事项，请告知派出所，可以拆开单独办理。"
        ),
    ),
    en=Wording(
        title="Your report is dealt with together with another ({{ code }})",
        text=(
            "Your report {{ code }} is dealt with together with {{ other }}, which is about the same matter. It keeps "
            "its code, and what you ask for stays yours. If it is not the same matter, tell the station: it is taken "
            "out again."
        ),
    ),
)

REPORT_UNMERGED: Final = MessageTemplate(
    name="report-unmerged",
    version=1,
    variables=MappingProxyType({"code": "text", "other": "text"}),
    zh=Wording(
        title="您的诉求已单独办理（{{ code }}）",
        text="您的诉求 {{ code }} 不再与 {{ other }} 合并，现单独办理，编号不变。",
    ),
    en=Wording(
        title="Your report is dealt with on its own again ({{ code }})",
        text="Your report {{ code }} is no longer dealt with together with {{ other }}. Its code stays the same.",
    ),
)

CATALOGUE: Final = Catalogue(
    (GROUP_APPOINTED, SESSION_SET, CASE_SETTLED, REPORT_MERGED, REPORT_UNMERGED, LONE_ALARM, HELP_ASKED, ASKED_TO_GO)
)
"""The messages that are in use."""
