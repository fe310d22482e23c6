"""Open311 GeoReport v2 at `/open311/v2`: services, their questions, requests in and out, as clients everywhere know it.

What is posted becomes a report through the same door as every other, under the key of a registered publisher. What is
listed is for everybody, and therefore holds the service, the area and whether it is open, and nothing of a person.
"""

import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.datastructures import FormData, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application.submissions import Draft, SourceCategory, Where
from services.intake.domain.open311 import DISPUTES, SERVICES, Attribute, Service
from services.intake.domain.report import Point
from services.intake.entrypoints.http import DANGER_ADVICE, Api
from services.intake.entrypoints.open311_formats import Format, Record, answer, errors
from services.intake.entrypoints.publishers import Gate
from services.intake.projections import open311 as rows
from services.intake.projections import register as register_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import authorize
from shared.eventsourcing.commands import derived_id, keyed_fingerprint
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant, microseconds
from shared.law.legal_time import SHANGHAI
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import parse
from shared.web.languages import Languages, language_of, mark
from shared.web.problems import Problem
from shared.web.routes import OpenRoute

PREFIX: Final = "/open311/v2"
SPAN: Final = timedelta(days=90)
"""As far as one question may reach, and how far it reaches by itself."""
SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
CHANGED: Final = "2026-11-23T00:00:00+08:00"
"""When the services that are offered were last changed."""
_LONGEST: Final = 4_000
_ATTRIBUTE: Final = re.compile(r"attribute\[([A-Za-z0-9_-]{1,40})\](\[\])?")
_STATUSES: Final = ("open", "closed")

STAGES: Final = {
    "received": mark("Received; it waits for a decision."),
    "classified": mark("It was looked at and given to the desk that deals with it."),
    "admitted": mark("Admitted to mediation."),
    "opened": mark("Mediation has begun."),
    "session_set": mark("A mediation session is set."),
    "session_held": mark("A mediation session was held."),
    "agreed": mark("The parties have agreed; performance is watched."),
    "partly_resolved": mark("Resolved in part; the rest goes on."),
    "settled": mark("Settled."),
    "closed": mark("Closed without an agreement; other ways were told."),
    "refused": mark("Not admitted; the reason and another way were told."),
}


