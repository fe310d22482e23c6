"""Handling what the reporter of one report asks for, and what is asked about who they are."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from services.intake.application.handlers import Reports
from services.intake.domain import report, reporter
from services.intake.domain.streams import REPORTER
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta

_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 26
"""Of five bits each: 130 bits that nobody guesses."""
_ALIKE: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, told once to whom it is for."""

    access: str
    token: str
    handled: Handled


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a confidential report comes from, in clear."""

    name: str | None
    phone: str | None
    helper_name: str | None
    helper_phone: str | None


class Reporters:
    """The reporter's side of reports."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._reports = Reports(runtime)

    async def state(self, report_id: str) -> reporter.State:
        return (await self._runtime.commands.load(REPORTER, report_id))[1]

    async def received(self, report_id: str) -> report.ReportReceived:
        state = await self._reports.find(report_id)
        if isinstance(state, report.NotReceived):
            raise report.NeverReceived
        return state.received

    async def issue(self, report_id: str, holder: reporter.Holder, meta: Meta, command_id: str) -> Issued:
        """Gives out a token; the same request once more is answered with the same one."""
        received = await self.received(report_id)
        access = derived_id("access", command_id)
        token = self._token(access)
        command = reporter.IssueAccess(
            report=report_id,
            code=received.code,
            access=access,
            holder=holder,
            token_hash=hash_of(token),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return Issued(access, token, await self._handle(received, command, meta, access))

    async def revoke(self, report_id: str, access: str, why: reporter.Why, meta: Meta, command_id: str) -> Handled:
        received = await self.received(report_id)
        now = self._runtime.clock()
        command = reporter.RevokeAccess(
            report=report_id, code=received.code, access=access, why=why, by=meta.actor, now=now
        )
        return await self._handle(received, command, meta, command_id)

    async def supplement(self, report_id: str, text: str, meta: Meta, command_id: str) -> Handled:
        received = await self.received(report_id)
        command = reporter.AddSupplement(
            report=report_id,
            code=received.code,
            supplement=derived_id("supplement", command_id),
            text=await self._runtime.vault.seal(f"report-{report_id}", text),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self._handle(received, command, meta, command_id)

    async def withdraw(self, report_id: str, reason: str, meta: Meta, command_id: str) -> Handled:
        sealed = await self._runtime.vault.seal(f"report-{report_id}", reason) if reason else None
        command = report.WithdrawReport(reason=sealed, by=meta.actor, now=self._runtime.clock())
        return await self._reports.decide(report_id, command, meta, command_id)

    async def open_identity(
        self, report_id: str, purpose: reporter.Purpose, reason: str, meta: Meta, command_id: str
    ) -> tuple[Identity, Handled]:
        """Who it was, for whom, what for and why is on record before the values leave."""
        received = await self.received(report_id)
        identity = received.identity
        command = reporter.OpenIdentity(
            report=report_id,
            code=received.code,
            opening=derived_id("opening", command_id),
            hidden=identity is not None,
            purpose=purpose,
            reason=await self._runtime.vault.seal(f"report-{report_id}", reason),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        handled = await self._handle(received, command, meta, command_id)
        assert identity is not None, "where nothing is hidden, the decision refuses"
        sealed = {name: value for name, value in identity.__dict__.items() if value is not None}
        opened = await self._runtime.open(list(sealed.values()), meta, f"identity: {purpose}")
        values = dict(zip(sealed, opened, strict=True))
        clear = Identity(*(values.get(name) for name in ("name", "phone", "helper_name", "helper_phone")))
        return clear, handled

    async def open(self, sealed: list[Sealed], meta: Meta) -> list[str | None]:
        return await self._runtime.open(sealed, meta, "own report")

    async def _handle(
        self, received: report.ReportReceived, command: reporter.Command, meta: Meta, command_id: str
    ) -> Handled:
        told = meta.model_copy(update={"station": received.station, "correlation": received.code})
        return await self._runtime.commands.handle(REPORTER, received.report, command, told, command_id)

    def _token(self, access: str) -> str:
        key = self._runtime.settings.deployment_key
        digest = hmac.new(key, b"wangge reporter's token\n" + access.encode(), hashlib.sha256).digest()
        number = int.from_bytes(digest, "big")
        return "".join(_LETTERS[(number >> 5 * place) & 31] for place in range(_LENGTH))


def hash_of(token: str) -> str:
    """What is stored of a token; letters that are taken for figures, and gaps, make no difference."""
    return hashlib.sha256(token.lower().translate(_ALIKE).encode()).hexdigest()
