"""Pages: two languages, dates of Shanghai, people's words set apart, and nothing inline."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request

from shared.web import static
from shared.web.languages import Language, Languages, accepted
from shared.web.pages import Pages, Section, day, moment, said
from shared.web.routes import Caller
from tests.unit.shared.web.conftest import KEY, OFFICER

EVENING = datetime(2026, 8, 28, 10, 0, tzinfo=UTC)


def request(query: str = "", **headers: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/intake/reports",
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
            "server": ("station.test", 80),
            "scheme": "http",
        }
    )


def pages(folder: Path, **templates: str) -> Pages:
    for name, text in templates.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return Pages([folder], languages=Languages(), session_key=KEY, clock=lambda: EVENING)


@pytest.mark.parametrize(
    ("language", "shown", "shown_day"),
    [("zh-CN", "2026年8月28日 18:00", "2026年8月28日"), ("en", "28 Aug 2026 18:00", "28 Aug 2026")],
)
def test_a_time_is_shown_as_in_shanghai(language: Language, shown: str, shown_day: str) -> None:
    assert moment(EVENING, language) == shown
    assert day(EVENING, language) == shown_day
    assert day(date(2026, 8, 28), language) == shown_day


def test_a_late_evening_in_utc_is_the_next_day_in_shanghai() -> None:
    assert day(datetime(2026, 8, 28, 16, 30, tzinfo=UTC), "zh-CN") == "2026年8月29日"


def test_what_people_write_is_escaped_set_apart_and_cannot_turn_the_text_around() -> None:
    shown = str(said("<script>alert(1)</script> \u202egnp.exe"))
    assert shown.startswith("<bdi>&lt;script&gt;")
    assert "\u202e" not in shown
    assert "U+202E" in shown


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("fr", "zh-CN"),
        ("en", "en"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh-TW;q=0.8,en;q=0.7", "zh-CN"),
        ("en;q=0.5, zh-Hans-CN;q=0.9", "zh-CN"),
        ("en;q=0, zh", "zh-CN"),
        ("en;q=nonsense", "zh-CN"),
    ],
)
def test_the_language_is_the_best_of_those_accepted(header: str, language: Language) -> None:
    assert accepted(header) == language


async def test_the_language_is_chosen_by_the_address_and_remembered(client: httpx2.AsyncClient) -> None:
    first = await client.get("/intake/sign-in?lang=en", headers={"Accept-Language": "zh-CN"})
    assert '<html lang="en"' in first.text
    assert "Sign in" in first.text
    again = await client.get("/intake/sign-in")
    assert '<html lang="en"' in again.text
    chinese = await client.get("/intake/sign-in?lang=zh-CN")
    assert "登录" in chinese.text
    assert chinese.headers["content-language"] == "zh-CN"


async def test_a_page_has_nothing_inline_and_loads_nothing_from_elsewhere(browser: httpx2.AsyncClient) -> None:
    text = (await browser.get("/intake/reports")).text
    assert "<style" not in text
    assert not re.search(r"\s(style|on\w+)=", text)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert "//" not in text.replace("<!--", "")
    for address in re.findall(r'(?:src|href)="(/static/[^"]*)"', text):
        assert re.search(r"\?h=[0-9a-f]{16}$", address), address
        assert (await browser.get(address)).status_code == 200, address


async def test_a_signed_in_page_shows_who_where_and_the_way_out(browser: httpx2.AsyncClient) -> None:
    text = (await browser.get("/intake/reports")).text
    assert '<a href="/intake/reports" aria-current="page">受理</a>' in text
    assert '<a href="/mediation/disputes">纠纷</a>' in text
    assert '<a href="/notify/inbox">通知</a>' in text
    assert "<bdi>郭</bdi>" in text
    assert 'action="/intake/sign-out"' in text
    assert 'href="#main"' in text
    assert 'aria-live="polite"' in text
    assert "演示" in text


async def test_a_page_for_nobody_shows_no_consoles(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/intake/sign-in")).text
    assert "/mediation/disputes" not in text
    assert "sign-out" not in text
    assert 'name="form_token"' in text


async def test_where_to_go_next_is_kept_and_never_another_site(client: httpx2.AsyncClient) -> None:
    assert 'name="next" value="/intake/reports"' in (await client.get("/intake/sign-in?next=/intake/reports")).text
    assert 'name="next" value="/"' in (await client.get("/intake/sign-in?next=//elsewhere.test")).text


def test_a_service_s_template_stands_in_the_layout_and_a_fragment_alone(tmp_path: Path) -> None:
    made = pages(tmp_path, list="{% extends base %}{% block main %}<p>{{ text }}</p>{% endblock %}")
    whole = bytes(made.render(request(), "list.html", text="<b>").body).decode()
    assert "<html" in whole
    assert "<p>&lt;b&gt;</p>" in whole
    part = bytes(made.render(request(hx_request="true"), "list.html", text="x").body).decode()
    assert "<html" not in part
    assert "<p>x</p>" in part
    followed = made.render(request(hx_request="true", hx_request_type="full"), "list.html", text="x")
    assert "<html" in bytes(followed.body).decode()


def test_the_parts_of_a_page_are_there(tmp_path: Path) -> None:
    template = """{% extends base %}{% import "macros.html" as parts with context %}{% block main %}
    {{ parts.form_secret("k1") }}{{ parts.moment(now) }}{{ parts.chip("调解中", "go") }}
    {{ parts.message("错了", "danger") }}{{ parts.facts([("网格", "三")]) }}{{ parts.pager("c2") }}
    {{ parts.empty("空", "还没有", "/x", "去") }}{% endblock %}"""
    text = bytes(pages(tmp_path, parts=template).render(request("kind=x&cursor=c1"), "parts.html").body).decode()
    assert '<input type="hidden" name="idempotency_key" value="k1">' in text
    assert '<time datetime="2026-08-28T10:00:00+00:00">2026年8月28日 18:00</time>' in text
    assert '<span class="chip go">调解中</span>' in text
    assert 'role="alert">错了' in text
    assert 'href="/intake/reports?kind=x&amp;cursor=c2"' in text
    assert 'href="/intake/reports?kind=x">回到首页' in text


def test_a_missing_name_in_a_template_is_an_error_and_not_an_empty_place(tmp_path: Path) -> None:
    from jinja2 import UndefinedError

    made = pages(tmp_path, list="{{ misspelt }}")
    with pytest.raises(UndefinedError):
        made.render(request(), "list.html")


def test_the_address_of_a_file_changes_with_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a", encoding="utf-8")
    first = static.address("a.css", tmp_path)
    (tmp_path / "a.css").write_text("ab", encoding="utf-8")
    assert static.address("a.css", tmp_path) != first
    with pytest.raises(FileNotFoundError, match=r"shared\.web\.vendor"):
        static.address("none.css", tmp_path)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/intake/reports/7", "/intake/desk /intake/reports | /intake/reports /intake/orders | /intake/reports"),
        ("/intake/orders", "/intake/desk /intake/reports | /intake/reports /intake/orders | /intake/orders"),
        ("/intake/desk", "/intake/desk /intake/reports | | /intake/desk"),
    ],
)
def test_sections_of_a_group_stand_beside_each_other_once_one_of_them_is_open(
    tmp_path: Path, path: str, shown: str
) -> None:
    listed = (
        "{{ sections|join(' ', attribute='address') }} | {{ beside|join(' ', attribute='address') }} | {{ section }}"
    )
    sections = (
        Section("/intake/desk", "My work", "report.handle"),
        Section("/intake/reports", "Reports", "report.read", group="Everything"),
        Section("/intake/orders", "Orders", "report.read", group="Everything"),
        Section("/intake/publishers", "Publishers", "publisher.read", group="Everything"),
    )
    (tmp_path / "listed.html").write_text(listed, encoding="utf-8")
    console = Pages([tmp_path], languages=Languages(), session_key=KEY, clock=lambda: EVENING, sections=sections)
    asked = request()
    asked.scope["path"] = path
    asked.state.caller = Caller(OFFICER)
    assert re.sub(" +", " ", bytes(console.render(asked, "listed.html").body).decode()) == shown
