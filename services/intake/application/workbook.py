"""The register from one workbook (台账工作簿): its rows are tried as a whole by the rules, and only then asked for.

Trying and storing are the same procedure on two desks: a `Trial` keeps what would be in memory, the `Store` decides for
good. Asked again, the same rows change nothing, and a row that has changed changes what it says and no more. What a
volunteer took back is not given again by a sheet: who stood down is left alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeAlias

from services.intake.domain import account, community, ground, post
from services.intake.domain import volunteer as v
from services.intake.domain.streams import ACCOUNT, COMMUNITY, POST, VOLUNTEER
from shared.eventsourcing.commands import StreamType, derived_id
from shared.eventsourcing.decider import Refusal, sentence
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta

SheetName: TypeAlias = Literal[
    "communities", "residents", "grids", "compounds", "buildings", "units", "posts", "volunteers"
]
Values: TypeAlias = Mapping[str, object]
_AT_ONCE: Final = 48


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a sheet, read: what it holds by the names of its columns."""

    sheet: SheetName
    line: int
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in a row, as a sentence with its values; the column where one is to blame."""

    sheet: str
    line: int
    say: str
    values: Values = field(default_factory=dict)
    column: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of the rows, or would."""

    rows: int = 0
    changed: int = 0
    left_alone: int = 0
    position: int = 0
    by_sheet: dict[str, list[int]] = field(default_factory=dict)
    """For each sheet how many rows it has and how many of them changed something."""
    wrong: list[Wrong] = field(default_factory=list)

    changing: list[Record] = field(default_factory=list)
    """The rows that changed something."""

    def note(self, record: Record, events: int) -> None:
        self.rows += 1
        if events:
            self.changing.append(record)
        self.changed += events > 0
        counted = self.by_sheet.setdefault(record.sheet, [0, 0])
        counted[0] += 1
        counted[1] += events > 0


Seal: TypeAlias = Callable[[str, str], Sealed]


class Desk(Protocol):
    """Where rows are brought: answers how many events a command led to."""

    seal: Seal

    async def state(self, type_: StreamType[Any, Any, Any], id_: str) -> Any: ...

    async def ask(self, row: Record, type_: StreamType[Any, Any, Any], id_: str, command: Any) -> int: ...


