"""What `notify` 通知 tells of messages and what became of each delivery."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.envelope import Contract

NOTICES = "wangge.notify.notices.v1"


class DeliveryChanged(Contract, frozen=True):
    """A delivery moved on (计划、已提交、送达、失败): to whom by id, of which notice, in which matter."""

    event_type: ClassVar[str] = "wangge.notice.delivery-changed.v1"
    topic: ClassVar[str] = NOTICES
    about: ClassVar[str] = "case"

    case: str
    code: str
    notice: str
    delivery: str
    template: str
    person: str
    channel: Literal["inbox", "webhook"]
    state: Literal["planned", "submitted", "delivered", "read", "failed", "unknown"]
    at: AwareDatetime
