"""Routes that say who may take them: none without a declared access, and the caller is known before a body is read.

    routes = Routes("/intake/api/v1", who=accounts.who, session_key=key)

    @routes.post("/reports", access="report.register", status_code=201)
    async def register_report(body: ReportIn, actor: CurrentActor, key: IdempotencyKey) -> ReportOut:
        permit(actor, "report.register", Scope(station=body.station))

    app.include_router(routes.router)
    check(app)

The route asks whether the caller has the action anywhere; where, is for the handler to ask, by `permit`.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias, TypedDict, TypeVar, Unpack, cast, get_args
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.access.actors import Actor, Scope
from shared.access.policies import Undeclared
from shared.access.rights import Action, authorize, may
from shared.web import sessions
from shared.web.languages import mark
from shared.web.problems import Problem, forbidden, not_found, unauthenticated, wants_page
from shared.web.sessions import NotSignedIn, Session, SessionKey

Open = Literal["open"]
OPEN: Final[Open] = "open"
SignedIn = Literal["signed-in"]
SIGNED_IN: Final[SignedIn] = "signed-in"
"""For what everybody may do who is signed in, such as ending one's own sessions; the handler asks for the rest."""
Access: TypeAlias = Action | Open | SignedIn

Who = Callable[[Session], Awaitable[Actor | None]]
"""The account's present state: its posts as they are now, or None when it is closed or has signed out everywhere."""

Password = Callable[[str, str], Awaitable[Actor | None]]
"""The actor of a name and a password (HTTP Basic on the embedded default), or None."""

Keys = Callable[[Request, str], Awaitable[Actor]]
"""The actor of another system's key, or the problem that says why it is not taken: unknown, unsigned, over a quota."""

KEY_PREFIX: Final = "wgk_"
"""What the key of another system begins with; a session's token never does."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

SIGN_IN: Final = "/intake/sign-in"
FORM_FIELD: Final = "form_token"
FORM_HEADER: Final = "x-form-token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_EXTENSION: Final = "x-access"


class RouteOptions(TypedDict, total=False):
    """What FastAPI's routes take besides the path, as far as it is used here."""

    status_code: int
    response_model: Any
    response_model_exclude_none: bool
    response_class: type[Response]
    responses: dict[int | str, dict[str, Any]]
    summary: str
    description: str
    tags: list[Any]
    name: str
    include_in_schema: bool
    openapi_extra: dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """Who calls, and the session by which; none when a password came with the request."""

    actor: Actor
    session: Session | None = None
    by_cookie: bool = False


