"""The studio in Debian's Chromium, on the deployed stack.

A page's test asks for `visitor`: a person in front of an empty studio, an owner of their own.

    def test_a_character_is_created_with_its_photo(visitor: Visitor) -> None:
        page = visitor.open("/characters")              # the part behind the # of the address
        page.get_by_role("button", name="New character").click()
        ...
        expect(page.get_by_role("heading", name="Eileen")).to_be_visible()
        check_accessible(page)                          # axe, light and dark
        picture(page, "characters")                     # 360 and 1600 px wide, light and dark

`visitor.studio` does over HTTP what should be there before (tests/e2e/studio.py). A test fails for
any error in the console, breach of the CSP or request to a foreign host; an error it provokes it
names: `visitor.expect_error("/v1/characters")`. Locators by role and label; `expect` waits for you.
"""

import os
import shutil
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from infra.local.stack_runner import LocalStack
from tests.browser.looking import SCREENSHOTS
from tests.browser.visitor import Visitor

WAIT_MS = 10_000
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for elsewhere, it does not get.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
FAILED = pytest.StashKey[bool]()


def chromium() -> str:
    """Where the browser is. Without one the test is skipped; where it is required, it fails."""
    path = shutil.which("chromium")
    if path is None:
        missing = "There is no Chromium: `apt-get install chromium`, or as your system calls it."
        if os.environ.get("LIKENESS_BROWSER_REQUIRED"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ended with the last of these tests: while it lives, its event loop counts as the thread's."""
    path = chromium()
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield running
        running.close()


@pytest.fixture
def visitor(
    browser: Browser, local_stack: LocalStack, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    visitor = Visitor(context, local_stack)
    yield visitor
    failed = request.node.stash.get(FAILED, False)
    if failed:
        _keep_what_it_showed(visitor, request.node.name)
    else:
        visitor.settle()
    context.close()
    if not failed:
        visitor.expect_no_other_errors()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


def _keep_what_it_showed(visitor: Visitor, test: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    file = SCREENSHOTS / f"failed-{test}.png"
    visitor.page.screenshot(path=file, full_page=True)
    print(f"{file} shows the page. Its errors: {visitor.errors or 'none'}")
