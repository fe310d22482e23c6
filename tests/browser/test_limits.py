"""What each role may not do is neither offered to it nor shown when it asks for the address."""

import pytest
from playwright.sync_api import expect

from tests.browser.matters import Matters
from tests.browser.window import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.timeout(400)]


@pytest.mark.parametrize(
    ("account", "closed"),
    [
        ("volunteer", ["/mediation/disputes", "/mediation/overnight", "/notify/groups", "/notify/groups/new"]),
        ("operator", ["/intake/reports", "/intake/reports/new", "/mediation/disputes", "/notify/inbox"]),
        ("auditor", ["/intake/reports", "/mediation/disputes", "/notify/deliveries", "/notify/groups"]),
        ("hotline", ["/mediation/disputes", "/notify/inbox"]),
        ("mediator", ["/intake/reports", "/notify/groups/new"]),
    ],
)
def test_a_page_that_is_not_for_the_role_says_so_in_chinese(
    browsing: Browsing, matters: Matters, account: str, closed: list[str]
) -> None:
    with browsing.window(account) as window:
        for path in closed:
            window.open(path, expect=403)
            problem = window.page.get_by_role("alert")
            expect(problem).to_contain_text("403")
            assert "不" in problem.inner_text() or "无" in problem.inner_text()
            assert matters.building["code"] not in window.page.content()


def test_a_volunteer_sees_only_what_it_reported_itself(browsing: Browsing, matters: Matters) -> None:
    with browsing.window("volunteer") as window:
        page = window.page
        window.open("/intake/reports")
        assert matters.building["code"] not in page.content()
        window.open(f"/intake/reports/{matters.danger['id']}", expect=403)
        expect(page.get_by_role("alert")).to_contain_text("403")
        assert matters.danger["code"] not in page.content()


def test_an_auxiliary_may_suggest_the_kind_but_neither_admit_nor_lead(browsing: Browsing, matters: Matters) -> None:
    with browsing.window("auxiliary") as window:
        page = window.page
        window.open(f"/intake/reports/{matters.danger['id']}")
        expect(page.get_by_role("button", name="确认分类")).to_have_count(1)
        expect(page.get_by_text("不予受理")).to_have_count(0)
        window.open(f"/mediation/disputes/{matters.mid_way.dispute}")
        expect(page.locator("main form")).to_have_count(0)
        assert "端木甲" not in page.content()


def test_who_has_not_signed_in_is_asked_to_whoever_else_has(browsing: Browsing, matters: Matters) -> None:
    with browsing.window("admin") as other:
        other.open("/intake/reports")
        for path in ("/intake/reports", f"/mediation/disputes/{matters.building['id']}", "/notify/inbox"):
            with browsing.window() as window:
                window.open(path)
                assert "/intake/sign-in" in window.page.url
                expect(window.page.get_by_role("button", name="登录")).to_be_visible()
                assert matters.building["code"] not in window.page.content()


def test_a_mediator_neither_finds_nor_opens_a_case_of_another_group(browsing: Browsing, matters: Matters) -> None:
    with browsing.window("mediator") as window:
        window.open("/mediation/disputes")
        assert matters.mid_way.code not in window.page.content()
        window.open(f"/mediation/disputes/{matters.mid_way.dispute}", expect=403)
        assert "端木甲" not in window.page.content()
