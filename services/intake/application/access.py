"""Which right each of intake's commands needs, whoever brings it: a page, the API, another system, a policy of ours."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from services.intake.domain import (
    account,
    area,
    assignment_commands,
    case_elements,
    category_map,
    community,
    custody,
    evidence,
    ground,
    incident_book,
    order,
    person,
    post,
    publisher,
    report,
    volunteer,
)
from shared.access.policies import Policies
from shared.access.rights import Action

COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    *report.COMMANDS,
    *account.COMMANDS,
    *community.COMMANDS,
    *area.COMMANDS,
    *post.COMMANDS,
    *person.COMMANDS,
    *publisher.COMMANDS,
    *evidence.COMMANDS,
    *volunteer.COMMANDS,
    *incident_book.COMMANDS,
    *assignment_commands.COMMANDS,
    *category_map.COMMANDS,
    *case_elements.COMMANDS,
    *order.COMMANDS,
    *custody.COMMANDS,
)
ACTIONS: Final[Mapping[type[BaseModel], Action]] = {
    report.RegisterReport: "report.register",
    report.ClassifyReport: "report.classify",
    report.AdmitDispute: "report.admit",
    report.RefuseReport: "report.refuse",
    report.RefuseByRule: "report.refuse",
    report.MoveReport: "report.direct",
    account.OpenAccount: "account.change",
    account.ChangePosts: "account.change",
    account.SetPassword: "account.change",
    account.SignOutEverywhere: "account.change",
    account.CloseAccount: "account.change",
    community.RegisterCommunity: "register.change",
    community.CountResidents: "register.change",
    community.DrawGrid: "register.change",
    community.RegisterCompound: "register.change",
    community.EnrolVolunteer: "register.change",
    community.CountIncidents: "register.change",
    **dict.fromkeys((*ground.COMMANDS, *area.COMMANDS, *post.COMMANDS), "register.change"),
    incident_book.OpenBook: "register.change",
    incident_book.RecordIncident: "register.change",
    incident_book.StrikeIncident: "register.change",
    person.ErasePerson: "person.erase",
    case_elements.ConfirmElements: "report.classify",
    category_map.ImportCategoryMap: "register.change",
    evidence.TakeEvidence: "report.register",
    evidence.WithdrawEvidence: "report.classify",
    publisher.RegisterPublisher: "publisher.change",
    publisher.ChangePublisher: "publisher.change",
    publisher.IssueKey: "publisher.change",
    publisher.RevokeKey: "publisher.change",
    publisher.SetSecret: "publisher.change",
    publisher.SuspendPublisher: "publisher.change",
    publisher.ResumePublisher: "publisher.change",
    **dict.fromkeys(volunteer.COMMANDS, "register.change"),
    assignment_commands.RouteReport: "report.classify",
    assignment_commands.EndAssignment: "report.classify",
    **dict.fromkeys(assignment_commands.HANDLING, "report.handle"),
    **dict.fromkeys(assignment_commands.DIRECTING, "report.direct"),
    order.ReceiveOrder: "report.register",
    order.TakeUpdate: "report.register",
    order.AcceptOrder: "report.classify",
    order.ObjectToOrder: "report.refuse",
    order.AskExtension: "report.classify",
    order.DecideExtension: "report.direct",
    order.FinishOrder: "report.classify",
    order.RecordCallBack: "report.classify",
    order.DecideReopening: "report.direct",
    order.MarkOverdue: "report.classify",
    custody.ProposeHandover: "report.refuse",
    custody.AnswerHandover: "report.classify",
    custody.WithdrawHandover: "report.refuse",
    custody.NoteThreeWayCall: "report.classify",
    custody.EndUnanswered: "report.classify",
}

POLICIES: Final = Policies()
for _command, _action in ACTIONS.items():
    POLICIES.declare(_command, _action)
