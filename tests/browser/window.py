"""A browser window that one person works in; what goes wrong behind the page is kept, and fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Response

Language: TypeAlias = Literal["zh-CN", "en"]

PHONE: Final = 390
DESK: Final = 1280
HEIGHT: Final = 844
PATIENCE: Final = 20_000
"""Milliseconds until a page must have come; generous, for a machine that does other things too."""


@dataclass
class Window:
    """A page with all that the browser complained of while it was open."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, expect: int = 200) -> Response:
        answer = self.page.goto(f"{self.url}{path}", wait_until="load")
        assert answer is not None
        assert answer.status == expect, f"GET {path}: {answer.status}, not {expect}"
        return answer

    def check(self) -> None:
        assert self.complaints == [], f"the browser complained: {self.complaints}"

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        found = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return int(found)


class Browsing:
    """Opens windows on the whole: a fresh one, or one in which an account is signed in."""

    def __init__(self, browser: Browser, url: str, passwords: dict[str, str]) -> None:
        self.url = url
        self._browser = browser
        self._passwords = passwords
        self._states: dict[str, Any] = {}
        self._reading: dict[tuple[str | None, Language, bool], Window] = {}

    @contextmanager
    def window(
        self,
        account: str | None = None,
        language: Language = "zh-CN",
        width: int = DESK,
        *,
        javascript: bool = True,
    ) -> Iterator[Window]:
        """Whoever leaves it without an error of its own hears what the browser complained of."""
        context = self._context(account, language, width, javascript=javascript)
        try:
            window = self._watched(context)
            yield window
            window.check()
        finally:
            context.close()

    @contextmanager
    def reading(
        self, account: str | None, language: Language = "zh-CN", width: int = DESK, *, javascript: bool = True
    ) -> Iterator[Window]:
        """A window for who only looks: it stays open for the next who looks in the same way, as a person's does."""
        key = (account, language, javascript)
        if (window := self._reading.pop(key, None)) is None:
            window = self._watched(self._context(account, language, width, javascript=javascript))
        window.complaints.clear()
        window.page.set_viewport_size({"width": width, "height": HEIGHT})
        try:
            yield window
            window.check()
        except BaseException:
            window.page.context.close()
            raise
        self._reading[key] = window

    def _context(self, account: str | None, language: Language, width: int, *, javascript: bool) -> BrowserContext:
        context = self._browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale=language,
            java_script_enabled=javascript,
            storage_state=self._state(account) if account else None,
        )
        context.set_default_timeout(PATIENCE)
        return context

    def sign_in(self, window: Window, account: str) -> None:
        """By the form, in Chinese, as a person does."""
        page = window.page
        page.get_by_label("用户名").fill(account)
        page.get_by_label("密码").fill(self._passwords[account])
        page.get_by_role("button", name="登录").click()

    def _state(self, account: str) -> Any:
        """What the browser keeps once the account is signed in."""
        if account not in self._states:
            context = self._browser.new_context(locale="zh-CN")
            context.set_default_timeout(PATIENCE)
            try:
                window = self._watched(context)
                # A part of the whole that every account may open comes after signing in: the sign-in page itself
                # leads on from there.
                window.page.goto(f"{self.url}/intake/sign-in")
                self.sign_in(window, account)
                window.page.wait_for_url(lambda address: "sign-in" not in address)
                self._states[account] = context.storage_state()
            finally:
                context.close()
        return self._states[account]

    def _watched(self, context: BrowserContext) -> Window:
        page = context.new_page()
        window = Window(page, self.url)

        def said(message: ConsoleMessage) -> None:
            # A page that says no is no fault of the page: the browser logs the status of every such document.
            refused = message.text.startswith("Failed to load resource: the server responded with a status of 4")
            if message.type in ("error", "warning") and not (refused and message.location["url"] == page.url):
                window.complaints.append(f"{page.url}: {message.text}")

        def asked(dialog: Dialog) -> None:
            window.complaints.append(f"{page.url}: a {dialog.type} opened: {dialog.message}")
            dialog.dismiss()

        page.on("console", said)
        page.on("dialog", asked)
        page.on("pageerror", lambda error: window.complaints.append(f"{page.url}: {error}"))
        return window
