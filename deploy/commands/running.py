"""`wangge up`, one service each, `wangge prepare` and `wangge demo`: what starts and fills an installation."""

import importlib
import os

from pydantic import ValidationError

from deploy.client import Access, Service, data_folder
from deploy.commands.terminal import err, out, run, tell
from deploy.failure import CommandFailed

DEMO = "WANGGE_DEMO"
"""Shows the ribbon on every page that says that these people are invented."""


def run_up(*, demo: bool) -> int:
    from deploy.embedded.errors import CannotStart
    from deploy.embedded.settings import UpSettings
    from deploy.embedded.supervisor import up
    from deploy.seed.accounts import accounts_file

    try:
        settings = UpSettings()
    except ValidationError as wrong:
        raise CommandFailed(_settings("Wangge", wrong)) from None
    # Once loaded, the demo stays in the data, and so does its ribbon.
    if demo or accounts_file(settings.data).exists():
        os.environ[DEMO] = "true"

    async def load(address: str, password: str) -> None:
        from deploy.seed.loader import load_demo

        try:
            loaded = await load_demo(
                Access(address, "admin", password),
                settings.data,
                lambda what: tell(f"          demo       {what}"),
            )
        except CommandFailed as reason:
            tell(
                f"          demo       could not be loaded: {reason} Wangge runs without the rest of it; "
                "`wangge demo` tries again."
            )
        else:
            if not loaded:
                tell("          demo       is there already")

    try:
        return run(up(settings, after_ready=load if demo else None, console=out))
    except CannotStart as reason:
        raise CommandFailed(str(reason)) from reason


def run_service(name: Service) -> None:
    try:
        module = importlib.import_module(f"services.{name}.main")
    except ModuleNotFoundError as missing:
        if missing.name not in ("services", f"services.{name}", f"services.{name}.main"):
            raise
        raise CommandFailed(
            f"The service {name} is not installed here: install the package wangge-{name}, or use its image."
        ) from None
    try:
        module.main()
    except ValidationError as wrong:
        raise CommandFailed(_settings(name, wrong)) from None


def run_prepare(*, jars_only: bool) -> None:
    from deploy.embedded.errors import CannotStart
    from deploy.embedded.jars import fetch_class_path
    from deploy.embedded.prepare import prepare

    def say(stage: str, detail: str) -> None:
        tell(f"{stage}: {detail}")

    try:
        if jars_only:
            jars = run(fetch_class_path(say))
            say("Kafka", f"{len(jars)} jars are there")
        else:
            run(prepare(say))
            say("Kafka", "prepared")
    except CannotStart as reason:
        raise CommandFailed(str(reason)) from reason


def run_demo(url: str | None) -> None:
    from deploy.seed.loader import load_demo

    loaded = run(load_demo(Access(url), data_folder(), lambda what: err.print(what, markup=False)))
    tell("The demo community is loaded." if loaded else "The demo community is there already.")


def _settings(whose: str, wrong: ValidationError) -> str:
    faults = []
    for error in wrong.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in error["loc"])
        name = field if field.isupper() else f"WANGGE_{field.upper()}"
        what = str(error["msg"]).removeprefix("Value error, ")
        faults.append(f"{name}: {what}" if field else what)
    return f"The settings of {whose} cannot be used: {'; '.join(faults)}. See `wangge config show`."
