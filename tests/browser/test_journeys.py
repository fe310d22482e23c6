"""One journey for each role, by what stands on the pages in Chinese."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from shared.law.legal_time import SHANGHAI
from tests.browser.matters import Matters
from tests.browser.window import PHONE, Browsing, Window
from tests.e2e.procedure import SEATS
from tests.e2e.whole import until

pytestmark = [pytest.mark.browser, pytest.mark.kafka, pytest.mark.timeout(400)]

SUBJECT = "楼上漏水泡坏天花板，邻居不赔"
TEXT = "楼上住户卫生间漏水，双方多次争吵，请社区调解赔偿纠纷。"
SEAT_WORDS = {
    "area_leader": "包片所领导",
    "community_officer": "社区民警",
    "auxiliary": "社区辅警",
    "neighbour": "邻里与社会力量",
}


def section(page: Page, heading: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True))


def unfold(place: Locator, summary: str) -> Locator:
    """The fold under this line; opened, if it is not open yet."""
    fold = place.locator("details").filter(has=place.page.get_by_text(summary, exact=True)).last
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()
    return fold


def register(window: Window, subject: str, text: str) -> None:
    page = window.page
    page.get_by_role("button", name="登记诉求").click()
    page.get_by_label("主题").fill(subject)
    page.get_by_label("原话").fill(text)
    page.get_by_label("反映人姓名（可不填）").fill("端木来访")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_officer_registers_a_report_confirms_the_suggested_kind_and_admits_it(
    browsing: Browsing, javascript: bool
) -> None:
    with browsing.window(javascript=javascript, width=PHONE) as window:
        page = window.page
        window.open("/intake/reports")
        assert "/intake/sign-in" in page.url
        browsing.sign_in(window, "officer")
        expect(page.get_by_role("heading", level=1)).to_have_text("诉求")
        register(window, SUBJECT, TEXT)
        expect(page.get_by_text(re.compile("建议类别：纠纷")).first).to_be_visible()
        assert "漏水" in section(page, "研判").locator("mark").all_inner_texts()
        page.get_by_label("类别").select_option("纠纷")
        page.get_by_role("button", name="确认分类").click()
        expect(section(page, "办理经过")).to_contain_text("纠纷")
        page.get_by_role("button", name="受理，转入调解").click()
        expect(page.get_by_role("button", name="受理，转入调解")).to_have_count(0)

        def opened() -> bool:
            page.reload()
            return page.get_by_role("link", name="查看调解案").count() == 1

        until("mediation to open the case", opened)
        address = str(page.get_by_role("link", name="查看调解案").get_attribute("href"))
    with browsing.window("leader", javascript=javascript, width=PHONE) as window:
        page = window.page
        window.open("/mediation/disputes")
        page.locator(f"a[href='{address}']").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)
        expect(page.get_by_text("各类席位全部到位后，方可安排调解。")).to_be_visible()


def test_the_officer_who_registered_and_admitted_a_report_can_open_its_case(browsing: Browsing) -> None:
    with browsing.window("officer") as window:
        page = window.page
        window.open("/intake/reports")
        register(window, SUBJECT, TEXT)
        page.get_by_label("类别").select_option("纠纷")
        page.get_by_role("button", name="确认分类").click()
        page.get_by_role("button", name="受理，转入调解").click()
        expect(page.get_by_role("button", name="受理，转入调解")).to_have_count(0)

        def opened() -> bool:
            page.reload()
            return page.get_by_role("link", name="查看调解案").count() == 1

        until("mediation to open the case", opened)
        page.get_by_role("link", name="查看调解案").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)


def test_a_leader_leads_a_dispute_from_its_group_to_the_settlement_and_the_timeline_tells_all_of_it(
    browsing: Browsing, matters: Matters
) -> None:
    case = matters.case(f"BROWSER-led-{uuid4()}")
    with browsing.window("leader") as window:
        page = window.page
        window.open(f"/mediation/disputes/{case.dispute}")

        parties = section(page, "当事人")
        for side, name in (("申请人", None), ("被申请人", "欧阳对方")):
            form = unfold(parties, "登记当事人")
            form.get_by_label("当事人地位").select_option(side)
            if name is None:
                form.get_by_label("就是反映人：端木来访").check()
            else:
                form.get_by_label(re.compile("^姓名")).fill(name)
            form.get_by_role("button", name="登记").click()
            parties = page.locator("section").filter(has=page.get_by_role("heading", name=re.compile("当事人")))
            expect(parties).to_contain_text(name or "端木来访")

        group = page.locator("section.card").filter(has=page.get_by_role("heading", name="“三加N”调解小组"))
        for number, seat in enumerate(SEATS):
            word = SEAT_WORDS[seat]
            expect(group.locator("ul.rows > li").nth(number)).to_have_text(re.compile(f"空缺\\s*{word}"))
            expect(page.locator("form[action$='/sessions']")).to_have_count(0)
            form = unfold(group, "指派成员")
            form.get_by_label("席位").select_option(seat)
            form.get_by_label("姓名").fill(f"组员{number}")
            form.get_by_role("button", name="指派").click()
            expect(group.locator("ul.rows > li").nth(number)).to_have_text(
                re.compile(f"已到位\\s*{word}\\s*组员{number}")
            )

        begins = datetime.now(UTC).astimezone(SHANGHAI) + timedelta(minutes=1)
        form = unfold(section(page, "调解"), "安排调解")
        form.get_by_label("开始时间").fill(f"{begins:%Y-%m-%dT%H:%M}")
        form.get_by_label("地点").fill("居委会二楼")
        form.get_by_role("button", name="安排").click()
        sessions = section(page, "调解")
        expect(sessions).to_contain_text("居委会二楼")

        form = unfold(sessions, "登记调解情况")
        form.get_by_label("结果").select_option("达成一致")
        form.get_by_role("button", name="登记").click()
        expect(sessions).to_contain_text("达成一致")

        agreement = section(page, "协议与履行")
        form = agreement.locator("details").last
        form.get_by_label("形式").select_option("书面")
        form.get_by_label("协议内容").fill("楼上住户三日内修复天花板。")
        form.get_by_label("事项").first.fill("修复天花板")
        form.get_by_label("期限").first.fill(f"{begins + timedelta(days=3):%Y-%m-%d}")
        form.get_by_role("button", name="登记协议").click()
        expect(agreement).to_contain_text("楼上住户三日内修复天花板。")

        form = unfold(agreement, "登记履行")
        form.get_by_role("button", name="已履行").click()
        expect(agreement.locator(".chip.done")).to_have_text("已履行")

        page.get_by_role("button", name="确认化解").click()
        expect(page.locator("h1 + p .chip")).to_have_text("已化解")

        def told() -> bool:
            page.reload()
            lines = page.locator("ol.timeline").all_inner_texts()
            return all(service in "".join(lines) for service in ("受理 ·", "调解 ·", "通知 ·"))

        until("the timeline to tell of all three services", told, every=0.5)
        lines = page.locator("ol.timeline").first.inner_text()
        for step in (
            "转入调解",
            "被指派为包片所领导",
            "安排第 1 次调解",
            "第 1 次调解举行",
            "协议",
            "第 1 项已履行",
            "化解",
        ):
            assert step in lines, f"{step} is not told in: {lines}"


@pytest.mark.parametrize(
    ("button", "state"), [("标为已读", "已读"), ("已转告", "已转告")], ids=["to a member", "to pass on by word"]
)
def test_a_message_in_the_inbox_is_dealt_with_once(
    browsing: Browsing, matters: Matters, button: str, state: str
) -> None:
    case = matters.mid_way
    with browsing.window("leader", width=PHONE) as window:
        page = window.page
        waiting = page.locator("li").filter(has_text=case.code).filter(has=page.get_by_role("button", name=button))

        def arrived() -> bool:
            window.open("/notify/inbox")
            return waiting.count() > 0

        until("a message about the case in the inbox", arrived, every=0.5)
        address = str(waiting.first.locator("a.title").get_attribute("href"))
        waiting.first.get_by_role("button", name=button).click()
        page.wait_for_url(re.compile("after="))
        expect(waiting.filter(has=page.locator(f'a.title[href="{address}"]'))).to_have_count(0)
        window.open(address)
        expect(page.locator("h1 + p .chip")).to_have_text(state)
        expect(page.get_by_role("main").get_by_role("button", name=button)).to_have_count(0)


def test_who_wrote_second_from_an_old_page_is_told_what_changed_and_nothing_is_lost(
    browsing: Browsing, matters: Matters
) -> None:
    case = matters.case(f"BROWSER-race-{uuid4()}")
    address = f"/mediation/disputes/{case.dispute}"
    with browsing.window("leader") as first, browsing.window("officer") as second:
        for window in (first, second):
            window.open(address)
        for window, name in ((first, "先到"), (second, "后到")):
            group = window.page.locator("section.card").filter(
                has=window.page.get_by_role("heading", name="“三加N”调解小组")
            )
            form = unfold(group, "指派成员")
            form.get_by_label("姓名").fill(name)
            form.get_by_role("button", name="指派").click()
        told = second.page.get_by_role("alert")
        expect(told).to_contain_text("您打开本页之后，已有他人写入")
        expect(told).to_contain_text("您的内容没有保存")
        expect(second.page.get_by_label("姓名").first).to_have_value("后到")
        expect(second.page.get_by_text("先到").first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN", "已过：请填写将来的时间"), ("en", "which is past: give a time that is still to come")],
    ids=["in Chinese", "in English"],
)
def test_a_refusal_is_told_in_the_language_of_its_reader(
    browsing: Browsing, matters: Matters, language: str, said: str
) -> None:
    case = matters.mid_way
    with browsing.window("leader", language="en" if language == "en" else "zh-CN") as window:
        page = window.page
        window.open(f"/mediation/disputes/{case.dispute}")
        form = page.locator("form[action$='/sessions']")
        form.locator("input[name=begins_at]").fill("2020-01-01T09:00")
        form.locator("input[name=place]").fill("居委会")
        form.locator("button").click()
        expect(page.get_by_role("alert")).to_contain_text(said)


def test_danger_to_life_is_told_before_anything_else(browsing: Browsing, matters: Matters) -> None:
    with browsing.window("officer", width=PHONE) as window:
        page = window.page
        window.open(f"/intake/reports/{matters.danger['id']}")
        told = page.get_by_role("alert")
        expect(told).to_contain_text("请先拨打 110")
        above = page.evaluate(
            "document.querySelector('main [role=alert]').compareDocumentPosition(document.querySelector('main h1'))"
        )
        assert above & 4, "the warning stands before the heading"
        window.open("/intake/reports")
        expect(page.get_by_text("有生命危险？").first).to_be_visible()
        window.open("/intake/reports/new")
        expect(page.get_by_role("alert")).to_contain_text("请先拨打 110")


def test_after_signing_out_every_page_asks_for_a_password_again(browsing: Browsing) -> None:
    with browsing.window() as window:
        page = window.page
        window.open("/intake/sign-in")
        browsing.sign_in(window, "officer")
        page.locator("details.who summary").click()
        page.get_by_role("button", name="退出登录").click()
        page.wait_for_url("**/intake/sign-in")
        for path in ("/intake/reports", "/mediation/disputes", "/notify/inbox"):
            window.open(path)
            expect(page.get_by_role("button", name="登录")).to_be_visible()
            assert page.url.endswith(f"?next={path}")


def test_a_wrong_password_is_refused_and_the_name_stays(browsing: Browsing) -> None:
    with browsing.window() as window:
        page = window.page
        window.open("/intake/sign-in")
        page.get_by_label("用户名").fill("officer")
        page.get_by_label("密码").fill("wrong")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
        expect(page.get_by_label("用户名")).to_have_value("officer")