class Routes:
    """A router of which every route declares the action that it needs, or that it is open to everybody."""

    def __init__(
        self,
        prefix: str = "",
        *,
        who: Who,
        session_key: SessionKey,
        basic: Password | None = None,
        keys: Keys | None = None,
        sign_in: str = SIGN_IN,
        tags: Sequence[str] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._who = who
        self._key = session_key
        self._basic = basic
        self._keys = keys
        self._sign_in = sign_in
        self._clock = clock
        self.router = APIRouter(prefix=prefix, tags=list(tags), route_class=_guarded_by(self))

    def get(self, path: str, *, access: Access, **options: Unpack[RouteOptions]) -> Callable[[Endpoint], Endpoint]:
        return self._route("GET", path, access, options)

    def post(self, path: str, *, access: Access, **options: Unpack[RouteOptions]) -> Callable[[Endpoint], Endpoint]:
        return self._route("POST", path, access, options)

    def put(self, path: str, *, access: Access, **options: Unpack[RouteOptions]) -> Callable[[Endpoint], Endpoint]:
        return self._route("PUT", path, access, options)

    def patch(self, path: str, *, access: Access, **options: Unpack[RouteOptions]) -> Callable[[Endpoint], Endpoint]:
        return self._route("PATCH", path, access, options)

    def delete(self, path: str, *, access: Access, **options: Unpack[RouteOptions]) -> Callable[[Endpoint], Endpoint]:
        return self._route("DELETE", path, access, options)

    def _route(self, method: str, path: str, access: Access, options: RouteOptions) -> Callable[[Endpoint], Endpoint]:
        if access not in (OPEN, SIGNED_IN) and access not in get_args(Action):
            raise ValueError(f"{method} {path}: {access} is no action")
        extra = {**options.pop("openapi_extra", {}), _EXTENSION: access}
        return self.router.api_route(path, methods=[method], openapi_extra=extra, **cast("dict[str, Any]", options))

    async def admit(self, request: Request, access: Access) -> Caller | None:
        """Who calls, if the route is for them; otherwise the problem that says why not."""
        caller = await self._caller(request, needed=access != OPEN)
        request.state.caller = caller
        request.state.session_key = self._key
        if access != OPEN:
            if caller is None:
                raise unauthenticated()
            if access != SIGNED_IN:
                decision = may(caller.actor, access)
                if not decision.allowed:
                    raise forbidden(decision)
        await self._check_form(request, caller)
        return caller

    def to_sign_in(self, request: Request) -> Response:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        address = f"{self._sign_in}?next={quote(wanted, safe='/')}"
        if (language := request.query_params.get("lang")) is not None:
            address += f"&lang={quote(language)}"
        if "hx-request" in request.headers:
            # A fragment cannot hold the sign-in page: let the whole page go there.
            return Response(status_code=401, headers={"HX-Redirect": self._sign_in})
        return RedirectResponse(address, status_code=303)

    def renew(self, request: Request, response: Response) -> None:
        """Goes on with a session that is in use, once half of its token's time is over."""
        caller: Caller | None = request.state.caller
        if caller is None or caller.session is None or not caller.by_cookie:
            return
        now, session = self._clock(), caller.session
        if now - session.issued_at < sessions.LIFETIME / 2 or now >= session.since + sessions.LONGEST:
            return
        if any(each.startswith(f"{sessions.COOKIE}=") for each in response.headers.getlist("set-cookie")):
            return  # the handler has signed in or out
        token = sessions.issue(self._key, caller.actor, session.generation, now, since=session.since)
        sessions.remember(response, request, token)

    async def _caller(self, request: Request, *, needed: bool) -> Caller | None:
        if self._basic is not None and (given := _basic_credentials(request)) is not None:
            actor = await self._basic(*given)
            return None if actor is None else Caller(actor)
        token, by_cookie = sessions.bearer(request), False
        if token is not None and token.startswith(KEY_PREFIX) and self._keys is not None:
            return Caller(await self._keys(request, token))
        if token is None:
            token, by_cookie = request.cookies.get(sessions.COOKIE), True
        if not token:
            return None
        try:
            session = sessions.read(self._key, token, self._clock())
        except NotSignedIn:
            return None
        actor = await self._who(session)
        return None if actor is None else Caller(actor, session, by_cookie)

    async def _check_form(self, request: Request, caller: Caller | None) -> None:
        """A form sent with a cookie must come from a page of ours. JSON cannot be sent by another site's form."""
        if request.method in SAFE_METHODS or (caller is not None and not caller.by_cookie):
            return
        if caller is None and sessions.bearer(request) is not None:
            return
        if _media_type(request) == "application/json":
            return
        token = request.headers.get(FORM_HEADER) or await _form_field(request, FORM_FIELD)
        account = caller.actor.id if caller is not None else None
        if not token or not sessions.form_token_holds(self._key, token, account, self._clock()):
            raise Problem(
                403,
                "form-out-of-date",
                mark("This page is out of date"),
                mark("Nothing was changed. Load the page again and repeat what you did."),
            )


NO_REPORT: Final = mark("No report has this number. Check it, or look for it in the list.")


def permit(actor: Actor, action: Action, scope: Scope) -> None:
    """Raises the problem that says why, unless the actor may do this here."""
    decision = authorize(actor, action, scope)
    if not decision.allowed:
        if scope.level != "desk" or scope.about:
            # To be told that one may not see it would be to be told that somebody complained.
            raise not_found(NO_REPORT)
        raise forbidden(decision)


def caller_of(request: Request) -> Caller | None:
    """Who calls; None where nobody is signed in, and outside the routes that know."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller


def _current_actor(request: Request) -> Actor:
    caller = caller_of(request)
    if caller is None:
        raise unauthenticated()
    return caller.actor


def _present_actor(request: Request) -> Actor | None:
    caller = caller_of(request)
    return None if caller is None else caller.actor


def _current_session(request: Request) -> Session | None:
    caller = caller_of(request)
    return None if caller is None else caller.session


CurrentActor = Annotated[Actor, Depends(_current_actor)]
"""The actor who calls."""

PresentActor = Annotated[Actor | None, Depends(_present_actor)]
"""The actor who calls an open route, if anybody is signed in."""

CurrentSession = Annotated[Session | None, Depends(_current_session)]
"""The session by which an actor calls; none with a password."""


# The check at start


class OpenRoute(APIRoute):
    """A route that is open to everybody and asks for nobody: health, metrics."""


def access_of(app: FastAPI) -> Mapping[str, Access]:
    """Each route of the app, as `GET /path`, with its declared access; `Undeclared` names those that have none."""
    open_paths: frozenset[str] = getattr(app.state, "open_paths", frozenset())
    found: dict[str, Access] = {}
    missing: list[str] = []
    for context in iter_route_contexts(app.routes):
        for method in sorted(context.methods or {"*"}):
            name = f"{method} {context.path}"
            access = _declared(context.original_route)
            if access is None and context.path in open_paths and not isinstance(context.original_route, APIRoute):
                access = OPEN
            if access is None:
                missing.append(name)
            else:
                found[name] = access
    if missing:
        raise Undeclared(missing)
    return found


def check(app: FastAPI) -> None:
    """Raises `Undeclared`, naming them, when routes have no declared access. To be called before the app serves."""
    access_of(app)


def _declared(route: object) -> Access | None:
    if isinstance(route, OpenRoute):
        return OPEN
    if isinstance(route, Guarded):
        return cast("Access | None", (route.openapi_extra or {}).get(_EXTENSION))
    return None


class Guarded(APIRoute):
    """A route that admits its caller before anything of the request's body is read."""

    routes: Routes

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        access = _declared(self)

        async def guarded(request: Request) -> Response:
            if access is None:
                raise Undeclared([f"{request.method} {self.path}"])
            try:
                await self.routes.admit(request, access)
            except Problem as problem:
                await request.close()  # the files of a form that was looked at for its token
                if problem.status == 401 and request.method == "GET" and wants_page(request):
                    return self.routes.to_sign_in(request)
                raise
            response = await answer(request)
            self.routes.renew(request, response)
            return response

        return guarded


def _guarded_by(routes: Routes) -> type[Guarded]:
    return type("Guarded", (Guarded,), {"routes": routes})


# Reading a request


def _basic_credentials(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return (name, password) if colon else ("", "")


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _form_field(request: Request, name: str) -> str | None:
    if _media_type(request) not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return None
    value = (await request.form()).get(name)  # FastAPI reads the same form again from where Starlette keeps it
    return value if isinstance(value, str) else None
