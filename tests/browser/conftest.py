"""One Chromium and one embedded whole with the demo, for all tests of the pages."""

import json
import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.matters import Matters
from tests.browser.window import PATIENCE, Browsing
from tests.e2e.whole import Whole
from tests.servers.choice import ServersMissing, missing

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
)


def chromium() -> str:
    """WANGGE_CHROMIUM, or the first that is found on PATH."""
    if named := os.environ.get("WANGGE_CHROMIUM"):
        if found := shutil.which(named):
            return found
        return missing(ServersMissing(f"WANGGE_CHROMIUM names {named}, which cannot be run"))
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return missing(ServersMissing(f"no Chromium on PATH ({', '.join(NAMES)}); WANGGE_CHROMIUM may name one"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def whole(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    whole = Whole(tmp_path_factory.mktemp("whole"))
    try:
        whole.start()
        yield whole
    finally:
        whole.end()


@pytest.fixture(scope="package")
def browsing(browser: Browser, whole: Whole) -> Browsing:
    known = json.loads((whole.data / "demo-accounts.json").read_text(encoding="utf-8"))
    return Browsing(browser, whole.url, {**known, "admin": whole.password})


@pytest.fixture(scope="package")
def matters(whole: Whole) -> Matters:
    return Matters(whole)
