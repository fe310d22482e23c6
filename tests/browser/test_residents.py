"""A resident reports and follows the report on an old phone: small, without JavaScript, without an account."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.window import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.timeout(400)]

SMALL = 360


def test_a_resident_reports_follows_adds_and_withdraws_without_javascript(browsing: Browsing) -> None:
    with browsing.window(javascript=False, width=SMALL) as window:
        page = window.page
        window.open("/report")
        expect(page.get_by_role("button", name="拨打 110")).to_be_visible()
        expect(page.get_by_label("此栏请留空")).not_to_be_in_viewport()
        page.get_by_label("发生了什么事？").fill("楼上半夜装修，老人睡不着。\n已经三个晚上了。")
        page.get_by_label("匿名").check()
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("您的诉求已收到。")
        expect(page.get_by_role("button", name="拨打 110")).to_be_visible()
        expect(page.get_by_text(re.compile(r"WG-\d{6}-\w{4}-\w{4}"))).to_be_visible()
        assert window.overflow() == 0
        page.get_by_role("button", name="查询凭条").click()
        expect(page.get_by_role("img", name="下方链接的二维码")).to_be_visible()
        assert window.overflow() == 0
        page.locator(".token a").click()
        page.get_by_label("要补充的内容").fill("昨晚又吵到两点")
        page.get_by_role("button", name="提交补充").click()
        expect(page.get_by_text("昨晚又吵到两点")).to_be_visible()
        page.get_by_text("撤回诉求", exact=True).click()
        page.get_by_role("button", name="确认撤回").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("您已撤回诉求。")
