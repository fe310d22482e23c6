"""`duplicates`: how long it takes to look for the same matter among 100,000 open reports."""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.results import Result
from bench.rounds import Goal, Samples, Spread, ratio, rounds, scaled
from services.intake.application.matters import COMPARED
from services.intake.domain import likeness
from services.intake.domain.report import Place, ReportReceived, Suggestion
from services.intake.projections.likenesses import Digests, Likenesses, Similar
from shared.eventsourcing.database import Database
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.projections import Recorded, Rows, prepare
from shared.eventsourcing.sealing import Vault
from shared.eventsourcing.store import StoredEvent

OPEN = 100_000
ASKED = 200
BUDGET_MS = 50.0
_KEY = b"b" * 32
_BATCH = 1_000
_BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
_P95 = Goal("p95 of a search among 100,000, over the 50 ms that it may take", "search", "budget", 1, 0.5, lower=True)

_FIRST = "云松柳荷桂枫榆槐竹梅兰菊桐柏樟杉梧楠榕桃杏梨枣橘麓溪泉涧湖滨岸屿岚峰岭谷原野川沙石玉金银锦绣文武安康宁和顺祥"
_SECOND = "涛影韵语香色光辉晖映澜波汀洲渚湾畔庭轩阁楼台榭苑圃园亭舍居邸第里巷坊街城郡都府"
_ENDS = ("小区", "花园", "家园", "嘉园", "新村", "公寓", "大厦", "广场", "路", "社区")
_ISSUES = (
    ("楼下饭店油烟扰民", "一楼的饭店没有专用烟道，油烟直排，住户不敢开窗，多次反映无人处理。"),
    ("工地夜间施工噪音大", "旁边的工地每天施工到凌晨两点，打桩声很大，老人孩子无法入睡。"),
    ("地下车库漏水严重", "地下车库一下雨就漏水，积水有十几厘米深，车辆进出困难，物业一直不修。"),
    ("电梯经常故障", "电梯三天两头故障，上周还困住了人，要求尽快检修或更换。"),
    ("物业乱收停车费", "物业没有公示就涨停车费，每月多收一百元，业主要求退还。"),
    ("交房后墙面开裂", "交房不到一年，卧室和客厅的墙面多处开裂，开发商不肯维修。"),
    ("垃圾站臭味熏天", "垃圾站离楼栋不到二十米，天热时臭味很大，希望搬走。"),
    ("路灯不亮", "这一段的路灯坏了半年，晚上漆黑一片，已经有人摔倒。"),
    ("消防通道被占用", "消防通道每晚停满车辆，一旦起火后果严重，请清理。"),
    ("学区划分不合理", "孩子要到三公里外上学，家门口的小学却不收，请说明划分依据。"),
    ("自来水水压太低", "六楼以上早晚没有水，热水器无法启动，希望改造管网。"),
    ("房产证迟迟不办", "交房三年仍未办理不动产权证，开发商一再推脱。"),
)


def run() -> Result:
    samples: dict[str, Samples] = {"search": {}, "budget": {}}
    filled = asyncio.run(_measure(samples["search"]))
    samples["budget"]["p95 ms"] = [BUDGET_MS] * rounds()
    measures = {name: {measure: Spread.of(values) for measure, values in one.items()} for name, one in samples.items()}
    return Result("duplicates", measures | {"index": filled}, [ratio(_P95, samples, "p95 ms")])


async def _measure(samples: Samples) -> dict[str, Spread]:
    count = scaled(OPEN)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        database = Database(f"sqlite+aiosqlite:///{path}")
        try:
            await migrate(database)
            vault, digests = Vault(database, _KEY, _KEY), Digests(_KEY)
            projection = Likenesses(vault, digests)
            await prepare([projection], database)
            began = time.perf_counter()
            await _fill(projection, database, vault, count)
            seconds = time.perf_counter() - began
            print(f"  {count} reports entered in {seconds:.0f} s", file=sys.stderr, flush=True)
            similar = Similar(database, vault, digests)
            for number in range(rounds()):
                times, cpu, found = await _search(similar, count, number)
                samples.setdefault("p50 ms", []).append(statistics.median(times))
                samples.setdefault("p95 ms", []).append(statistics.quantiles(times, n=20)[-1])
                samples.setdefault("CPU ms", []).append(cpu)
                samples.setdefault("suggested a search", []).append(found)
            return {
                "reports": Spread.of([count]),
                "reports/s entered": Spread.of([count / seconds]),
                "KiB a report": Spread.of([path.stat().st_size / 1024 / count]),
            }
        finally:
            await database.close()


async def _search(similar: Similar, count: int, number: int) -> tuple[list[float], float, float]:
    """One report after the other as if it had just come in: read, found, compared."""
    chosen = random.Random(number).sample(range(count), min(ASKED, count))
    times, suggested, used = [], 0, time.process_time()
    for position in chosen:
        began = time.perf_counter()
        one = await similar.report(f"{position}")
        assert one is not None, "it was entered"
        matches = likeness.matches(one, await similar.near(one, COMPARED))
        times.append((time.perf_counter() - began) * 1_000)
        suggested += sum(match.suggested for match in matches)
    return times, (time.process_time() - used) / len(chosen) * 1_000, suggested / len(chosen)


async def _fill(projection: Likenesses, database: Database, vault: Vault, count: int) -> None:
    written = _written(count)
    position = 0
    while some := list(itertools.islice(written, _BATCH)):
        seal = await vault.sealer(f"report-{position + n}" for n in range(len(some)))
        events = []
        for subject, text in some:
            key = f"report-{position}"
            event = ReportReceived(
                report=f"{position}",
                code="",
                channel="hotline_12345",
                external_id="",
                station="czl",
                place=Place(),
                subject=seal(key, subject),
                text=seal(key, text),
                reporter=None,
                occurred_on=None,
                reported_at=_BEGUN + timedelta(minutes=5 * position),
                suggestion=Suggestion(kind="dispute", confidence=1, model="bench"),
                received_at=_BEGUN,
            )
            stored = StoredEvent(position + 1, "", 1, "", 1, "", b"", b"", b"", 0)
            events.append(Recorded(event, stored))
            position += 1
        async with database.following() as tx:
            await projection.apply(Rows(tx, {table: table for table in projection.tables}), events)


def _written(count: int) -> Iterator[tuple[str, str]]:
    """Invented reports: about thirty for each of some thousand places, on a dozen issues, in changing order."""
    chance = random.Random(7)
    names = sorted({a + b + c for a in _FIRST for b in _FIRST for c in _SECOND})
    places = [name + chance.choice(_ENDS) for name in chance.sample(names, max(10, count // 30))]
    for _ in range(count):
        place, (issue, told) = chance.choice(places), chance.choice(_ISSUES)
        number = chance.randint(1, 30)
        yield f"{place}{issue}", f"我是{place}{number}栋的住户。{told}希望有关部门到{place}看一看，谢谢。"
