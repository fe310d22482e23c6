"""A step that is taken by a form of a page: taken, and the page is shown anew; or its refusal, above the page."""

from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.eventsourcing.decider import Refusal
from shared.web.domain_errors import RefusalProblem
from shared.web.languages import Languages, language_of, mark
from shared.web.problems import Problem

Show = Callable[[str, int], Awaitable[Response]]
"""Shows the page with what went wrong, under this status."""


async def taken(
    request: Request, languages: Languages, act: Callable[[], Awaitable[tuple[str, int]]], show: Show
) -> Response:
    """`act` answers the address of the page to go on to, and the position that it is to know."""
    language = language_of(request)
    try:
        address, position = await act()
    except ValidationError:
        return await show(languages.text(language, mark("Please fill in every field of the form.")), 422)
    except Refusal as refusal:
        told = RefusalProblem(refusal)
        return await show(str(told.told(languages, language)["detail"]), told.status)
    except Problem as problem:
        if problem.status == 403:
            raise
        answer = problem.told(languages, language)
        return await show(str(answer.get("detail", answer["title"])), problem.status)
    return RedirectResponse(f"{address}?after={position}", 303)


def given(**values: str) -> dict[str, str]:
    """What was filled in; a field that was left empty was not given."""
    return {name: value.strip() for name, value in values.items() if value.strip()}
