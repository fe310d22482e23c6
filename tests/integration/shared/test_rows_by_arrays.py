"""A projection's rows on PostgreSQL go in and come out by one array a column, as they do one by one elsewhere."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.schema import CreateTable

from shared.eventsourcing.projections import Rows, array_statements
from shared.eventsourcing.sql_store import SqlStore

plain = Table(
    "plain rows",
    MetaData(),
    Column("key", Text, primary_key=True),
    Column("order", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("share", Float, nullable=False),
    Column("day", Date),
    Column("raw", LargeBinary),
    Column("short", String(3)),
)
pairs = Table(
    "pairs",
    MetaData(),
    Column("left", Text, primary_key=True),
    Column("right", BigInteger, primary_key=True),
    Column("note", Text, nullable=False),
)
links = Table("links", MetaData(), Column("a", Text, primary_key=True), Column("b", Text, primary_key=True))
timed = Table("timed", MetaData(), Column("id", Text, primary_key=True), Column("at", DateTime(timezone=True)))
TABLES = (plain, pairs, links, timed)


@pytest.fixture
async def rows(sql_store: SqlStore) -> AsyncIterator[Rows]:
    async with sql_store.database.writing() as tx:
        for table in TABLES:
            await tx.execute(CreateTable(table))
        yield Rows(tx, {table: table for table in TABLES})


def row(key: str, order: int, **others: Any) -> dict[str, Any]:
    empty = {"open": True, "share": 0.5, "day": datetime.date(2020, 1, 31), "raw": b"\0x", "short": None}
    return {"key": key, "order": order, **empty, **others}


async def test_rows_come_back_as_they_were_put_and_are_overwritten_by_key(rows: Rows) -> None:
    first, second = row("一", 1, share=2.25), row("b'\"%s", 2**40, open=False, day=None, raw=None, short="abc")
    await rows.put(plain, [first, second])
    assert await rows.load(plain, ["一", "b'\"%s", "absent", "一"]) == {"一": first, "b'\"%s": second}
    await rows.put(plain, [row("一", 9)])
    assert await rows.load(plain, ["一"]) == {"一": row("一", 9)}
    assert await rows.load(plain, []) == {}


async def test_of_two_rows_with_one_key_in_a_batch_the_later_one_counts(rows: Rows) -> None:
    await rows.put(plain, [row("a", 1), row("b", 2), row("a", 3)])
    assert {key: found["order"] for key, found in (await rows.load(plain, ["a", "b"])).items()} == {"a": 3, "b": 2}


async def test_a_key_of_two_columns_is_a_tuple(rows: Rows) -> None:
    await rows.put(pairs, [{"left": "x", "right": n, "note": str(n)} for n in range(5)])
    found = await rows.load(pairs, [("x", 3), ("x", 4), ("y", 3)])
    assert found == {("x", n): {"left": "x", "right": n, "note": str(n)} for n in (3, 4)}


async def test_a_table_of_keys_alone_takes_a_row_twice(rows: Rows) -> None:
    for _ in range(2):
        await rows.put(links, [{"a": "1", "b": "2"}])
    assert await rows.load(links, [("1", "2")]) == {("1", "2"): {"a": "1", "b": "2"}}


def test_a_row_with_a_column_too_many_is_refused() -> None:
    statements = array_statements(plain)
    assert statements is not None
    with pytest.raises(ValueError, match="nonsense"):
        statements.columns_of([row("a", 1, nonsense=1)])


def test_a_column_that_needs_more_than_its_plain_value_is_left_to_sqlalchemy() -> None:
    assert array_statements(timed) is None
    assert array_statements(plain) is not None
