"""How the answers of the domain and the store are told over HTTP: refused 409, unknown 404, lost race 412 or 409."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shared.eventsourcing.commands import Contended, Stale
from shared.eventsourcing.decider import Code, Refusal, Unknown
from shared.eventsourcing.projections import Behind, NeverStored
from shared.eventsourcing.store import CommandReused, InvalidAppend, StoreUnavailable
from shared.web.idempotency import key_reused
from shared.web.languages import Language, Languages, mark
from shared.web.problems import Problem, lost_race, respond


class RefusalProblem(Problem):
    """A decider's no, told in its own sentence."""

    def __init__(self, refusal: Refusal) -> None:
        unknown = isinstance(refusal, Unknown)
        slug = "".join(f"-{c.lower()}" if c.isupper() else c for c in type(refusal).__name__).lstrip("-")
        title = mark("Not found") if unknown else mark("Refused by a rule")
        super().__init__(404 if unknown else 409, slug, title)
        self._refusal = refusal

    def told(self, languages: Languages, language: Language) -> dict[str, object]:
        said = languages.text(language, self._refusal.say)
        return {**super().told(languages, language), "detail": said.format(**self._values(languages, language))}

    def _values(self, languages: Languages, language: Language) -> Mapping[str, object]:
        """Codes such as a kind are words of the catalog too; what people wrote is left as it is."""
        return {
            name: languages.text(language, value) if isinstance(value, Code) else value
            for name, value in self._refusal.values.items()
        }


def install(app: FastAPI) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal), "registered for refusals"
        return respond(request, RefusalProblem(error))

    async def stale(request: Request, error: Exception) -> Response:
        assert isinstance(error, Stale), "registered for stale versions"
        problem = lost_race(
            mark("It is at version %(actual)s, you saw %(seen)s. Since then: %(since)s. Read it again and repeat."),
            by_precondition="if-match" in request.headers,
            extra={"version": error.actual, "since": list(error.since)},
            actual=error.actual,
            seen=error.seen,
            since=", ".join(error.since),
        )
        return respond(request, problem)

    async def contended(request: Request, _: Exception) -> Response:
        return respond(request, lost_race(mark("It kept changing while this was decided. Read it again and repeat.")))

    async def reused(request: Request, _: Exception) -> Response:
        return respond(request, key_reused())

    async def unavailable(request: Request, _: Exception) -> Response:
        problem = Problem(
            503,
            "store-unavailable",
            mark("Not available at the moment"),
            mark("Whether it was stored is not known. Send it again with the same Idempotency-Key: it counts once."),
            headers={"Retry-After": "2"},
        )
        return respond(request, problem)

    async def behind(request: Request, error: Exception) -> Response:
        assert isinstance(error, Behind), "registered for positions not reached"
        problem = Problem(
            503,
            "not-yet-projected",
            mark("Not available at the moment"),
            mark("What you wait for has not arrived here yet (at %(reached)s of %(wanted)s). Ask again in a moment."),
            values={"reached": error.reached, "wanted": error.wanted},
            headers={"Retry-After": "1"},
        )
        return respond(request, problem)

    async def never_stored(request: Request, error: Exception) -> Response:
        assert isinstance(error, NeverStored), "registered for positions beyond the store"
        problem = Problem(
            422,
            "position-not-stored",
            mark("The request is malformed"),
            mark("Nothing is stored at position %(wanted)s: the latest is %(head)s. Ask after one that you were told."),
            values={"wanted": error.wanted, "head": error.head},
        )
        return respond(request, problem)

    async def invalid(request: Request, error: Exception) -> Response:
        problem = Problem(
            413, "cannot-be-stored", mark("The request is too large"), mark("%(why)s"), values={"why": str(error)}
        )
        return respond(request, problem)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(Stale, stale)
    app.add_exception_handler(Contended, contended)
    app.add_exception_handler(CommandReused, reused)
    app.add_exception_handler(StoreUnavailable, unavailable)
    app.add_exception_handler(Behind, behind)
    app.add_exception_handler(NeverStored, never_stored)
    app.add_exception_handler(InvalidAppend, invalid)
