"""A service's event-sourcing runtime put together: store, commands, vault, followers, receiver; started and stopped.

The composition root (`main.py`) makes one, tells it the service's projections, policies, relay and receiver, runs it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from pydantic import BaseModel
from uuid_utils import uuid7

from shared.eventsourcing import parking, reads
from shared.eventsourcing.chain import GENESIS, verify
from shared.eventsourcing.commands import Commands, derived_id, keyed_fingerprint
from shared.eventsourcing.database import Database
from shared.eventsourcing.events import Codec, Event, UnknownStoredType, Upcaster
from shared.eventsourcing.followers import Follower, Runner, Task
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.policies import PolicyHandler, React
from shared.eventsourcing.projections import (
    Behind,
    NeverStored,
    Progress,
    Projection,
    ProjectionHandler,
    prepare,
    projected,
    rebuild,
    wait_until,
)
from shared.eventsourcing.receiver import Prepare, Receiver, describe
from shared.eventsourcing.relay import Message, RelayHandler, ensure_topics
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.sealing import Vault, sealed_in
from shared.eventsourcing.snapshots import SqlSnapshots
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import (
    ANY_VERSION,
    Append,
    Clock,
    Meta,
    NewEvent,
    StoredEvent,
    StreamWrite,
    system_clock,
)
from shared.eventsourcing.timers import Fire, Schedule, TimerClock, Timers

log = logging.getLogger(__name__)
listening = logging.getLogger("shared.eventsourcing.listening")
"""What FastStream says while it listens."""

_READ_CACHE = 4_000
_RECEIVED = ("received/", "retried/")

Tell = Callable[[Event, Callable[[Sealed], Sealed]], tuple[str, str, BaseModel] | None]
"""Pure: an own event and a way to make its sealed values ready to leave → (topic, key, contract), or None."""


@dataclass(frozen=True)
class Settings:
    """What a runtime needs to know from outside."""

    service: str
    city: str
    database: str
    kafka: str
    master_key: bytes = field(repr=False)
    deployment_key: bytes = field(repr=False)
    partitions: int = 4
    replication: int = 1


def _outage_in_one_line(record: logging.LogRecord) -> bool:
    """That Kafka is away is expected and no fault of a line of code: FastStream's traceback of it says nothing."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, KafkaError | OSError):
        record.msg, record.args = f"{record.getMessage()}: {error!r}", ()
        record.exc_info, record.exc_text = None, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


listening.addFilter(_outage_in_one_line)


