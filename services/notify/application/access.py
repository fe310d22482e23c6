"""Which right each of notify's commands needs, whoever brings it: a page, the API, a policy or the sender."""

from collections.abc import Mapping
from typing import Final, get_args

from pydantic import BaseModel

from services.notify.domain import delivery, group
from shared.access.policies import Policies
from shared.access.rights import Action

COMMANDS: Final[tuple[type[BaseModel], ...]] = (*get_args(delivery.Command), *get_args(group.Command))
ACTIONS: Final[Mapping[type[BaseModel], Action]] = {
    delivery.PlanDelivery: "notice.send",
    delivery.BeginAttempt: "notice.send",
    delivery.Submit: "notice.send",
    delivery.ConfirmDelivered: "notice.send",
    delivery.MarkRead: "notice.read",
    delivery.Fail: "notice.send",
    delivery.GiveUp: "notice.send",
    delivery.MarkUnknown: "notice.send",
    group.RegisterGroup: "register.change",
    group.ChangeOwner: "register.change",
}

POLICIES: Final = Policies()
for _command, _action in ACTIONS.items():
    POLICIES.declare(_command, _action)
