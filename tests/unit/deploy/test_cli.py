"""The command as a person meets it: help that is quick, one sentence for what fails, nothing done unconfirmed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from deploy import cli
from deploy.client import Access, Client, Told
from deploy.commands.config import redacted
from deploy.commands.running import run_service
from deploy.failure import CommandFailed

ROOT = Path(__file__).parents[3]

runner = CliRunner()


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("URL", "PORT", "USER", "INTAKE_URL", "MEDIATION_URL", "NOTIFY_URL"):
        monkeypatch.delenv(f"WANGGE_{name}", raising=False)
    monkeypatch.setenv("WANGGE_PASSWORD", "a password")
    monkeypatch.setenv("WANGGE_DATA", str(tmp_path))


class Services:
    """The services' APIs, played; what was asked is remembered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []
        made = Client.__init__

        def connected(client: Client, access: Access, **options: Any) -> None:
            made(client, access, **{**options, "transport": httpx2.MockTransport(self.answer)})

        monkeypatch.setattr(Client, "__init__", connected)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == "/intake/api/v1/sessions":
            return httpx2.Response(200, json={"token": "t"})
        self.asked.append((f"{request.method} {path}", json.loads(request.content) if request.content else None))
        answer = self.answers[f"{request.method} {path}"]
        return answer if isinstance(answer, httpx2.Response) else httpx2.Response(200, json=answer)


def a_parked(id_: str, cause: str = "invalid") -> dict[str, Any]:
    return {
        "id": id_,
        "position": 7,
        "cause": cause,
        "detail": "编号是空的",
        "origin": {"file": "mail.csv", "line": 3},
        "type": "row",
        "size": 12,
        "at": 1_600_000_000_000_000,
        "station": "czl",
        "state": "waiting",
        "retries": 0,
        "settled_because": "",
    }


def asked_of(service: str, ids: list[str]) -> dict[str, Any]:
    path = f"/{service}/api/v1/parked"
    retries = {f"POST {path}/{id_}/retry": {"id": id_, "outcome": "retried"} for id_ in ids}
    drops = {f"POST {path}/{id_}/drop": httpx2.Response(204) for id_ in ids}
    page = {"waiting": {"invalid": len(ids)}, "messages": [a_parked(id_) for id_ in ids]}
    return {f"GET {path}": page, **retries, **drops}


def said(*arguments: str) -> str:
    result = runner.invoke(cli.app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def failed(*arguments: str) -> str:
    result = runner.invoke(cli.app, list(arguments))
    assert isinstance(result.exception, CommandFailed), result.output
    return str(result.exception)


# Help


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("up",),
        ("intake",),
        ("mediation",),
        ("notify",),
        ("prepare",),
        ("import",),
        ("demo",),
        ("facts",),
        ("parked",),
        ("parked", "list"),
        ("parked", "retry"),
        ("parked", "drop"),
        ("verify",),
        ("rebuild",),
        ("republish",),
        ("erase",),
        ("doctor",),
        ("evaluate", "kinds"),
        ("config", "show"),
    ],
)
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    assert "Usage:" in said(*command, "--help")


def test_help_loads_no_service_and_no_heavy_package() -> None:
    code = """
import sys
from deploy import cli
sys.argv = ["wangge", "--help"]
try:
    cli.main()
except SystemExit:
    heavy = ("services", "fastapi", "sqlalchemy", "httpx2", "psutil", "uvicorn", "pydantic")
    print("LOADED", [name for name in heavy if name in sys.modules])
"""
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert shown.stdout.splitlines()[-1] == "LOADED []"


# What fails


def test_a_failure_is_one_sentence_and_ends_with_one() -> None:
    environment = {"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "WANGGE_DATA": "/nowhere", "WANGGE_PORT": "1"}
    shown = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "facts"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert shown.returncode == 1
    assert shown.stderr.startswith("error: No password is known for admin: set WANGGE_PASSWORD")
    assert len(shown.stderr.splitlines()) == 1


def test_where_nothing_listens_is_said_with_what_to_do() -> None:
    assert "wangge up" in failed("verify", "intake", "--url", "http://127.0.0.1:1")


def test_an_unknown_service_is_answered_with_the_known_ones() -> None:
    assert failed("verify", "police") == "There is no service 'police': it must be one of intake, mediation, notify."


def test_a_service_that_is_not_installed_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "services.notify.main", None)
    monkeypatch.setattr(
        "importlib.import_module", lambda name: (_ for _ in ()).throw(ModuleNotFoundError(name, name="services.notify"))
    )
    with pytest.raises(CommandFailed, match="wangge-notify"):
        run_service("notify")


