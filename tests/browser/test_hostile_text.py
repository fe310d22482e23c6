"""What somebody writes to attack the pages is shown as text on each of them, and does nothing."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.matters import Matters
from tests.browser.window import DESK, PHONE, Browsing
from tests.e2e.whole import until

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.timeout(400)]

SCRIPT = "<script>alert(1)</script>"
BROKEN_OUT = "\"'></textarea></title><img src=x onerror=alert(1)>"
LINK = "javascript:alert(1)"
TEMPLATE = "{{ 7*7 }}{% raw %}${alert(1)}"
REVERSED = "\u202efdp.exe\u2066"
HOSTILE = f"{SCRIPT}{BROKEN_OUT} {LINK} {TEMPLATE} {REVERSED}"
SHOWN = HOSTILE.replace("\u202e", "U+202E").replace("\u2066", "U+2066")
SHORT = f"{SCRIPT}{TEMPLATE}\u202e"
SHOWN_SHORT = SHORT.replace("\u202e", "U+202E")

ALIVE = """() => document.querySelectorAll(
  "main img, main script, main [onerror], main [onclick], main a[href^='javascript' i]"
).length"""


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_hostile_text_in_every_field_is_shown_as_text_on_every_page(browsing: Browsing, matters: Matters) -> None:
    with browsing.window("leader") as window:
        page = window.page

        def harmless(path: str, *texts: str) -> None:
            for width in (DESK, PHONE):
                page.set_viewport_size({"width": width, "height": 844})
                if width == DESK:
                    window.open(path)
                    read = squeezed(str(page.locator("main").text_content()))
                    for text in texts:
                        assert squeezed(text) in read, f"{text} is not shown on {path}: {read}"
                    assert page.evaluate(ALIVE) == 0, f"something came alive on {path}"
                assert window.overflow() == 0, f"{path} at {width} px is wider than its window"

        # By the form, in every field of it.
        window.open("/intake/reports/new")
        number = f"{SCRIPT}{uuid4()}"
        page.get_by_label("主题").fill(HOSTILE)
        page.get_by_label("原话").fill(HOSTILE)
        page.get_by_label("反映人姓名（可不填）").fill(SHORT)
        page.locator("input[name=reporter_phone]").fill("<b>\"'>&")
        page.get_by_label("渠道给出的编号（可不填）").fill(number)
        page.get_by_role("button", name="登记", exact=True).click()
        page.wait_for_url(re.compile("after="))
        report = page.url.partition("?")[0].removeprefix(window.url)
        harmless(report, SHOWN, SHOWN_SHORT, number, "<b>\"'>&")
        harmless("/intake/reports", SHOWN)

        # A form that is sent back shows in its fields what was given.
        window.open("/intake/reports/new")
        page.get_by_label("主题").fill("\u200b")
        page.get_by_label("原话").fill(HOSTILE)
        page.locator("input[name=subject]").evaluate("field => { field.required = false; field.value = ''; }")
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_label("原话")).to_have_value(HOSTILE)
        assert page.evaluate(ALIVE) == 0

        # Refused routes, classified, admitted; then through the case room.
        window.open(report)
        page.locator("select[name=kind]").select_option("dispute")
        page.get_by_role("button", name="确认分类").click()
        page.get_by_role("button", name="受理，转入调解").click()
        page.wait_for_url(re.compile("after="))

        def opened() -> str | None:
            page.reload()
            link = page.get_by_role("link", name="查看调解案")
            return link.get_attribute("href") if link.count() else None

        room = until("mediation to open the case", opened)
        harmless(room, SHOWN, SHOWN_SHORT)
        harmless("/mediation/disputes", SHOWN)
        harmless("/mediation/overnight", SHOWN)

        def send(step: str, **fields: str) -> None:
            window.open(room)
            form = page.locator(f"form[action$='/{step}']")
            fold = form.locator("xpath=ancestor::details")
            if fold.count() and fold.get_attribute("open") is None:
                fold.locator("summary").click()
            for name, value in fields.items():
                field = form.locator(f"[name={name}]")
                if field.evaluate("field => field.tagName") == "SELECT":
                    field.select_option(value)
                else:
                    field.fill(value)
            form.get_by_role("button").click()
            page.wait_for_url(re.compile("after="))

        send("parties", side="respondent", name=SHORT, demand=HOSTILE)
        for seat in ("area_leader", "community_officer", "auxiliary", "neighbour"):
            send("members", seat=seat, name=f"{seat[:3]}{SHORT}")
        harmless(room, SHOWN, SHOWN_SHORT)
        send("sessions", begins_at="2099-01-01T09:00", place=HOSTILE[:200])
        harmless(room, SHOWN[:100])

        # What was said of it to people.
        code = str(page.locator("h1 + p .small").text_content()).split(" ")[0]

        def told() -> list[str]:
            window.open(f"/notify/deliveries?case={code}")
            return [str(each.get_attribute("href")) for each in page.locator("a.title").all()]

        for address in until("messages about it", told)[:2]:
            harmless(address)
        harmless("/notify/inbox")

        # Refused with a route that is told; a filter; a group's entry.
        other = matters.report(f"BROWSER-{uuid4()}", "查询", "请问社保几点上班？")
        window.open(f"/intake/reports/{other['id']}")
        page.locator("summary", has_text="不予受理").click()
        page.get_by_label("告知反映人的其他途径").fill(HOSTILE)
        page.get_by_role("button", name="不予受理").click()
        page.wait_for_url(re.compile("after="))
        harmless(f"/intake/reports/{other['id']}", SHOWN)
        window.open("/notify/deliveries")
        page.locator("input[name=case]").fill(SHORT)
        page.locator("form.filters button").click()
        expect(page.locator("input[name=case]")).to_have_value(SHORT)
        assert page.evaluate(ALIVE) == 0


@pytest.mark.parametrize(
    "next_", ["javascript:alert(1)", "//evil.example/", "https://evil.example/", "/\\evil.example"]
)
def test_signing_in_leads_to_no_other_site(browsing: Browsing, next_: str) -> None:
    with browsing.window("officer") as window:
        window.page.goto(f"{window.url}/intake/sign-in?next={next_}")
        assert window.page.url == f"{window.url}/intake/reports"
