"""What holds for each page: accessible, never wider than its window, in one language, quiet, usable by keyboard."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.addresses import FILES, LEADING_ON, MORE, PAGES, SIGNED_OUT, declared
from tests.browser.matters import Matters
from tests.browser.window import DESK, HEIGHT, PHONE, Browsing, Language, Window

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.timeout(400)]

EVERY = {**PAGES, **MORE}
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# What people read of our own: not what others wrote (bdi) or named (translate=no: choices cannot hold a bdi), nor
# machine words set apart as such (code).
OWN_WORDS = """() => {
  const own = document.body.cloneNode(true);
  own.querySelectorAll("bdi, code, script, style, time").forEach(each => each.remove());
  own.querySelectorAll("[lang]:not(html), [translate=no]").forEach(each => each.remove());
  const words = [document.title, own.textContent];
  own.querySelectorAll("*").forEach(each => {
    for (const name of ["aria-label", "title", "alt", "placeholder"]) words.push(each.getAttribute(name) || "");
  });
  return words.join("\\n");
}"""
CODES = re.compile(r"WG-\d{6}(-[0-9A-Z]{4})+|czl-\d(-\d\d)?|\b[a-z]+-zhangzhi\b")
ENGLISH_IN_CHINESE = frozenset({"PDF", "MB", "Excel", "XLSX", "CSV", "URI", "CJ", "Open", "App", "SHA"})
"""Names of formats and of standards (CJ/T 349, Open311), which Chinese texts use as they are."""


@pytest.fixture(params=["zh-CN", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    return "en" if request.param == "en" else "zh-CN"


def account_for(name: str) -> str | None:
    return None if name == SIGNED_OUT else "admin"


def test_each_page_that_a_service_declares_is_tried_here() -> None:
    assert declared() == PAGES.keys() | LEADING_ON | FILES


@pytest.mark.parametrize("name", EVERY)
def test_a_page_is_accessible_fits_its_window_and_speaks_one_language(
    browsing: Browsing, matters: Matters, name: str, language: Language
) -> None:
    path = EVERY[name](matters)
    with browsing.reading(account_for(name), language) as window:
        window.open(path)
        assert window.page.evaluate("document.documentElement.lang") == language
        assert stray_words(window, language) == []
        for width in (DESK, PHONE):
            window.page.set_viewport_size({"width": width, "height": HEIGHT})
            assert window.overflow() == 0, f"at {width} px the page is wider than its window"
            if (width == PHONE) == (language == "zh-CN"):  # the long look at each width once, in either language
                assert faults(window) == [], f"at {width} px"


def faults(window: Window) -> list[dict[str, Any]]:
    found = Axe().run(window.page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    return [
        {"rule": each["id"], "help": each["help"], "where": [node["html"] for node in each["nodes"]][:3]}
        for each in found.response["violations"]
    ]


def stray_words(window: Window, language: Language) -> list[str]:
    """Words of the other language that are our own."""
    words = CODES.sub(" ", str(window.page.evaluate(OWN_WORDS)))
    if language == "en":
        return re.findall("[\u4e00-\u9fff]+", words)
    return [word for word in re.findall(r"[A-Za-z]{2,}", words) if word not in ENGLISH_IN_CHINESE]


@pytest.mark.parametrize("name", EVERY)
def test_a_page_is_whole_without_javascript(browsing: Browsing, matters: Matters, name: str) -> None:
    path = EVERY[name](matters)
    with browsing.reading(account_for(name)) as window, browsing.reading(account_for(name), javascript=False) as plain:
        window.open(path)
        plain.open(path)
        assert steady(plain.text()) == steady(window.text())


def steady(text: str) -> str:
    """Without what the clock changes between two visits."""
    return re.sub(r"\d+ 小时 \d+ 分|\d+ 小时\s*\d+ 分钟", "", text)


@pytest.mark.parametrize("name", PAGES)
def test_by_keyboard_the_first_stop_leads_to_the_content_and_each_stop_is_seen(
    browsing: Browsing, matters: Matters, name: str
) -> None:
    with browsing.reading(account_for(name), width=PHONE) as window:
        page = window.page
        window.open(PAGES[name](matters))
        page.evaluate(FROM_THE_TOP)
        page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        assert page.evaluate("document.activeElement.className") == "skip"
        box = skip.bounding_box()
        assert box is not None
        assert box["y"] >= 0, "the skip link is seen once it has the focus"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        for _ in range(6):
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUS_IS_SEEN), page.evaluate("document.activeElement.outerHTML")


# The sign-in page puts the focus into its first field.
FROM_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""

FOCUS_IS_SEEN = """() => {
  const at = document.activeElement;
  if (at === document.body) return true;  // past the last stop
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return outlined && box.bottom > 0 && box.top < innerHeight;
}"""


def test_targets_for_fingers_are_large_enough(browsing: Browsing, matters: Matters) -> None:
    """Buttons, fields and the lines of lists; links within a sentence are text."""
    with browsing.window("admin", width=PHONE) as window:
        for path in ("/intake/reports", "/intake/reports/new", f"/mediation/disputes/{matters.mid_way.dispute}"):
            window.open(path)
            assert window.page.evaluate(TOO_SMALL) == []


TOO_SMALL = """() => [...document.querySelectorAll(
    "button, [role=button], select, summary, input:not([type=hidden], [type=checkbox], [type=radio]), textarea, .title"
  )].filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 43.5)
    .map(each => each.outerHTML.slice(0, 120))"""