class NoSuchProjection(LookupError):
    """A read model is asked for that the composition root has not given to the runtime."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"there is no projection {name!r}; there are {', '.join(sorted(known))}: "
            "ask for one of them, or give the new one to runtime.project() in the service's main.py"
        )


class FollowerState(NamedTuple):
    name: str
    position: int
    behind: int
    failing: str | None


class Runtime:
    def __init__(
        self,
        settings: Settings,
        events: Iterable[type[Event]],
        contracts: Mapping[str, type[BaseModel]],
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.database)
        self.store = SqlStore(self.database, clock)
        self.codec = Codec((*events, *parking.EVENTS, *reads.EVENTS), upcasters)
        self.contracts = contracts
        self.vault = Vault(self.database, settings.master_key, settings.deployment_key, clock)
        self.commands = Commands(self.store, self.codec, snapshots=SqlSnapshots(self.database))
        self.receiver: Receiver | None = None
        self.relay_handler: RelayHandler | None = None
        self.broker: KafkaBroker | None = None
        self.runner: Runner | None = None
        self.clocks: list[TimerClock] = []
        self.followers: dict[str, Follower] = {}
        self.projections: dict[str, Projection] = {}
        self.ready = False
        self.trouble: str | None = None
        self._policies: dict[str, PolicyHandler] = {}
        self._tell: Tell | None = None
        self._topics: Mapping[str, int] = {}
        self._tasks: list[Task] = []
        self._background: set[asyncio.Task[Any]] = set()
        self._read: OrderedDict[int, object] = OrderedDict()
        self.project(parking.Parked())

    # Putting together

    def project(self, projection: Projection) -> None:
        if projection.name in self.projections:
            raise ValueError(f"two projections are called {projection.name}")
        self.projections[projection.name] = projection
        self._follow(Follower(self.store, ProjectionHandler(projection, self.database, self.read)))

    def policy(self, name: str, react: React, concerns: Iterable[str]) -> None:
        """`concerns`: the types of events and contracts that the policy answers."""
        handler = PolicyHandler(name, self.database, self.read, react, self._park_refusal, frozenset(concerns))
        self._policies[handler.name] = handler
        self._follow(Follower(self.store, handler))

    def relay(self, tell: Tell, topics: Iterable[str]) -> None:
        self._tell = tell
        self._topics = dict.fromkeys(topics, self.settings.partitions)

    def receive(self, internal: Sequence[str], external: Mapping[str, Prepare] | None = None) -> None:
        self.receiver = Receiver(
            store=self.store,
            vault=self.vault,
            service=self.settings.service,
            internal=tuple(internal),
            check=self._check,
            external=external or {},
            fingerprint_key=self.settings.deployment_key,
            clock=self.clock,
            note=self._note,
        )

    def timers(self, schedule: Schedule, fire: Fire) -> None:
        self.project(Timers(schedule))
        clock = TimerClock(self.database, fire, self.clock)
        self.clocks.append(clock)
        self._tasks.append(Task("clock", clock.run))

    def _follow(self, follower: Follower) -> None:
        self.followers[follower.name] = follower
        self._tasks.append(Task(follower.name, follower.run))

    # Starting and stopping

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Runtime]:
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    async def start(self) -> None:
        """Migrates, makes read models ready, then follows and listens. Kafka may come later than the service."""
        await migrate(self.database)
        outdated = await prepare(list(self.projections.values()), self.database)
        for projection in outdated:
            log.info("read model %s is of another version and is built anew", projection.name)
            await rebuild(projection, self.store, self.read, outdated_only=True)
        if self._tell is not None:
            epoch = (await self.store.head()).epoch
            source = f"urn:wangge:{self.settings.city}:{self.settings.service}:{epoch}"
            self.relay_handler = RelayHandler(
                self.store, self.settings.kafka, self.settings.service, source, self._publish, self._topics
            )
            self._follow(Follower(self.store, self.relay_handler))
        self.runner = Runner(self.database, self._tasks, wake=self.store.appended.ring)
        await self.runner.start()
        if self.receiver is not None:
            self._in_background(self._listen())
        else:
            self.ready = True

    async def stop(self) -> None:
        """Finishes what was begun: stops listening, lets followers end their batch, commits what was accepted."""
        self.ready = False
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self.receiver is not None:
            await self.receiver.close()
        if self.broker is not None:
            await self.broker.stop()
        if self.runner is not None:
            await self.runner.stop()
        if self.relay_handler is not None:
            await self.relay_handler.close()
        await self.store.close()
        await self.database.close()

    async def _listen(self) -> None:
        """Connects to Kafka, however long that takes; the store answers meanwhile."""
        assert self.receiver is not None, "only with something to receive"
        topics = {**self._topics, **dict.fromkeys((*self.receiver.internal, *self.receiver.external), 0)}
        topics = {name: count or self.settings.partitions for name, count in topics.items()}
        pause = 0.5
        while True:
            broker = KafkaBroker(
                self.settings.kafka,
                logger=listening,
                graceful_timeout=5,
                apply_types=False,  # the one handler takes records as they are; injecting costs a task group a batch
                allow_auto_create_topics=False,
                client_id=f"wangge-{self.settings.service}",
                metadata_max_age_ms=5_000,  # a topic that was made anew is noticed within seconds
            )
            try:
                await ensure_topics(self.settings.kafka, topics, self.settings.replication)
                self.receiver.subscribe(broker)
                await broker.start()
            except Exception as error:  # Kafka is away: not this service's fault, and it says so until it is back
                self.trouble = f"Kafka at {self.settings.kafka} does not answer: {type(error).__name__}"
                log.warning("%s; trying again in %.1f s", self.trouble, pause)
                await broker.stop()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                self.broker, self.trouble, self.ready = broker, None, True
                return

    def _in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # Reading

    def read(self, stored: StoredEvent) -> object | None:
        """What a stored event holds. Unknown own events are an error, unknown messages of others are not."""
        known = self._read.get(stored.position)
        if known is not None:
            return known
        held: object
        if self.codec.knows(stored.type):
            held = self.codec.decode(stored.type, stored.schema, stored.data)
        elif stored.type in self.contracts:
            held = self.contracts[stored.type].__pydantic_validator__.validate_json(stored.data)
        elif stored.stream.startswith(_RECEIVED):
            return None
        else:
            raise UnknownStoredType(stored.type, stored.schema)
        self._note(stored.position, held)
        return held

    def _note(self, position: int, held: object) -> None:
        self._read[position] = held
        if len(self._read) > _READ_CACHE:
            self._read.popitem(last=False)

    def _check(self, type_: str, data: bytes) -> object | None:
        if self.codec.knows(type_):
            raise ValueError(f"{type_} is the name of one of this service's own events: nobody else can tell of it")
        contract = self.contracts.get(type_)
        return None if contract is None else contract.__pydantic_validator__.validate_json(data)

    async def wait_for(self, projection: str, position: int, source: str | None = None) -> None:
        """Reading one's own write: until the projection holds position N of this store, or of another service's."""
        self._known(projection)
        if source is not None and source != self.settings.service:
            position = await self._arrival(source, position)
        elif await projected(self.database, projection) >= position:
            return
        elif position > (head := await self.store.head()).position:
            raise NeverStored(position, head.position)
        await wait_until(lambda: projected(self.database, projection), projection, position)

    async def _arrival(self, source: str, position: int, seconds: float = 10.0) -> int:
        """At which own position the event that `source` stored at `position` was received here."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        like = f"received/urn:wangge:{self.settings.city}:{source}:"
        while True:
            found = await self.store.received_at(like, position)
            if found is not None:
                return found
            if loop.time() > deadline:
                raise Behind(f"{self.settings.service} (from {source})", position, 0)
            await asyncio.sleep(0.02)

    async def states(self) -> list[FollowerState]:
        """Where each follower of the service stands, whichever replica runs it."""
        head, checkpoints = await self.store.progress()
        return [
            FollowerState(name, checkpoints.get(name, 0), head - checkpoints.get(name, 0), follower.failing)
            for name, follower in sorted(self.followers.items())
        ]

    # Publishing

    async def _publish(self, events: Sequence[StoredEvent]) -> Sequence[Message | None]:
        assert self._tell is not None, "only where there is something to tell"
        own = [cast(Event, self.read(event)) if self.codec.knows(event.type) else None for event in events]
        boxes = {
            box.box: box
            for stored, event in zip(events, own, strict=True)
            if event is not None and b'"box"' in stored.data
            for box in sealed_in(event)
        }
        enclosed = dict(zip(boxes, await self.vault.enclose_all(list(boxes.values())), strict=True))
        messages: list[Message | None] = []
        for stored, event in zip(events, own, strict=True):
            told = None if event is None else self._tell(event, lambda sealed: enclosed[sealed.box])
            if told is None:
                messages.append(None)
                continue
            topic, key, contract = told
            meta = stored.decoded_meta()
            data = contract.__pydantic_serializer__.to_json(contract)
            type_: str = type(contract).event_type  # type: ignore[attr-defined]
            messages.append(Message(topic, key, type_, data, meta.station, meta.correlation, meta.trace))
        return messages

    async def republish(self) -> None:
        """Lets the relay publish everything again from the first event; receivers drop what they have."""
        async with self.database.writing() as tx:
            await tx.exec_driver_sql("UPDATE checkpoints SET position = 0, state = '' WHERE name = 'relay'")

    # Personal values

    async def open(self, sealed: Sequence[Sealed], reader: Meta, purpose: str) -> list[str | None]:
        """Opens sealed values for a person and records the read before the values leave; None where erased."""
        if not sealed:
            return []
        of = tuple(sorted({item.of for item in sealed}))
        now = self.clock()
        event = reads.SealedRead(reader=reader.actor, of=of, purpose=purpose, read_at=now)
        await self.record(f"reads-{reader.actor}-{now:%Y%m}", event, reader)
        return await self.vault.open_all(sealed)

    async def erase(self, person: str, meta: Meta) -> int:
        """Deletes the person's keys in this service and records it; answers how many keys there were."""
        deleted = await self.vault.erase(person)
        event = reads.PersonErased(person=person, keys=deleted, erased_at=self.clock())
        await self.record(f"person-keys-{person}", event, meta, derived_id("erase", self.settings.service, person))
        return deleted

    async def record(self, stream: str, event: Event, meta: Meta, command: str | None = None) -> int:
        """Appends one event that no decider guards; answers its position."""
        new = NewEvent(*self.codec.encode(event), meta.encoded())
        command = command or str(uuid7())
        return (await self.store.append(Append((StreamWrite(stream, ANY_VERSION, (new,)),), command))).position

    # For the operator

    async def verify(self, progress: Progress | None = None) -> int:
        """Walks the whole chain; answers how many events hold, or raises `chain.Tampered` for the first break."""
        position, hash_ = 0, GENESIS
        while True:
            head = await self.store.head()
            events = await self.store.read_all(position, 2_000)
            if not events:
                await self.store.check_head(position, hash_)
                return position
            position, hash_ = verify(events, hash_, position)
            if progress is not None:
                progress(position, max(head.position, position))

    async def rebuild(self, name: str, progress: Progress | None = None) -> int:
        return await rebuild(self._known(name), self.store, self.read, progress)

    def _known(self, projection: str) -> Projection:
        if projection not in self.projections:
            raise NoSuchProjection(projection, self.projections)
        return self.projections[projection]

    async def _park_refusal(self, policy: str, event: StoredEvent, why: Exception) -> None:
        id_ = derived_id("refused", self.settings.service, policy, event.position)
        parked = parking.MessageParked(
            id=id_,
            cause="refused",
            detail=describe(why),
            origin=parking.Origin(policy=policy, position=event.position),
            message_type=event.type,
            payload=None,
            size=len(event.data),
            parked_at=self.clock(),
        )
        meta = event.decoded_meta().model_copy(update={"actor": policy, "role": "system", "fingerprint": ""})
        await self.record(f"parked/{id_}", parked, meta, id_)

    async def retry_parked(self, id_: str, meta: Meta, attempt: str) -> str | None:
        """Tries a parked message again; None when it went through, else what still stands against it."""
        found = await parking.find(self.database, id_)
        if found is None:
            raise KeyError(id_)
        message, payload = found
        settled = await self._settled(id_)
        if settled is not None:
            return None if settled == parking.ParkedRetried.stored_as else "it was dropped before"
        if message.cause == "row":
            return "a row of a file is tried again by importing the file with the row put right"
        try:
            if message.cause == "refused":
                (event,) = await self.store.read_all(message.origin.position - 1, 1)
                await self._policies[message.origin.policy].answer(event)
                writes: tuple[StreamWrite, ...] = ()
            else:
                assert self.receiver is not None, "only a receiver parks messages"
                if payload is None:
                    raise ValueError("it was too large to be kept: have it sent again from where it came")
                writes = await self.receiver.again(message, await self.vault.open(payload))
        except Exception as error:
            failed = parking.ParkedRetryFailed(id=id_, detail=describe(error), retried_at=self.clock())
            await self.record(f"parked/{id_}", failed, meta, derived_id("retry-failed", id_, attempt))
            return describe(error)
        done = parking.ParkedRetried(id=id_, retried_at=self.clock())
        new = NewEvent(*self.codec.encode(done), meta.encoded())
        await self.store.append(
            Append((*writes, StreamWrite(f"parked/{id_}", ANY_VERSION, (new,))), derived_id("retried", id_))
        )
        return None

    async def _settled(self, id_: str) -> str | None:
        """How a parked message was settled, by the store itself: the list of parked messages may be behind it."""
        types = {event.type for event in await self.store.read_stream(f"parked/{id_}")}
        return next(
            (each.stored_as for each in (parking.ParkedRetried, parking.ParkedDropped) if each.stored_as in types), None
        )

    async def drop_parked(self, id_: str, reason: str, meta: Meta) -> None:
        """Settles a parked message without handling it; one that is settled already stays as it is."""
        if await self._settled(id_) is not None:
            return
        dropped = parking.ParkedDropped(id=id_, reason=reason, dropped_at=self.clock())
        await self.record(f"parked/{id_}", dropped, meta, derived_id("dropped", id_))
        await self.vault.erase(f"parked-{id_}")  # nobody needs what it held any more

    async def park_row(self, file: str, line: int, why: str, raw: str, meta: Meta) -> bool:
        """Keeps a bad row of a file; answers False where the same row was parked before."""
        id_ = derived_id("row", keyed_fingerprint(self.settings.deployment_key, file.encode(), raw.encode()), line)
        if await self.store.find(id_) is not None:
            return False
        parked = parking.MessageParked(
            id=id_,
            cause="row",
            detail=why,
            origin=parking.Origin(file=file, line=line),
            message_type="row",
            payload=await self.vault.seal(f"parked-{id_}", raw),
            size=len(raw.encode()),
            parked_at=self.clock(),
        )
        await self.record(f"parked/{id_}", parked, meta, id_)
        return True