class Told(Exception):
    """What Open311 answers when it cannot do what is asked."""

    def __init__(self, *faults: tuple[int, str], **values: object) -> None:
        super().__init__(faults)
        self.faults = faults
        self.values = values


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's format and its reader's language."""

    request: Request
    format: Format
    languages: Languages

    def say(self, text: str, **values: object) -> str:
        return self.languages.text(language_of(self.request), text, values)

    @property
    def chinese(self) -> bool:
        return language_of(self.request) == "zh-CN"


Answering = Callable[[Asked], Awaitable[Response]]


def router(api: Api, gate: Gate, languages: Languages) -> APIRouter:
    """Its routes ask for nobody: whoever posts shows a key, and what is read is for everybody."""
    routes = APIRouter(prefix=PREFIX, route_class=OpenRoute, include_in_schema=False)
    desk = Open311(api, gate)

    async def told(request: Request, format_: str | None, answering: Answering) -> Response:
        asked = Asked(request, _format(request, format_), languages)
        try:
            if format_ is not None and format_ not in ("json", "xml"):
                raise Told((404, mark("This format is not known here. Ask for .json or .xml.")))
            _jurisdiction(request.query_params.get("jurisdiction_id", ""), api.runtime.settings.city)
            return await answering(asked)
        except Told as told:
            return errors([(code, asked.say(text, **told.values)) for code, text in told.faults], asked.format)
        except Refusal as refusal:
            return _of_problem(RefusalProblem(refusal), asked)
        except Problem as problem:
            return _of_problem(problem, asked)
        except HTTPException as error:
            text = asked.say(mark("The request cannot be read. Send its form anew, and less at a time."))
            return errors([(error.status_code, text)], asked.format)

    def get(path: str, name: str) -> None:
        async def plain(request: Request) -> Response:
            return await told(request, None, getattr(desk, name))

        async def named(request: Request) -> Response:
            return await told(request, request.path_params["format"], getattr(desk, name))

        routes.add_api_route(path + ".{format}", named, methods=["GET"])
        routes.add_api_route(path, plain, methods=["GET"])

    get("/discovery", "discovery")
    get("/services", "services")
    get("/services/{code}", "definition")
    get("/requests", "requests")
    get("/requests/{id}", "request")
    get("/tokens/{token}", "token")

    @routes.post("/requests.{format}")
    async def post_request(request: Request) -> Response:
        return await told(request, request.path_params["format"], desk.post)

    @routes.post("/requests")
    async def post_request_plain(request: Request) -> Response:
        return await told(request, None, desk.post)

    return routes


class Open311:
    """What Open311's routes answer."""

    def __init__(self, api: Api, gate: Gate) -> None:
        self._api = api
        self._gate = gate

    async def discovery(self, asked: Asked) -> Response:
        base = str(asked.request.base_url).rstrip("/")
        endpoint: Record = {
            "specification": SPECIFICATION,
            "url": base + PREFIX,
            "changeset": CHANGED,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }
        contact = asked.say(
            mark(
                "Ask the station %(station)s.",
            ),
            station=self._api.station,
        )
        key = asked.say(mark("The station registers publishers and gives them their keys."))
        found: Record = {"changeset": CHANGED, "contact": contact, "key_service": key, "endpoints": [endpoint]}
        return answer("discovery", found, asked.format)

    async def services(self, asked: Asked) -> Response:
        return answer("services", [_service(service, asked) for service in SERVICES.values()], asked.format)

    async def definition(self, asked: Asked) -> Response:
        service = _known(asked.request.path_params["code"])
        attributes = [_attribute(one, number, asked) for number, one in enumerate(service.attributes, 1)]
        return answer("service_definition", {"service_code": service.code, "attributes": attributes}, asked.format)

    async def requests(self, asked: Asked) -> Response:
        given = asked.request.query_params
        await self._seen(given)
        database = self._api.runtime.database
        if codes := _listed(given, "service_request_id"):
            found = await rows.by_codes(database, codes[: rows.MOST])
        else:
            services, statuses = _listed(given, "service_code"), _listed(given, "status")
            for status in statuses:
                if status not in _STATUSES:
                    raise Told((400, mark("The status is open or closed, or both, parted by a comma.")))
            for code in services:
                _known(code)
            first, last = self._span(given)
            found = await rows.listed(
                database, services=services, statuses=statuses, first=microseconds(first), last=microseconds(last)
            )
        return answer("service_requests", await self._shown(found, asked), asked.format)

    async def request(self, asked: Asked) -> Response:
        await self._seen(asked.request.query_params)
        found = await rows.by_codes(self._api.runtime.database, [asked.request.path_params["id"]])
        if not found:
            raise Told((404, mark("No request has this service_request_id.")))
        return answer("service_requests", await self._shown(found, asked), asked.format)

    async def token(self, asked: Asked) -> Response:
        """Every service answers at once, so a token is never waited for; it is the id of the report."""
        token = asked.request.path_params["token"]
        found = await rows.find(self._api.runtime.database, report=token)
        if found is None:
            raise Told((404, mark("No request has this token.")))
        return answer("service_requests", [{"service_request_id": found["code"], "token": token}], asked.format)

    async def post(self, asked: Asked) -> Response:
        request = asked.request
        await request.body()  # read once, so that a signature can be checked over the bytes of the form
        form = await request.form()
        _jurisdiction(_text(form, "jurisdiction_id"), self._api.runtime.settings.city)
        actor = await self._caller(request, form)
        known = request.state.publisher
        if "open311" not in known.channels:
            raise Told((403, mark("This key is not for Open311. Ask the station to add the channel to it.")))
        station = known.station
        place = await self._place(_text(form, "address_id"))
        if not authorize(actor, "report.register", Scope(station, place.community, place.grid)).allowed:
            raise Told((403, mark("This key may not send reports for this place.")))
        key = request.headers.get("idempotency-key")
        command_id = derived_id("open311", known.publisher, parse(key) if key else uuid.uuid4())
        draft = self._draft(form, derived_id("report", command_id), station, place, asked)
        contents = draft.model_dump_json(exclude={"reported_at"}).encode()
        fingerprint = keyed_fingerprint(self._api.runtime.settings.deployment_key, contents)
        meta = self._api.meta(actor, station)
        (one,) = await self._api.reports.register([draft], [(command_id, fingerprint)], meta)
        if one.outcome == "changed":
            raise Told((400, mark("This Idempotency-Key was used for another request. Take a new one.")))
        notice = asked.say(DANGER_ADVICE) if one.suggestion.danger_to_life else ""
        told: Record = {"service_request_id": one.code, "service_notice": notice, "account_id": None}
        headers = {"Wangge-Position": str(one.position)}
        return answer("service_requests", [told], asked.format, 201, headers)

    async def _caller(self, request: Request, form: FormData) -> Actor:
        key = _text(form, "api_key") or request.query_params.get("api_key", "")
        if not key:
            raise Told((403, mark("An api_key is missing. The station gives one to each registered publisher.")))
        try:
            return await self._gate(request, key)
        except Problem as problem:
            if problem.status == 401:  # Open311 says 403 for every key that is not taken
                raise Problem(403, problem.slug, problem.title, problem.detail, values=problem.values) from problem
            raise

    async def _place(self, address_id: str) -> Where:
        """The compound of the register that an address_id names."""
        if not address_id:
            return Where()
        found = await rows.find_compound(self._api.runtime.database, address_id)
        if found is None:
            raise Told((400, mark("No compound of the register has this address_id. Send an address_string instead.")))
        return Where(community=found["community"], grid=found["grid"], compound=address_id)

    def _draft(self, form: FormData, id_: str, station: str, place: Where, asked: Asked) -> Draft:
        code = _text(form, "service_code")
        if not code:
            raise Told((400, mark("service_code is missing. The codes are listed at /open311/v2/services.")))
        service = _known(code)
        point, address = _point(form), _text(form, "address_string")
        if point is None and not address and place.compound is None:
            raise Told((400, mark("Say where: lat and long, or address_string, or address_id.")))
        description, media = _text(form, "description"), _media(form)
        if len(description) > _LONGEST:
            raise Told((400, mark("The description has more than %(limit)s characters.")), limit=_LONGEST)
        answers = _answers(form, service)
        lines = [description, *(f"{one.zh}：{said}" for one, said in answers)]
        if media:
            lines.append(f"附件：{media}")
        if email := _text(form, "email"):
            lines.append(f"邮箱：{email}")
        name = f"{_text(form, 'last_name')}{_text(form, 'first_name')}"
        try:
            return Draft(
                report=id_,
                channel="open311",
                external_id=id_,
                subject=_headline(description, service),
                text="\n".join(line for line in lines if line),
                reported_at=self._api.runtime.clock(),
                station=station,
                where=place,
                reporter_name=name or None,
                reporter_phone=_text(form, "phone") or None,
                address=address or None,
                point=point,
                public=any(one.code == "public" and said == "是" for one, said in answers),
                source_category=SourceCategory(map="open311", code=service.code),
            )
        except ValidationError as error:
            named = {"reporter_name": "last_name", "reporter_phone": "phone", "address": "address_string"}
            where = sorted({named.get(str(each["loc"][0]), str(each["loc"][0])) for each in error.errors()})
            text = mark("%(fields)s cannot be taken like this: too long, or with signs that no text has.")
            raise Told((400, text), fields=", ".join(where)) from error

    def _span(self, given: QueryParams) -> tuple[datetime, datetime]:
        first, last = _moment(given, "start_date"), _moment(given, "end_date")
        if first is not None and last is not None:
            if last < first:
                raise Told((400, mark("end_date lies before start_date.")))
            if last - first > SPAN:
                raise Told((400, mark("start_date and end_date may span at most 90 days.")))
            return first, last
        if first is not None:
            return first, first + SPAN
        last = last or self._api.runtime.clock()
        return last - SPAN, last

    async def _shown(self, found: Sequence[dict[str, Any]], asked: Asked) -> list[Record]:
        names = {
            row["community"]: row["name"] for row in await register_rows.list_communities(self._api.runtime.database)
        }
        headlines = {row["code"]: Sealed.model_validate_json(row["headline"]) for row in found if row["headline"]}
        # Their writers have made these public, so no reader is recorded; whose key is gone is not shown any more.
        opened = await self._api.runtime.vault.open_all(list(headlines.values()))
        public = dict(zip(headlines, opened, strict=True))
        return [_request(row, public.get(row["code"]), names.get(row["community"]), asked) for row in found]

    async def _seen(self, given: QueryParams) -> None:
        """`after=POSITION`, as everywhere here: waits, briefly, until what was stored there is listed."""
        position = given.get("after", "")
        if position.isdecimal() and len(position) < 18:
            await self._api.runtime.wait_for("open311_requests", int(position))


