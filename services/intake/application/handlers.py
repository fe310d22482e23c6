"""Handling what people and systems ask of intake: reports in, decisions on them, accounts, the register."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from services.intake.application import matters, submissions
from services.intake.application.category_maps import filed
from services.intake.application.submissions import Draft, SealedReport
from services.intake.domain import account, community, complaint, person, report
from services.intake.domain.report import CategorySuggestion, Suggestion
from services.intake.domain.streams import ACCOUNT, COMMUNITY, PERSON, REPORT
from shared.categories import DEFAULT_CATEGORY
from shared.eventsourcing.commands import Handled, Stale, derived_id
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import CommandReused, Meta

_HASHES_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of one report on its way in."""

    report: str
    code: str
    outcome: Literal["registered", "repeated", "changed"]
    position: int
    suggestion: Suggestion
    category: CategorySuggestion | None = None
    admitted: bool = False


class Reports:
    """Reports, from the draft to the decision."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def register(
        self,
        drafts: Sequence[Draft],
        commands: Sequence[tuple[str, str]],
        meta: Meta,
        now: datetime | None = None,
    ) -> list[Registered]:
        """Takes reports in; `commands` are (command id, fingerprint) of each. Repeated ones change nothing."""
        now = now or self._runtime.clock()
        drafts = [await self._lifted(draft) if draft.about else draft for draft in drafts]
        sealed = await submissions.seal(drafts, self._runtime.vault)
        return list(
            await asyncio.gather(
                *(
                    self._register(submission, id_, fingerprint, meta, now)
                    for submission, (id_, fingerprint) in zip(sealed, commands, strict=True)
                )
            )
        )

    async def _lifted(self, draft: Draft) -> Draft:
        """A complaint goes to the level above whoever it is about."""
        roles: dict[str, list[str]] = {}
        for id_ in complaint.accounts(draft.about):
            _, state = await self._runtime.commands.load(ACCOUNT, id_)
            if isinstance(state, account.Absent):
                raise account.NoSuchAccount
            roles[id_] = [post.role for post in state.posts] if isinstance(state, account.Opened) else []
        return Draft.model_validate({**draft.__dict__, "level": complaint.level(draft.about, roles)})

    async def _register(
        self, submission: SealedReport, id_: str, fingerprint: str, meta: Meta, now: datetime
    ) -> Registered:
        command = await filed(self._runtime, submissions.registration(submission, now))
        meta = meta.model_copy(
            update={
                "station": submission.station,
                "correlation": command.code,
                "causation": id_,
                "fingerprint": fingerprint,
            }
        )
        try:
            handled = await self._runtime.commands.handle(REPORT, submission.report, command, meta, id_)
        except CommandReused:
            return Registered(submission.report, "", "changed", 0, submission.suggestion, submission.category)
        if handled.repeated or not handled.position:
            state = await self.find(submission.report)
            code = state.received.code if not isinstance(state, report.NotReceived) else ""
            return Registered(
                submission.report, code, "repeated", handled.position, submission.suggestion, submission.category
            )
        return Registered(
            submission.report, command.code, "registered", handled.position, submission.suggestion, submission.category
        )

    async def accept_suggestions(self, registered: Sequence[Registered], above: float, meta: Meta) -> list[Registered]:
        """Accepts suggestions of at least this confidence, on the word of whoever asked for it; admits the disputes.

        Where life may be in danger a person looks first.
        """
        return list(await asyncio.gather(*(self._accept(one, above, meta) for one in registered)))

    async def _accept(self, one: Registered, above: float, meta: Meta) -> Registered:
        suggestion = one.suggestion
        if one.outcome == "changed" or suggestion.confidence < above or suggestion.danger_to_life:
            return one
        version, state = await self._runtime.commands.load(REPORT, one.report)
        if not isinstance(state, report.Received):
            return one  # decided upon already
        now = self._runtime.clock()
        try:
            if state.kind is None:
                # On what was just seen, so that a person who is quicker is not overruled.
                kind = report.ClassifyReport(kind=suggestion.kind, by=meta.actor, now=now)
                handled = await self.decide(one.report, kind, meta, derived_id("accept", one.report), version)
            elif state.kind != suggestion.kind or not await self._runtime.store.find(derived_id("accept", one.report)):
                return one  # a person has been here already
            else:  # accepted before, but perhaps not to the end
                handled = Handled(REPORT.stream(one.report), version, one.position)
            if suggestion.kind != "dispute":
                return replace(one, position=handled.position)
            about = state.received.category
            category = DEFAULT_CATEGORY if about is None else about.category
            admission = report.AdmitDispute(category=category, by=meta.actor, now=now)
            id_ = derived_id("accept-admit", one.report)
            handled = await self.decide(one.report, admission, meta, id_, handled.version)
        except (Stale, Refusal):
            return one  # a person was quicker
        return replace(one, position=handled.position, admitted=not handled.repeated)

    async def find(self, report_id: str) -> report.State:
        return (await self._runtime.commands.load(REPORT, report_id))[1]

    async def decide(
        self, report_id: str, command: report.Command, meta: Meta, command_id: str, seen: int | None = None
    ) -> Handled:
        """A decision on a report that is there; of one that was merged only the kind is decided by itself."""
        if not isinstance(command, report.ClassifyReport):
            await matters.stands_alone(self._runtime, report_id)
        state = await self.find(report_id)
        if not isinstance(state, report.NotReceived):
            received = state.received
            meta = meta.model_copy(update={"station": received.station, "correlation": received.code})
        return await self._runtime.commands.handle(REPORT, report_id, command, meta, command_id, seen)


class Accounts:
    """Accounts and their passwords (argon2id; only so many hashed at once, for each takes its 64 MiB)."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._hasher = PasswordHash((Argon2Hasher(),))
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)

    async def open(
        self, name: str, password: str, posts: Sequence[account.Post], meta: Meta, command_id: str
    ) -> Handled:
        command = account.OpenAccount(
            account=account_id(name),
            name=name,
            password_hash=await self._hash(password),
            posts=tuple(posts),
            now=self._runtime.clock(),
        )
        return await self._runtime.commands.handle(ACCOUNT, account_id(name), command, meta, command_id)

    async def change(self, id_: str, command: account.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(ACCOUNT, id_, command, meta, command_id)

    async def set_password(self, id_: str, password: str, meta: Meta, command_id: str) -> Handled:
        command = account.SetPassword(password_hash=await self._hash(password), now=self._runtime.clock())
        return await self.change(id_, command, meta, command_id)

    async def matches(self, password: str, hash_: str | None) -> bool:
        """Takes as long for a name that does not exist, so that names cannot be found out by the clock."""
        async with self._hashing:
            return await asyncio.to_thread(self._verify, password, hash_)

    def _verify(self, password: str, hash_: str | None) -> bool:
        if hash_ is None:
            self._hasher.hash(password)
            return False
        return self._hasher.verify(password, hash_)

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)


class Register:
    """The register of communities, and persons whose data is to be erased."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def change(self, community_id: str, command: community.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(COMMUNITY, community_id, command, meta, command_id)

    async def station_of(self, community_id: str) -> str | None:
        _, state = await self._runtime.commands.load(COMMUNITY, community_id)
        return state.station if isinstance(state, community.Registered) else None

    async def erase(self, person_id: str, reason: str, meta: Meta, command_id: str) -> Handled:
        command = person.ErasePerson(person=person_id, reason=reason, by=meta.actor, now=self._runtime.clock())
        return await self._runtime.commands.handle(PERSON, person_id, command, meta, command_id)


def account_id(name: str) -> str:
    """An account's id is made from its name, so that two of the same name cannot both be opened."""
    return derived_id("account", name.lower())
