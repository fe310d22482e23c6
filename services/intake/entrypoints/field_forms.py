"""How a page of field work takes a form: the step is tried, and what is wrong is told above the same page."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.eventsourcing.commands import Handled
from shared.eventsourcing.decider import Refusal, Unknown
from shared.web.domain_errors import RefusalProblem
from shared.web.languages import Languages, language_of, mark

Try: TypeAlias = Callable[[], Awaitable[Handled]]
Show: TypeAlias = Callable[[str, int], Awaitable[Response]]
"""Shows the page again, with what was wrong and the status."""

INCOMPLETE: Final = mark("Please fill in every field of the form.")


class Forms:
    def __init__(self, languages: Languages) -> None:
        self.languages = languages

    async def take(self, request: Request, attempt: Try, address: str, show: Show) -> Response:
        """Goes on to `address` once its page has seen what was done; what was never there is a problem of its own."""
        try:
            handled = await attempt()
        except ValidationError:
            return await show(self.languages.text(language_of(request), INCOMPLETE), 422)
        except Unknown:
            raise
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            return await show(str(told.told(self.languages, language_of(request))["detail"]), told.status)
        sign = "&" if "?" in address else "?"
        return RedirectResponse(f"{address}{sign}after={handled.position}", 303)
