"""The runtime's own tables, the same in every service's database. Read models are not here: they are rebuilt."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, SmallInteger, Table, Text

core = MetaData()

# Streams are compared byte by byte, so that a range of names means the same on both databases.
_Name = Text().with_variant(Text(collation="C"), "postgresql")

head = Table(
    "head",
    core,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("epoch", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

streams = Table(
    "streams",
    core,
    Column("id", _Name, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

events = Table(
    "events",
    core,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", _Name, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema", SmallInteger, nullable=False),
    Column("command", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("meta", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("recorded", BigInteger, nullable=False),
    Index("events_by_stream", "stream", "version", unique=True),
    Index("events_by_command", "command"),
)

checkpoints = Table(
    "checkpoints",
    core,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
)

leases = Table(
    "leases",
    core,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)

snapshots = Table(
    "snapshots",
    core,
    Column("stream", Text, primary_key=True),
    Column("fold", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

keys = Table(
    "keys",
    core,
    Column("id", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made", BigInteger, nullable=False),
)

key_links = Table(
    "key_links",
    core,
    Column("person", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Index("key_links_by_key", "key"),
)

erased = Table(
    "erased",
    core,
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

tallies = Table(
    "tallies",
    core,
    Column("name", Text, primary_key=True),
    Column("span", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
)

blobs = Table(
    "blobs",
    core,
    Column("id", Text, primary_key=True),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
    Column("box", LargeBinary, nullable=False),
    Column("made", BigInteger, nullable=False),
)