def test_missing_settings_of_a_service_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MASTER_KEY", "DEPLOYMENT_KEY", "SESSION_KEY"):
        monkeypatch.delenv(f"WANGGE_{name}", raising=False)
    with pytest.raises(CommandFailed, match=r"WANGGE_MASTER_KEY: Field required.*wangge config show"):
        run_service("intake")


# Parked


def test_parked_without_a_verb_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    Services(monkeypatch, asked_of("intake", ["p1"]))
    shown = said("parked", "intake", "--json")
    assert json.loads(shown)["intake"]["waiting"] == {"invalid": 1}


def test_parked_messages_are_listed_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(monkeypatch, asked_of("intake", ["p1"]))
    first = asked_of("intake", ["p1"])["GET /intake/api/v1/parked"]
    link = {"Link": '</intake/api/v1/parked?cursor=x>; rel="next"'}
    pages = iter([httpx2.Response(200, json=first, headers=link), httpx2.Response(200, json=first)])
    plain = services.answer
    monkeypatch.setattr(services, "answer", lambda r: next(pages) if r.url.path.endswith("parked") else plain(r))
    assert len(json.loads(said("parked", "intake", "--json"))["intake"]["messages"]) == 2


def test_a_wrong_number_retries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(monkeypatch, asked_of("intake", ["p1", "p2"]))
    assert "--yes 3 is not the number" in failed("parked", "retry", "intake", "--yes", "3")
    assert [what for what, _ in services.asked] == ["GET /intake/api/v1/parked"]


def test_nobody_at_a_terminal_must_give_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    Services(monkeypatch, asked_of("intake", ["p1", "p2"]))
    assert "give --yes 2" in failed("parked", "retry", "intake")


def test_a_dry_run_shows_all_and_tries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(monkeypatch, asked_of("intake", ["p1", "p2"]))
    assert "2 parked messages to try again" in said("parked", "retry", "intake", "--dry-run")
    assert [what for what, _ in services.asked] == ["GET /intake/api/v1/parked"]


def test_the_right_number_retries_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(monkeypatch, asked_of("mediation", ["p1", "p2"]))
    assert "2 of 2 tried, 0 still refused" in said("parked", "retry", "mediation", "--yes", "2", "--rate", "1000")
    assert [what for what, _ in services.asked][1:] == [
        "POST /mediation/api/v1/parked/p1/retry",
        "POST /mediation/api/v1/parked/p2/retry",
    ]


def test_what_is_still_refused_fails_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = asked_of("intake", ["p1"])
    answers["POST /intake/api/v1/parked/p1/retry"] = {"id": "p1", "outcome": "the number is empty"}
    Services(monkeypatch, answers)
    assert failed("parked", "retry", "intake", "--yes", "1").startswith("1 are still parked")


def test_rows_of_files_are_mended_in_the_file_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"waiting": {"row": 1}, "messages": [a_parked("p1", cause="row")]}
    services = Services(monkeypatch, {"GET /intake/api/v1/parked": page})
    shown = said("parked", "retry", "intake", "--yes", "1")
    assert "1 rows of files are left out" in shown
    assert "nothing is parked" in shown
    assert len(services.asked) == 1


def test_only_the_named_messages_are_dropped_and_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(monkeypatch, asked_of("intake", ["p1", "p2"]))
    said("parked", "drop", "intake", "--id", "p2", "--reason", "测试数据", "--yes", "1")
    assert services.asked[1:] == [("POST /intake/api/v1/parked/p2/drop", {"reason": "测试数据"})]


def test_the_rate_is_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    Services(monkeypatch, asked_of("intake", ["p1", "p2", "p3"]))
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("deploy.commands.parked.asyncio.sleep", sleep)
    said("parked", "retry", "intake", "--yes", "3", "--rate", "2")
    assert len(pauses) == 2
    assert all(0.3 < pause <= 0.5 for pause in pauses)


# Stores


def streamed(*lines: dict[str, Any]) -> httpx2.Response:
    return httpx2.Response(200, content="".join(json.dumps(line) + "\n" for line in lines))


def test_verify_names_the_event_that_was_tampered_with(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"holds": False, "position": 12, "stream": "report-1", "reason": "its hash does not fit"}
    Services(monkeypatch, {"POST /intake/api/v1/verify": streamed({"done": 10, "of": 20}, broken)})
    result = runner.invoke(cli.app, ["verify", "intake"])
    assert "BROKEN at position 12, stream report-1: its hash does not fit" in result.output
    assert isinstance(result.exception, CommandFailed)


def test_work_that_ends_without_a_result_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    Services(monkeypatch, {"POST /intake/api/v1/rebuild/reports": streamed({"done": 10, "of": 20})})
    assert "ended without a result" in failed("rebuild", "intake", "reports")