class Trial:
    """Decides in memory, on what is stored and on what the rows before would have changed; nothing is sealed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._states: dict[str, Any] = {}
        self.seal: Seal = lambda of, value: Sealed(of=of, box="s1.")

    async def state(self, type_: StreamType[Any, Any, Any], id_: str) -> Any:
        stream = type_.stream(id_)
        if stream not in self._states:
            self._states[stream] = (await self._runtime.commands.load(type_, id_))[1]
        return self._states[stream]

    async def ask(self, row: Record, type_: StreamType[Any, Any, Any], id_: str, command: Any) -> int:
        state = await self.state(type_, id_)
        events = type_.decider.decide(command, state)
        self._states[type_.stream(id_)] = type_.decider.fold(events, state)
        return len(events)


class Store:
    """Decides for good. A row is one command, with an id that follows from the request: sent again, it counts once."""

    def __init__(self, runtime: Runtime, seal: Seal, meta: Meta, command_id: str) -> None:
        self._runtime = runtime
        self._meta = meta
        self._command_id = command_id
        self._states: dict[str, Any] = {}
        self.seal = seal
        self.position = 0

    async def state(self, type_: StreamType[Any, Any, Any], id_: str) -> Any:
        """What a row looks up beside its own stream: read once, for what is decided is decided on the store."""
        stream = type_.stream(id_)
        if stream not in self._states:
            self._states[stream] = (await self._runtime.commands.load(type_, id_))[1]
        return self._states[stream]

    async def ask(self, row: Record, type_: StreamType[Any, Any, Any], id_: str, command: Any) -> int:
        command_id = derived_id(self._command_id, row.sheet, row.line)
        handled = await self._runtime.commands.handle(type_, id_, command, self._meta, command_id)
        self.position = max(self.position, handled.position)
        stream = type_.stream(id_)
        if stream in self._states:
            self._states[stream] = type_.decider.fold(handled.events, self._states[stream])
        return 0 if handled.repeated else len(handled.events)


class NameDiffers(Refusal):
    say = sentence(
        "Number {number} belongs to somebody of another name in the register. Give a new person a number of their own."
    )


class Importer:
    """Brings the rows of a workbook to a desk, sheet by sheet in the order in which they need one another."""

    def __init__(self, desk: Desk, by: str, now: datetime, names: Mapping[str, str | None]) -> None:
        self._desk = desk
        self._by = by
        self._now = now
        self._names = names
        """The names in clear of those who are in the register already, by their ids."""

    async def bring(self, records: Sequence[Record]) -> Outcome:
        """Volunteers are apart from one another, so that several may be brought at once."""
        outcome = Outcome()
        people = [record for record in records if record.sheet == "volunteers"]
        for record in records:
            if record.sheet != "volunteers":
                await self._bring(record, outcome)
        for at in range(0, len(people), _AT_ONCE):
            await asyncio.gather(*(self._bring(record, outcome) for record in people[at : at + _AT_ONCE]))
        outcome.wrong.sort(key=lambda wrong: (_ORDER.index(wrong.sheet), wrong.line))
        return outcome

    async def _bring(self, record: Record, outcome: Outcome) -> None:
        try:
            events = await _ROWS[record.sheet](self, record)
        except Refusal as refusal:
            outcome.wrong.append(Wrong(record.sheet, record.line, refusal.say, refusal.values))
            return
        if events is None:
            outcome.left_alone += 1
        outcome.note(record, events or 0)

    async def enter_community(self, row: Record) -> int:
        command = community.RegisterCommunity(
            community=row["community"], name=row["name"], station=row["station"], now=self._now
        )
        return await self._ask_community(row, command)

    async def enter_residents(self, row: Record) -> int:
        command = community.CountResidents(
            residents=row["residents"], on=row["on"], source=row["source"], now=self._now
        )
        return await self._ask_community(row, command)

    async def enter_grid(self, row: Record) -> int:
        grid = community.Grid(grid=row["grid"], name=row["name"], squad=row["squad"])
        return await self._ask_community(row, community.DrawGrid(grid=grid, now=self._now))

    async def enter_compound(self, row: Record) -> int:
        compound = community.Compound(
            compound=row["compound"],
            name=row["name"],
            grid=row["grid"],
            property_managed=row["property_managed"],
            manager=row["manager"],
            address=row["address"],
            also_called=row["also_called"] or (),
        )
        return await self._ask_community(row, community.RegisterCompound(compound=compound, now=self._now))

    async def enter_building(self, row: Record) -> int:
        building = ground.Building(
            building=row["building"],
            name=row["name"],
            compound=row["compound"],
            grid=row["grid"],
            address=row["address"],
            also_called=row["also_called"] or (),
        )
        return await self._ask_community(row, ground.EnterBuilding(building=building, now=self._now))

    async def enter_unit(self, row: Record) -> int:
        unit = ground.Unit(unit=row["unit"], name=row["name"], building=row["building"])
        return await self._ask_community(row, ground.EnterUnit(unit=unit, now=self._now))

    async def enter_post(self, row: Record) -> int:
        person = holder_id(row)
        self._same_name(person, row)
        place = post.Place(station=row["station"])
        if row["community"]:
            place = await self._located(row["community"], community=row["community"], grid=row["grid"])
        holding = post.Holding(
            role=row["role"],
            place=place,
            person=person,
            name=self._desk.seal(person, row["name"]),
            account=await self._account(row["account"]),
            since=row["since"],
            until=row["until"],
        )
        id_ = derived_id("post", person, row["role"], place.model_dump_json())
        state: post.Terms = await self._desk.state(POST, id_)
        begun = {n: term.holding for n, term in state.terms.items() if not term.withdrawn}
        for number, held in begun.items():
            if held.since == row["since"] and held.until is None and row["until"] is not None:
                ended = post.EndPost(term=number, until=row["until"], reason="other", now=self._now)
                return await self._desk.ask(row, POST, id_, ended)
        return await self._desk.ask(row, POST, id_, post.TakePost(post=id_, holding=holding, now=self._now))

    async def enter_volunteer(self, row: Record) -> int | None:
        id_ = volunteer_id(row)
        self._same_name(id_, row)
        state: v.State = await self._desk.state(VOLUNTEER, id_)
        if isinstance(state, v.Volunteer) and state.over:
            return None
        located = await self._located(
            row["community"],
            community=row["community"],
            grid=row["grid"],
            compound=row["compound"],
            building=row["building"],
            unit=row["unit"],
        )
        place = v.Place(**located.model_dump(include=set(v.Place.model_fields)))
        steps = self._steps(id_, row, state, located.station, place, await self._account(row["account"]))
        return await self._desk.ask(row, VOLUNTEER, id_, v.TakeSteps(steps=tuple(steps)))

    def _steps(
        self, id_: str, row: Record, state: v.State, station: str, place: v.Place, of: str | None
    ) -> Iterable[v.Step]:
        """What the row tells, in the order in which it happens; what is known already decides nothing."""
        by, now, seal = self._by, self._now, self._desk.seal
        if isinstance(state, v.Nobody):
            yield v.FindVolunteer(
                volunteer=id_,
                name=seal(id_, row["name"]),
                role=row["role"],
                station=station,
                community=row["community"],
                place=place,
                origin=v.Origin(kind=row["origin"] or "roster", id=row["origin_id"]),
                account=of,
                on=row["found_on"],
                by=by,
                now=now,
            )
        else:
            yield v.PlaceVolunteer(role=row["role"], place=place, by=by, now=now)
        if row["talked_on"]:
            yield v.TalkWithVolunteer(on=row["talked_on"], by=by, now=now)
        if row["voucher"] and not (isinstance(state, v.Volunteer) and state.vouchers):
            person = derived_id("voucher", id_)
            voucher = v.Voucher(kind=row["voucher_kind"], person=person, name=seal(person, row["voucher"]))
            yield v.VouchForVolunteer(voucher=voucher, on=row["vouched_on"], by=by, now=now)
        if row["consented_on"]:
            yield v.RecordConsent(form=row["consent_form"] or "earlier", on=row["consented_on"], by=by, now=now)
        if row["trained_on"]:
            yield v.RecordTraining(subject=row["training"] or "safety", on=row["trained_on"], by=by, now=now)
        if row["insurer"]:
            cover = v.Insurance(insurer=row["insurer"], first_day=row["insured_from"], last_day=row["insured_until"])
            yield v.RecordInsurance(insurance=cover, by=by, now=now)
        if row["on_duty_since"]:
            yield v.PutOnDuty(on=row["on_duty_since"], by=by, now=now)

    async def _ask_community(self, row: Record, command: Any) -> int:
        return await self._desk.ask(row, COMMUNITY, row["community"], command)

    async def _located(self, of: str, **place: Any) -> post.Place:
        state: community.State = await self._desk.state(COMMUNITY, of)
        if isinstance(state, community.Unregistered):
            raise community.NoSuchCommunity
        return community.place_in(state, post.Place(station=state.station, **place))

    async def _account(self, name: str | None) -> str | None:
        if not name:
            return None
        id_ = derived_id("account", name.lower())
        if isinstance(await self._desk.state(ACCOUNT, id_), account.Absent):
            raise account.NoSuchAccount
        return id_

    def _same_name(self, person: str, row: Record) -> None:
        """A number that comes with another name is a mistake more often than a marriage: a person looks at it."""
        known = self._names.get(person)
        if known is not None and known != row["name"]:
            raise NameDiffers(number=row["number"])


_ROWS: Final[Mapping[SheetName, Callable[[Importer, Record], Awaitable[int | None]]]] = {
    "communities": Importer.enter_community,
    "residents": Importer.enter_residents,
    "grids": Importer.enter_grid,
    "compounds": Importer.enter_compound,
    "buildings": Importer.enter_building,
    "units": Importer.enter_unit,
    "posts": Importer.enter_post,
    "volunteers": Importer.enter_volunteer,
}
_ORDER: Final[list[str]] = list(_ROWS)


def volunteer_id(row: Record) -> str:
    """The same number in the same community is the same person."""
    return derived_id("workbook-volunteer", row["community"], row["number"])


def holder_id(row: Record) -> str:
    """The same number at the same station is the same person."""
    return derived_id("workbook-person", row["station"], row["number"])


def persons_in(records: Iterable[Record]) -> list[str]:
    """The ids of everybody whose name is in the workbook."""
    found: list[str] = []
    for row in records:
        if row.sheet == "volunteers":
            found += [volunteer_id(row), derived_id("voucher", volunteer_id(row))]
        elif row.sheet == "posts":
            found.append(holder_id(row))
    return found


async def try_out(runtime: Runtime, records: Sequence[Record], names: Mapping[str, str | None], meta: Meta) -> Outcome:
    """What the rows would change and what is wrong with them; nothing is stored, and no key is made."""
    return await Importer(Trial(runtime), meta.actor, runtime.clock(), names).bring(records)


async def store(
    runtime: Runtime, tried: Outcome, names: Mapping[str, str | None], meta: Meta, command_id: str
) -> Outcome:
    """Asks for what was tried out, as far as it changes something."""
    records = sorted(tried.changing, key=lambda row: (_ORDER.index(row.sheet), row.line))
    seal = await runtime.vault.sealer(persons_in(records))
    desk = Store(runtime, seal, meta, command_id)
    outcome = await Importer(desk, meta.actor, runtime.clock(), names).bring(records)
    return replace(tried, position=desk.position, wrong=outcome.wrong)
