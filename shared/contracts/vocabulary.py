"""Words that all services share: kinds of reports, channels, seats of a 3+N group, and the form of personal values."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, Field

Kind: TypeAlias = Literal["dispute", "incident", "fraud", "hazard", "enquiry", "service", "other"]
"""纠纷、案事件、涉诈、隐患、咨询、求助与投诉、其他."""

Channel: TypeAlias = Literal[
    "hotline_12345", "police_110", "chat", "patrol", "inspection", "household_check", "walk_in", "anti_fraud", "mailbox"
]
"""12345 热线、110、微信群、巡防、场所检查、入户核查、来访、反诈中心、信箱."""

Confidentiality: TypeAlias = Literal["open", "confidential", "anonymous"]
"""公开、保密、匿名."""

ComplainedPost: TypeAlias = Literal[
    "community_officer", "auxiliary", "mediator", "grid_head", "volunteer", "station_leader"
]
"""可被投诉的岗位: 社区民警、社区辅警、调解员、楼院长（网格员）、治安志愿者、所领导."""

Level: TypeAlias = Literal["desk", "station", "city"]
"""谁来处理: 值班窗口、本所领导、上级机关; a complaint lies one level above whom it is about."""

Seat: TypeAlias = Literal["area_leader", "community_officer", "auxiliary", "neighbour"]
"""3+N 席位: 包片所领导、社区民警、社区辅警、邻里与社会力量."""


class Personal(BaseModel, frozen=True):
    """A personal value on its way between services: encrypted with the deployment's key, sealed anew on arrival.

    `of` names the person (or the report whose free text it is); erasing that key makes every copy unreadable.
    """

    of: str = Field(min_length=1, max_length=120)
    box: str = Field(min_length=1)


class Contact(BaseModel, frozen=True):
    """A person who must be told: an id without meaning, and the values that the receiver needs to reach them."""

    person: str = Field(min_length=1, max_length=120)
    name: Personal | None = None
    phone: Personal | None = None