def test_a_read_model_that_is_not_there_is_answered_in_the_service_s_words(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"title": "There is no such read model", "detail": "This service has: parked, reports."}
    Services(monkeypatch, {"POST /intake/api/v1/rebuild/x": httpx2.Response(404, json=told)})
    assert failed("rebuild", "intake", "x").endswith(
        "There is no such read model (404). This service has: parked, reports."
    )


def test_erasing_needs_the_person_s_id_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(monkeypatch, {"POST /intake/api/v1/persons/p-1/erase": {"id": "p-1", "position": 5}})
    assert "nothing was done" in failed("erase", "p-1", "--reason", "本人申请", "--yes", "p-2")
    assert services.asked == []
    assert "position 5" in said("erase", "p-1", "--reason", "本人申请", "--yes", "p-1")


# The client


def calling(answers: list[httpx2.Response | Exception], **options: Any) -> tuple[Client, list[httpx2.Request]]:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/sessions"):
            return httpx2.Response(200, json={"token": f"t{len(asked)}"})
        asked.append(request)
        told = answers.pop(0)
        if isinstance(told, Exception):
            raise told
        return told

    return Client(Access(), transport=httpx2.MockTransport(answer), **options), asked


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(_: float) -> None:
        return None

    monkeypatch.setattr("deploy.client.asyncio.sleep", sleep)


@pytest.mark.usefixtures("_no_pauses")
async def test_a_server_that_restarts_is_asked_again_with_the_same_key() -> None:
    client, asked = calling(
        [
            httpx2.ConnectError("refused"),
            httpx2.Response(502),
            httpx2.ReadTimeout("slow"),
            httpx2.Response(503, json={"title": "later"}),
            httpx2.Response(200, json={"ok": True}),
        ],
        patience=60,
    )
    async with client:
        assert await client.post("intake", "reports", {}, "a-key") == {"ok": True}
    assert {request.headers["idempotency-key"] for request in asked} == {'"a-key"'}
    assert client.repeated == 4


@pytest.mark.usefixtures("_no_pauses")
async def test_a_token_that_has_run_out_is_renewed_once() -> None:
    client, asked = calling([httpx2.Response(401), httpx2.Response(200, json={}), httpx2.Response(401)] * 2)
    async with client:
        await client.get("notify", "groups")
        with pytest.raises(Told, match="401"):
            await client.get("notify", "groups")
    assert [request.headers["authorization"] for request in asked] == [
        "Bearer t0",
        "Bearer t1",
        "Bearer t1",
        "Bearer t3",
    ]


@pytest.mark.usefixtures("_no_pauses")
async def test_a_refusal_is_not_asked_again() -> None:
    client, asked = calling([httpx2.Response(409, json={"title": "Refused by a rule"})], patience=60)
    async with client:
        with pytest.raises(Told, match="Refused by a rule"):
            await client.post("mediation", "disputes/x/settle", {}, "key")
    assert len(asked) == 1


def test_a_typed_address_goes_before_the_environment_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_NOTIFY_URL", "http://notify:8083")
    monkeypatch.setenv("WANGGE_URL", "http://front:80/")
    assert Access().address("notify") == "http://notify:8083"
    assert Access().address("intake") == "http://front:80"
    assert Access("http://other:1").address("notify") == "http://other:1"


def test_the_embedded_whole_s_password_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WANGGE_PASSWORD")
    (tmp_path / "password").write_text("password: abcd-efgh\n", encoding="utf-8")
    assert Access().password == "abcd-efgh"


# Settings


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("WANGGE_MASTER_KEY", "abc", "(hidden)"),
        ("WANGGE_PASSWORD", "abc", "(hidden)"),
        ("WANGGE_INTAKE_DATABASE", "postgresql+asyncpg://w:s3cret@db/x", "postgresql+asyncpg://w:(hidden)@db/x"),
        ("WANGGE_KAFKA", "kafka:9092", "kafka:9092"),
        ("WANGGE_PORT", 8080, 8080),
    ],
)
def test_no_secret_is_shown(name: str, value: object, shown: object) -> None:
    assert redacted(name, value) == shown


def test_settings_are_shown_with_where_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_CITY", "datong")
    monkeypatch.setenv("WANGGE_SESSION_KEY", "very secret")
    monkeypatch.setenv("WANGGE_MASTER_KEY_FILE", "/run/secrets/master")
    output = said("config", "show", "--json")
    shown = json.loads(output)
    assert (shown["WANGGE_CITY"]["value"], shown["WANGGE_CITY"]["from"]) == ("datong", "environment")
    assert shown["WANGGE_MASTER_KEY"]["from"] == "file /run/secrets/master"
    assert shown["WANGGE_PORT"]["from"] == "default"
    assert "very secret" not in output