# What is told


def _service(service: Service, asked: Asked) -> Record:
    return {
        "service_code": service.code,
        "service_name": service.zh if asked.chinese else service.en,
        "description": service.zh_description if asked.chinese else service.en_description,
        "metadata": bool(service.attributes),
        "type": "realtime",
        "keywords": service.keywords,
        "group": asked.say(mark("Disputes")) if service.group == DISPUTES else service.group,
    }


def _attribute(attribute: Attribute, order: int, asked: Asked) -> Record:
    told: dict[str, Any] = {
        "variable": attribute.variable,
        "code": attribute.code,
        "datatype": attribute.datatype,
        "required": attribute.required,
        "datatype_description": _DATATYPES.get(attribute.datatype, "") and asked.say(_DATATYPES[attribute.datatype]),
        "order": order,
        "description": attribute.zh if asked.chinese else attribute.en,
    }
    if attribute.values:
        told["values"] = [{"key": v.key, "name": v.zh if asked.chinese else v.en} for v in attribute.values]
    return told


_DATATYPES: Final = {
    "number": mark("A number, without its unit"),
    "datetime": mark("A time such as 2026-08-28T18:00:00+08:00"),
}


def _request(row: dict[str, Any], headline: str | None, area: str | None, asked: Asked) -> Record:
    service = SERVICES.get(row["service"])
    name = row["service"] if service is None else (service.zh if asked.chinese else service.en)
    return {
        "service_request_id": row["code"],
        "status": row["status"],
        "status_notes": asked.say(STAGES[row["stage"]]),
        "service_name": name,
        "service_code": row["service"],
        "description": headline,
        "agency_responsible": row["station"],
        "service_notice": None,
        "requested_datetime": _w3c(instant(row["requested_at"])),
        "updated_datetime": _w3c(instant(row["updated_at"])),
        "expected_datetime": None,
        "address": area or row["station"],
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _w3c(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _of_problem(problem: Problem, asked: Asked) -> Response:
    told = problem.told(asked.languages, language_of(asked.request))
    return errors([(problem.status, str(told.get("detail") or told["title"]))], asked.format, problem.headers)


# What is asked


def _format(request: Request, named: str | None) -> Format:
    if named is None:
        return "json" if "json" in request.headers.get("accept", "") else "xml"
    return "xml" if named == "xml" else "json"


def _jurisdiction(given: str, city: str) -> None:
    if given and given != city:
        raise Told((404, mark("This jurisdiction_id is not known here; it is %(city)s, or left out.")), city=city)


def _known(code: str) -> Service:
    service = SERVICES.get(code)
    if service is None:
        raise Told((404, mark("No service has this service_code. The codes are listed at /open311/v2/services.")))
    return service


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _listed(given: QueryParams, name: str) -> list[str]:
    return [part.strip() for value in given.getlist(name) for part in value.split(",") if part.strip()]


def _moment(given: QueryParams, name: str) -> datetime | None:
    text = given.get(name, "").strip().replace(" ", "+")  # a plus that was not encoded comes as a blank
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None else found.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        text = mark("%(name)s must be a W3C time such as 2026-08-28T18:00:00+08:00.")
        raise Told((400, text), name=name) from None


def _point(form: FormData) -> Point | None:
    latitude, longitude = _text(form, "lat"), _text(form, "long")
    if not latitude and not longitude:
        return None
    try:
        return Point(longitude=float(longitude), latitude=float(latitude))
    except ValueError:
        raise Told((400, mark("lat and long must both be numbers, in WGS-84."))) from None


def _media(form: FormData) -> str:
    address = _text(form, "media_url")
    if not address:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or len(address) > 2_000:
        raise Told((400, mark("media_url must be an address that begins with http:// or https://.")))
    return address


def _headline(description: str, service: Service) -> str:
    """The first sentence of what was written, or what it is about where nothing was."""
    first = re.split(r"[。！？!?\n]", description, maxsplit=1)[0].strip()
    return first[:80] or service.zh


def _answers(form: FormData, service: Service) -> list[tuple[Attribute, str]]:
    """The answers to the service's questions, in words; every fault of them is told at once."""
    given: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        match = _ATTRIBUTE.fullmatch(name)
        if match is not None and isinstance(value, str) and value.strip():
            given.setdefault(match[1], []).append(value.strip())
    asked = {attribute.code: attribute for attribute in service.attributes if attribute.variable}
    if unknown := sorted(given.keys() - asked.keys()):
        raise Told((400, mark("This service has no attribute %(name)s.")), name=unknown[0])
    for attribute in asked.values():
        if attribute.required and attribute.code not in given:
            raise Told((400, mark("The attribute %(name)s is required.")), name=attribute.code)
    return [(asked[code], _said(asked[code], said)) for code, said in given.items()]


def _said(attribute: Attribute, given: Sequence[str]) -> str:
    fault = (400, mark("The attribute %(name)s cannot be read: it is a %(datatype)s."))
    values = {value.key: value.zh for value in attribute.values}
    wrong = Told(fault, name=attribute.code, datatype=attribute.datatype)
    if len(given) > 1 and attribute.datatype != "multivaluelist":
        raise wrong
    match attribute.datatype:
        case "singlevaluelist" | "multivaluelist":
            if not set(given) <= values.keys():
                raise wrong
            return "、".join(values[key] for key in dict.fromkeys(given))
        case "number":
            if re.fullmatch(r"\d{1,12}(\.\d{1,4})?", given[0]) is None:
                raise wrong
        case "datetime":
            try:
                datetime.fromisoformat(given[0])
            except ValueError:
                raise wrong from None
        case "string" | "text":
            pass
    if len(given[0]) > _LONGEST:
        raise wrong
    return given[0]
