"""Citizens' messages as a mailbox exports them, made up by number: the same number always gives the same message."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

HEADER: Final = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数")

DISPUTES: Final = (
    ("物业纠纷：楼上漏水邻居不赔", "楼上住户卫生间漏水，把我家天花板泡坏，双方多次争吵，请社区调解赔偿纠纷。"),
    ("物业不退装修押金", "小区物业公司不退装修押金，与业主发生争执，请调解纠纷。"),
    ("包工头拖欠工钱", "包工头拖欠农民工工资十二万元，双方有劳动纠纷，请求调解。"),
)
OTHERS: Final = (
    ("咨询社保卡", "请问社保卡补办需要什么材料？"),
    ("消防通道被堵", "小区消防通道被堵，井盖缺失，有安全隐患。"),
    ("刷单被骗", "有人冒充客服刷单诈骗我三万元。"),
    ("路灯不亮", "小区门口路灯坏了三天，请尽快维修。"),
)

Cells = tuple[str, ...]


def message(number: int, prefix: str = "T") -> Cells:
    """Two of five are disputes that the triage is sure of."""
    drawn = random.Random(number)
    subject, text = drawn.choice(DISPUTES if drawn.random() < 0.4 else OTHERS)
    house = f"{drawn.randint(1, 30)}栋{drawn.randint(1, 33)}楼"
    moment = f"2019/{drawn.randint(1, 12)}/{drawn.randint(1, 28)} {drawn.randint(0, 23)}:{drawn.randint(10, 59)}:07"
    return (f"{prefix}{number:05}", f"A{number:06}", f"{house}：{subject}", moment, f"{house}。{text}", "0", "0")


def written(rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def write_messages(file: Path, count: int) -> list[str]:
    """A file with so many good rows; answers their numbers."""
    rows = [message(number) for number in range(count)]
    file.write_bytes(written(rows))
    return [row[0] for row in rows]
