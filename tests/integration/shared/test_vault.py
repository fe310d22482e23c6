"""Sealed values against a real table of keys: erased is unreadable, everywhere and for ever."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.sealing import Erased, Unreadable, Vault
from shared.eventsourcing.sql_store import SqlStore

MASTER, DEPLOYMENT = b"m" * 32, b"d" * 32


@pytest.fixture
def vault(sql_store: SqlStore) -> Vault:
    return Vault(sql_store.database, MASTER, DEPLOYMENT)


def another(vault: Vault, master: bytes = MASTER, deployment: bytes = DEPLOYMENT) -> Vault:
    return Vault(vault._database, master, deployment)


async def test_a_value_comes_back_to_every_replica(vault: Vault) -> None:
    sealed = await vault.seal("person-1", "王大妈 138 0000 0000 🚲")
    assert "王" not in sealed.model_dump_json()
    assert await vault.open(sealed) == "王大妈 138 0000 0000 🚲"
    assert await another(vault).open(sealed) == "王大妈 138 0000 0000 🚲"
    assert await vault.seal_all("person-1", [None, "x"]) != await vault.seal_all("person-1", [None, "x"])


async def test_the_same_value_is_never_sealed_alike(vault: Vault) -> None:
    boxes = {(await vault.seal("person-1", "same")).box for _ in range(20)}
    assert len(boxes) == 20


@pytest.mark.parametrize("at", [3, 10, 20, -4])
async def test_an_altered_box_is_unreadable(vault: Vault, at: int) -> None:
    sealed = await vault.seal("person-1", "a value that is long enough")
    letter = "A" if sealed.box[at] != "A" else "B"
    changed = sealed.box[:at] + letter + sealed.box[at:][1:]
    with pytest.raises(Unreadable, match="person-1"):
        await vault.open(Sealed(of="person-1", box=changed))


@pytest.mark.parametrize("box", ["s1.", "s1.A", "s1.AAAA", "s1.****", "nonsense", "s1." + "A" * 60])
async def test_nonsense_for_a_box_is_unreadable(vault: Vault, box: str) -> None:
    await vault.seal("person-1", "x")
    with pytest.raises(Unreadable):
        await vault.open(Sealed(of="person-1", box=box))


async def test_a_box_is_bound_to_its_person(vault: Vault) -> None:
    sealed = await vault.seal("person-1", "x")
    await vault.seal("person-2", "y")
    with pytest.raises(Unreadable):
        await vault.open(Sealed(of="person-2", box=sealed.box))


async def test_a_wrapped_key_is_bound_to_its_person(vault: Vault, sql_store: SqlStore) -> None:
    sealed = await vault.seal("person-1", "x")
    await vault.seal("person-2", "y")
    async with sql_store.database.writing() as tx:
        await tx.exec_driver_sql(
            "UPDATE keys SET wrapped = (SELECT k.wrapped FROM keys k WHERE k.id = 'person-2') WHERE id = 'person-1'"
        )
    with pytest.raises(Unreadable):
        await another(vault).open(sealed)


async def test_a_wrong_master_key_says_which_setting_to_look_at(vault: Vault) -> None:
    sealed = await vault.seal("person-1", "x")
    with pytest.raises(Unreadable, match="WANGGE_MASTER_KEY"):
        await another(vault, master=b"x" * 32).open(sealed)


async def test_an_erased_person_is_unreadable_with_all_that_is_linked_and_nothing_else(vault: Vault) -> None:
    name = await vault.seal("person-1", "name")
    text = await vault.seal("report-1", "free text", linked_to=["person-1", "person-2"])
    other = await vault.seal("person-2", "other")
    assert await vault.erase("person-1") == 2
    assert await vault.erase("person-1") == 0
    for each in (vault, another(vault)):
        assert await each.open_all([name, text, other]) == [None, None, "other"]
        with pytest.raises(Erased):
            await each.open(name)


async def test_what_arrives_for_an_erased_person_later_stays_unreadable(vault: Vault) -> None:
    await vault.seal("person-1", "name")
    await vault.seal("report-1", "text", linked_to=["person-1"])
    travelling = [{"a": [vault.enclose(of, "late").model_dump()]} for of in ("person-1", "report-1", "person-3")]
    await vault.erase("person-1")
    late = [
        await vault.seal("person-1", "late"),
        await vault.seal("report-1", "late"),
        await vault.seal("report-2", "late", linked_to=["person-1"]),
    ]
    for body in await vault.reseal([orjson.dumps(body) for body in travelling[:2]]):
        assert b"d1." not in body
        late.append(Sealed.model_validate(orjson.loads(body)["a"][0]))
    assert await vault.open_all(late) == [None] * 5
    (alive,) = await vault.reseal([orjson.dumps(travelling[2])])
    assert await vault.open(Sealed.model_validate(orjson.loads(alive)["a"][0])) == "late"


async def test_who_is_erased_before_anything_was_known_of_him_stays_unreadable(vault: Vault) -> None:
    assert await vault.erase("person-1") == 0
    assert await vault.open_all([await vault.seal("person-1", "late")]) == [None]


async def test_a_key_that_existed_before_seals_nothing_about_an_erased_person(vault: Vault) -> None:
    before = await vault.seal("report-1", "text")
    await vault.erase("person-1")
    after = await vault.seal("report-1", "text about person-1", linked_to=["person-1"])
    assert (await vault.open(before), (await another(vault).open_all([before]))) == ("text", ["text"])
    with pytest.raises(Unreadable):
        await vault.open(after)


async def test_what_is_erased_leaves_as_a_mark_of_that(vault: Vault) -> None:
    sealed = await vault.seal("person-1", "x")
    (travelling,) = await vault.enclose_all([sealed])
    assert travelling.box.startswith("d1.")
    await vault.erase("person-1")
    (mark,) = await vault.enclose_all([sealed])
    assert mark == Sealed(of="person-1", box="x1.")
    body = orjson.dumps({"note": mark.model_dump(), "box": 1})
    assert await vault.reseal([body]) == [body]
    assert await vault.open_all([mark]) == [None]


async def test_another_deployments_values_are_refused_and_leave_no_key(vault: Vault, sql_store: SqlStore) -> None:
    foreign = another(vault, deployment=b"f" * 32).enclose("person-9", "x")
    with pytest.raises(Unreadable):
        await vault.reseal([orjson.dumps({"a": foreign.model_dump()})])
    async with sql_store.database.reading() as tx:
        assert (await tx.exec_driver_sql("SELECT count(*) FROM keys")).scalar_one() == 0


async def test_another_replica_forgets_an_erased_key_within_a_bounded_time(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr("shared.eventsourcing.sealing.time.monotonic", lambda: now)
    sealed = await vault.seal("person-1", "x")
    other = another(vault)
    assert await other.open(sealed) == "x"
    await vault.erase("person-1")
    assert await vault.open_all([sealed]) == [None], "where it is erased it is gone at once"
    now += 31.0
    assert await other.open_all([sealed]) == [None]


async def test_erasing_and_sealing_at_once_leave_nothing_readable(vault: Vault) -> None:
    replicas = [another(vault) for _ in range(4)]
    sealing_ = [replica.seal(f"person-{n}", "x") for n in range(8) for replica in replicas]
    sealed, _ = await asyncio.gather(
        asyncio.gather(*sealing_), asyncio.gather(*(vault.erase(f"person-{n}") for n in range(8)))
    )
    assert await another(vault).open_all(sealed) == [None] * len(sealed)
    async with vault._database.reading() as tx:
        assert (await tx.exec_driver_sql("SELECT count(*) FROM keys")).scalar_one() == 0


async def test_many_replicas_that_make_a_key_at_once_make_one(vault: Vault) -> None:
    ids = [f"person-{n}" for n in range(20)]
    links: dict[str, tuple[str, ...]] = dict.fromkeys(ids, ("person-1", "person-2"))
    made = await asyncio.gather(*(another(vault).sealer(ids[::step], links) for step in (1, -1, 1, -1)))
    boxes = [seal(of, of) for seal in made for of in ids]
    assert await another(vault).open_all(boxes) == ids * 4
