"""The register of commands: a command without a policy is found at start."""

from typing import cast

import pytest

from shared.access.policies import Contradicted, Policies, Undeclared
from shared.access.rights import Action


class RegisterReport: ...


class RefuseReport: ...


class AdmitReport: ...


def test_a_declared_command_tells_its_action() -> None:
    policies = Policies()
    policies.declare(RegisterReport, "report.register")
    assert policies.policy_of(RegisterReport) == "report.register"


def test_a_command_without_a_policy_is_never_answered() -> None:
    with pytest.raises(Undeclared, match="RegisterReport"):
        Policies().policy_of(RegisterReport)


def test_the_check_names_every_command_without_a_policy() -> None:
    policies = Policies()
    policies.declare(RegisterReport, "report.register")
    with pytest.raises(Undeclared) as refusal:
        policies.check([RegisterReport, RefuseReport, AdmitReport])
    assert [name.rsplit(".", 1)[-1] for name in refusal.value.names] == ["AdmitReport", "RefuseReport"]
    policies.declare(RefuseReport, "report.refuse")
    policies.declare(AdmitReport, "report.admit")
    policies.check([RegisterReport, RefuseReport, AdmitReport])


def test_a_command_cannot_be_declared_as_two_actions() -> None:
    policies = Policies()
    policies.declare(RegisterReport, "report.register")
    policies.declare(RegisterReport, "report.register")
    with pytest.raises(Contradicted, match=r"report\.register and as report\.read"):
        policies.declare(RegisterReport, "report.read")


def test_an_action_that_does_not_exist_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="is no action"):
        Policies().declare(RegisterReport, cast("Action", "report.frobnicate"))
