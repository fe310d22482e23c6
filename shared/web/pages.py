"""The pages of the consoles: templates, layout, language and dates. Everything works without JavaScript."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, cast

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.access.actors import Actor
from shared.access.rights import Action, may
from shared.law.legal_time import SHANGHAI, day_of
from shared.web import sessions, static
from shared.web.languages import COOKIE, LANGUAGES, Language, Languages, language_of, mark
from shared.web.problems import Problem
from shared.web.routes import FORM_FIELD, caller_of
from shared.web.sessions import SessionKey, form_token

TEMPLATES: Final = Path(__file__).parent / "templates"

_BABEL: Final[Mapping[Language, str]] = {"zh-CN": "zh_CN", "en": "en"}
_BIDI_CONTROLS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True)
class Console:
    """One of the consoles in the navigation."""

    service: str
    address: str
    title: str


@dataclass(frozen=True)
class Section:
    """A part of a console, for whom its action is allowed anywhere at all."""

    address: str
    title: str
    action: Action
    also: tuple[str, ...] = ()
    """Where further pages of it lie."""
    group: str = ""
    """The name under which it stands beside others; empty where it stands for itself."""


CONSOLES: Final = (
    Console("intake", "/intake/reports", mark("Intake")),
    Console("mediation", "/mediation/disputes", mark("Disputes")),
    Console("notify", "/notify/inbox", mark("Notices")),
)


class Pages:
    """The templates of a service over the shared ones, in each language.

    Templates extend `base`, which is the layout, or nothing around it when htmx asks for a part of a page.
    """

    def __init__(
        self,
        templates: Sequence[Path] = (),
        *,
        languages: Languages,
        session_key: SessionKey,
        demo: bool = False,
        sections: Sequence[Section] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._key = session_key
        self._demo = demo
        self._sections = sections
        self._clock = clock
        folders = [*templates, TEMPLATES]
        self._environments = {each: _environment(each, folders, languages) for each in LANGUAGES}

    def render(
        self,
        request: Request,
        template: str,
        /,
        *,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> HTMLResponse:
        language = language_of(request)
        caller = caller_of(request)
        actor = caller.actor if caller is not None else None
        account = actor.id if actor is not None else None
        text = (
            self._environments[language]
            .get_template(template)
            .render(
                {
                    "request": request,
                    "base": "fragment.html" if wants_fragment(request) else "layout.html",
                    "language": language,
                    "languages": _switch(request, language),
                    "actor": actor,
                    "demo": self._demo,
                    "consoles": CONSOLES,
                    "here": request.url.path.split("/")[1],
                    **self._navigation(request.url.path, actor),
                    "form_field": FORM_FIELD,
                    "form_token": form_token(self._key, account, self._clock()),
                    "now": self._clock(),
                    **context,
                }
            )
        )
        response = HTMLResponse(text, status_code, {**(headers or {}), "Content-Language": language})
        response.headers["Vary"] = "Accept-Language, Cookie, HX-Request"
        if request.query_params.get("lang"):
            secure = sessions.is_https(request)
            response.set_cookie(COOKIE, language, max_age=_YEAR, path="/", samesite="lax", httponly=True, secure=secure)
        return response

    def _navigation(self, path: str, actor: Actor | None) -> dict[str, object]:
        """What is open to the reader: one section of each group, and all of the group in which the page is."""
        allowed = [] if actor is None else [one for one in self._sections if may(actor, one.action).allowed]
        section = self._section(path)
        group = next((one.group for one in allowed if one.address == section), "")
        firsts = {one.group or one.address: one for one in reversed(allowed)}
        return {
            "sections": [one for one in allowed if firsts[one.group or one.address] is one],
            "beside": [one for one in allowed if group and one.group == group],
            "section": section,
            "group": group,
        }

    def _section(self, path: str) -> str | None:
        """The address of the section to which a page belongs."""
        within = [
            (address, one.address)
            for one in self._sections
            for address in (one.address, *one.also)
            if path == address or path.startswith(f"{address}/")
        ]
        return max(within, key=lambda pair: len(pair[0]), default=("", None))[1]

    def problem(self, request: Request, problem: Problem, told: Mapping[str, object]) -> HTMLResponse:
        return self.render(
            request,
            "problem.html",
            status_code=problem.status,
            headers=problem.headers,
            problem={"detail": None, "errors": [], "trace_id": None, **told},
        )


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page; when it follows a whole link, it says `full`."""
    return "hx-request" in request.headers and request.headers.get("hx-request-type") != "full"


def safe_next(address: str | None, otherwise: str = "/") -> str:
    """Where to go after signing in: an address of ours, never another site's."""
    if (
        not address
        or not address.startswith("/")
        or address.startswith("//")
        or re.search(r"[\\\x00-\x20\x7f]", address)
    ):
        return otherwise
    return address


def moment(value: datetime, language: Language) -> str:
    """A time as people of the city say it: 2026年8月28日 18:00, or 28 Aug 2026 18:00."""
    local = value.astimezone(SHANGHAI)
    pattern = "y年M月d日 HH:mm" if language == "zh-CN" else "d MMM y HH:mm"
    return format_datetime(local, pattern, locale=_BABEL[language])


def day(value: date, language: Language) -> str:
    """A date: 2026年8月28日, or 28 Aug 2026."""
    if isinstance(value, datetime):
        value = day_of(value)
    return format_date(value, "y年M月d日" if language == "zh-CN" else "d MMM y", locale=_BABEL[language])


def said(text: object) -> Markup:
    """What a person wrote: set apart from our own text, with the invisible signs that reverse text made visible."""
    safe = str(escape(text))
    shown = _BIDI_CONTROLS.sub(lambda sign: f'<span class="control">U+{ord(sign.group()):04X}</span>', safe)
    return Markup(f"<bdi>{shown}</bdi>")  # noqa: S704 (escaped two lines above)


def cited(article: str) -> Markup:
    """An article of law, which keeps the language that it was enacted in."""
    return Markup(f'<span lang="zh-CN">{escape(article)}</span>')  # noqa: S704 (escaped here)


def _environment(language: Language, folders: Sequence[Path], languages: Languages) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
    )
    cast("Any", environment).install_gettext_translations(languages.translations(language), newstyle=True)
    environment.filters["moment"] = lambda value: moment(value, language)
    environment.filters["day"] = lambda value: day(value, language)
    environment.filters["said"] = said
    environment.filters["cited"] = cited
    environment.globals["static"] = static.address
    environment.globals["with_query"] = _with_query
    return environment


@pass_context
def _with_query(context: Context, **parameters: object) -> str:
    """The present address with other query parameters; None takes one away."""
    return _address(context["request"], parameters)


def _address(request: Request, parameters: Mapping[str, object]) -> str:
    url = request.url.remove_query_params([name for name, value in parameters.items() if value is None])
    url = url.include_query_params(**{name: value for name, value in parameters.items() if value is not None})
    return f"{url.path}?{url.query}" if url.query else url.path


def _switch(request: Request, current: Language) -> list[tuple[Language, str, str, bool]]:
    # After a form was sent, the address may know no GET; the language can be changed on the next page.
    return [
        (each, own_name, _address(request, {"lang": each}), each == current) for each, own_name in LANGUAGES.items()
    ]
