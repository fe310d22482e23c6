"""The signed webhook: messages go by HTTP to one receiver, a gateway that the station has set up."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx2
import orjson

from services.notify.adapters.channel import (
    Outcome,
    OutgoingMessage,
    PermanentFailure,
    Sent,
    TechnicalFailure,
    TemporaryFailure,
)
from services.notify.adapters.signing import Signer
from services.notify.adapters.target import ForbiddenTarget, Misconfigured, Resolver, Target, system_resolver
from services.notify.domain.delivery import LONGEST_WAIT
from services.notify.domain.delivery import Channel as ChannelName

LARGEST_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds to wait: for the connection, for each piece of the answer, and for all of it."""

    connect: float = 5.0
    read: float = 30.0
    whole: float = 60.0


class Webhook:
    """A channel by HTTP POST, signed after Standard Webhooks.

    `webhook-id` is the delivery's id in every attempt, and the receiver drops an id that it has had: that makes the
    channel repeatable. Redirects are not followed and no proxy of the environment is used, so nothing but the checked
    address is ever connected to.
    """

    name: Final[ChannelName] = "webhook"
    repeatable: Final = True

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        clock: Callable[[], datetime],
        allow_loopback: bool = False,
        resolver: Resolver = system_resolver,
        patience: Patience | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Raises `Misconfigured` when the settings cannot be used."""
        self._target = Target.of(url, allow_loopback=allow_loopback)
        self._signer = Signer.of(secret)
        self._clock = clock
        self._resolver = resolver
        self._patience = patience or Patience()
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(self._patience.read, connect=self._patience.connect),
            verify=trust or True,
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(self, message: OutgoingMessage) -> Outcome:
        try:
            async with asyncio.timeout(self._patience.whole):
                response = await self._post(message)
        except (TimeoutError, httpx2.TimeoutException):
            return TemporaryFailure("timed_out")
        except ForbiddenTarget as forbidden:
            return TechnicalFailure("forbidden_target", str(forbidden))
        except httpx2.ProtocolError:
            return TemporaryFailure("unintelligible")
        except httpx2.TransportError as fault:
            return TechnicalFailure("untrusted") if _distrusted(fault) else TemporaryFailure("unreachable")
        except OSError:
            return TemporaryFailure("unreachable", "name not found")
        try:
            return await self._outcome(response)
        finally:
            await response.aclose()

    async def _post(self, message: OutgoingMessage) -> httpx2.Response:
        """Sends it and waits for the head of the answer; from there on it is known what became of the message."""
        address = await self._target.resolve(self._resolver)
        url = self._target.url
        body = _body(message)
        timestamp = int(self._clock().timestamp())
        request = self._client.build_request(
            "POST",
            url.copy_with(host=str(address), fragment=None),
            content=body,
            headers={
                "Host": url.netloc.decode(),
                "Content-Type": "application/json",
                # An answer that unpacks to more than it is worth is not asked for.
                "Accept-Encoding": "identity",
                "User-Agent": "wangge-notify",
                "webhook-id": message.delivery,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": self._signer.signature(message.delivery, timestamp, body),
            },
            # The certificate is checked for the name of the settings, not for the address that it was resolved to.
            extensions={} if _is_address(self._target.host) else {"sni_hostname": self._target.host},
        )
        return await self._client.send(request, stream=True)

    async def _outcome(self, response: httpx2.Response) -> Outcome:
        status = response.status_code
        if response.is_success:
            return Sent(provider_id=await self._provider_id(response), delivered=True)
        if status in (408, 425, 429) or status >= 500:
            return TemporaryFailure("answered", str(status), self._retry_after(response.headers.get("Retry-After", "")))
        if status >= 400:
            return PermanentFailure("answered", str(status))
        return TechnicalFailure("redirected", str(status))

    async def _provider_id(self, response: httpx2.Response) -> str | None:
        """The receiver's own number for the message, where its answer is a small JSON object with an `id`.

        The message is delivered whatever else the answer holds and however it ends, so nothing in here may fail.
        """
        answer = b""
        try:
            async with asyncio.timeout(self._patience.read):
                async for piece in response.aiter_raw():
                    answer += piece
                    if len(answer) > LARGEST_ANSWER:
                        return None
            given = orjson.loads(answer)
        except (TimeoutError, httpx2.TransportError, orjson.JSONDecodeError):
            return None
        match given:
            case {"id": str(number)} if 0 < len(number) <= 200 and number.isascii() and number.isprintable():
                return number
            case _:
                return None

    def _retry_after(self, header: str) -> timedelta | None:
        """Seconds or a date, as RFC 9110 has it; what is neither is as if it were not there."""
        if header.isascii() and header.isdigit():
            return timedelta(seconds=min(int(header[:6]), LONGEST_WAIT.total_seconds()))
        try:
            wait = parsedate_to_datetime(header) - self._clock()
        except (ValueError, TypeError, OverflowError):
            return None
        return min(max(wait, timedelta()), LONGEST_WAIT)


def webhook(
    url: str, secret: str, *, clock: Callable[[], datetime], allow_loopback: bool = False
) -> Webhook | Unusable:
    """The channel of the settings; with faulty ones, a channel that says so for each message instead of losing it."""
    try:
        return Webhook(url, secret, clock=clock, allow_loopback=allow_loopback)
    except Misconfigured as fault:
        return Unusable(str(fault))


class Unusable:
    """Stands for a webhook whose settings cannot be used; `why` is the sentence for the operator."""

    name: Final[ChannelName] = "webhook"
    repeatable: Final = True

    def __init__(self, why: str) -> None:
        self.why = why

    async def aclose(self) -> None:
        return

    async def send(self, message: OutgoingMessage) -> TechnicalFailure:
        return TechnicalFailure("misconfigured")


def _body(message: OutgoingMessage) -> bytes:
    """The same bytes in every attempt: the time in it is that of the plan."""
    return orjson.dumps(
        {
            "type": "notice.deliver",
            "timestamp": message.planned_at,
            "data": {
                "delivery": message.delivery,
                "notice": message.notice,
                "template": message.template,
                "case": message.case,
                "code": message.code,
                "station": message.station,
                "person": message.person,
                "name": message.name,
                "phone": message.phone,
                "zh": {"title": message.rendered.zh.title, "text": message.rendered.zh.text},
                "en": {"title": message.rendered.en.title, "text": message.rendered.en.text},
            },
        }
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _distrusted(fault: BaseException) -> bool:
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
