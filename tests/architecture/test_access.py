"""Every command has a right that it needs, every route an access, and no service starts without them."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from shared.access.policies import Policies, Undeclared
from shared.access.rights import ACTIONS, RIGHTS
from shared.web.routes import OPEN, SIGNED_IN, access_of, check
from tests.golden.documents import SERVICES, app_of

ROOT = Path(__file__).parents[2]


def _module(name: str) -> ModuleType:
    return importlib.import_module(name)


def _decided(service: str) -> set[type[BaseModel]]:
    """The commands of a service's deciders: the members of each module's union `Command`, or its `COMMANDS`."""
    found: set[type[BaseModel]] = set()
    for file in sorted((ROOT / "services" / service / "domain").glob("*.py")):
        module = _module(f"services.{service}.domain.{file.stem}".removesuffix(".__init__"))
        union, listed = set(get_args(getattr(module, "Command", None))), set(getattr(module, "COMMANDS", ()))
        assert not union or not listed or union == listed, f"{module.__name__} lists other commands than it decides"
        found |= union | listed
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_command_that_is_decided_has_its_right(service: str) -> None:
    access = _module(f"services.{service}.application.access")
    decided = _decided(service)
    assert decided
    assert set(access.COMMANDS) == decided
    access.POLICIES.check(decided)
    assert set(access.ACTIONS) == decided, "an action is declared for what is no command"


@pytest.mark.parametrize("service", SERVICES)
def test_a_right_that_a_command_needs_is_given_to_somebody(service: str) -> None:
    given = {action for role, rights in RIGHTS.items() if role != "admin" for action in rights}
    assert set(_module(f"services.{service}.application.access").ACTIONS.values()) <= given


@pytest.mark.parametrize("service", SERVICES)
def test_people_bring_commands_by_routes_that_ask_for_the_same_rights(service: str) -> None:
    """A right that commands need and no route asks for would be one that nobody is ever asked about."""
    asked = set(access_of(app_of(service)).values())
    needed = set(_module(f"services.{service}.application.access").ACTIONS.values())
    assert needed <= asked


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_its_access(service: str) -> None:
    access = access_of(app_of(service))
    assert set(access.values()) <= {OPEN, SIGNED_IN, *ACTIONS}
    assert access[f"GET /{service}/asyncapi.json"] == OPEN
    assert access["GET /health/live"] == OPEN


OPEN_TO_ALL = {
    "intake": {
        "GET /intake",
        "GET /intake/",
        "GET /intake/sign-in",
        "POST /intake/sign-in",
        "POST /intake/sign-out",
        "POST /intake/api/v1/sessions",
        *(
            f"GET /open311/v2{path}{ending}"
            for path in (
                "/discovery",
                "/services",
                "/services/{code}",
                "/requests",
                "/requests/{id}",
                "/tokens/{token}",
            )
            for ending in ("", ".{format}")
        ),
        # Whoever posts shows a publisher's key in the form, as Open311's clients do.
        "POST /open311/v2/requests",
        "POST /open311/v2/requests.{format}",
        # docs/decisions/0026: the resident's form, and the view of their own that a token opens.
        "GET /report",
        "POST /report",
        "GET /r/{token}",
        "GET /r/{token}/slip",
        "POST /r/{token}/supplement",
        "POST /r/{token}/withdraw",
    },
    "mediation": set(),
    "notify": {"GET /notify", "GET /notify/"},
}
"""What nobody need sign in for, beside health, metrics, the documents and static files. Think twice before adding."""


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_else_is_open_to_everybody(service: str) -> None:
    found = {name for name, access in access_of(app_of(service)).items() if access == OPEN}
    documents = {f"{method} /{service}/{name}.json" for method in ("GET", "HEAD") for name in ("openapi", "asyncapi")}
    probes = {f"GET {prefix}{path}" for prefix in ("", f"/{service}") for path in ("/health/live", "/health/ready")}
    probes |= {"GET /metrics", f"GET /{service}/metrics"}
    rest = {name for name in found - documents - probes if not name.endswith(" /static")}
    assert rest == OPEN_TO_ALL[service]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_starts_with_a_command_that_has_no_right(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken on purpose: the composition root is given a register from which one command is missing."""
    access = _module(f"services.{service}.application.access")
    forgotten, *rest = access.COMMANDS
    policies = Policies()
    for command in rest:
        policies.declare(command, access.ACTIONS[command])
    monkeypatch.setattr(_module(f"services.{service}.main"), "POLICIES", policies)
    with pytest.raises(Undeclared, match=forgotten.__name__):
        app_of(service)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_serves_a_route_that_has_no_access(service: str) -> None:
    """Broken on purpose: a route that is added past `Routes`."""
    app = app_of(service)
    stray = APIRouter()

    @stray.get(f"/{service}/stray")
    def answer() -> None: ...

    app.include_router(stray)
    with pytest.raises(Undeclared, match=f"GET /{service}/stray"):
        check(app)


def _calls(function: Any) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f"{ast.unparse(node.func.value)}.{node.func.attr}"


@pytest.mark.parametrize("service", SERVICES)
def test_the_commands_are_checked_before_anything_is_built(service: str) -> None:
    assert next(_calls(_module(f"services.{service}.main").create_app)) == "POLICIES.check"


def test_every_list_of_intake_says_from_whom_its_rows_are_kept() -> None:
    """A row about a report that complains of somebody must not reach them: give `within` the columns `about` and
    `level` (the reports' own, or copies of what `ReportReceived` says), or None for both where no row is of a report.
    """
    silent = [
        f"{file.relative_to(ROOT).as_posix()}:{node.lineno}"
        for file in (ROOT / "services" / "intake").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "within"
        if not {"about", "level"} <= {keyword.arg for keyword in node.keywords}
    ]
    assert silent == []
