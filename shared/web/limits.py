"""How often one address may do something within some time, for what is open to everybody."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from starlette.requests import Request

from shared.web.languages import mark
from shared.web.problems import Problem

_ADDRESSES: Final = 20_000
"""How many addresses are remembered; beyond that the one that was quiet longest is forgotten."""


class Limit:
    """At most `most` within `seconds` from one address; kept in this process alone and written nowhere."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, request: Request) -> None:
        """Raises the problem that says when to come back, if the address has used up what it may."""
        times = self._times(request)
        if len(times) >= self.most:
            wait = math.ceil(times[0] + self.seconds - self._clock())
            raise Problem(
                429,
                "too-often",
                mark("Too often from this address"),
                mark(
                    "Try again in %(minutes)s minutes, call 12345, or come to the station. "
                    "Is somebody in danger? Call 110 now."
                ),
                values={"minutes": math.ceil(wait / 60)},
                headers={"Retry-After": str(wait)},
            )

    def count(self, request: Request) -> None:
        self._times(request).append(self._clock())

    def _times(self, request: Request) -> deque[float]:
        address = request.client.host if request.client is not None else ""
        times = self._seen.setdefault(address, deque(maxlen=self.most))
        self._seen.move_to_end(address)
        while len(self._seen) > _ADDRESSES:
            self._seen.popitem(last=False)
        while times and times[0] <= self._clock() - self.seconds:
            times.popleft()
        return times
