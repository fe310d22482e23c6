"""Which right each of mediation's commands needs, whoever brings it: a page, the API, a policy of ours."""

from collections.abc import Mapping
from typing import Final, get_args

from pydantic import BaseModel

from services.mediation.domain import commands
from shared.access.policies import Policies
from shared.access.rights import Action

COMMANDS: Final[tuple[type[BaseModel], ...]] = get_args(commands.Command)
ACTIONS: Final[Mapping[type[BaseModel], Action]] = {
    commands.OpenDispute: "dispute.lead",
    commands.AddParty: "dispute.lead",
    commands.RefuseMediation: "dispute.lead",
    commands.NoteWithdrawal: "dispute.lead",
    commands.AppointMember: "dispute.lead",
    commands.ScheduleSession: "dispute.lead",
    commands.HoldSession: "dispute.lead",
    commands.ReachAgreement: "dispute.lead",
    commands.FulfilItem: "dispute.lead",
    commands.RecordResidual: "dispute.lead",
    commands.ResolveResidual: "dispute.lead",
    commands.MarkPartlyResolved: "dispute.lead",
    commands.SettleDispute: "dispute.lead",
    commands.CloseUnsettled: "dispute.lead",
    commands.SetAsideSameDay: "dispute.lead",
}

POLICIES: Final = Policies()
for _command, _action in ACTIONS.items():
    POLICIES.declare(_command, _action)
