"""What the studio reads again by itself: unfinished work, and pictures whose addresses ran out."""

import time
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.visitor import Visitor

type Answer = dict[str, Any]
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_unfinished_work_is_read_as_often_as_the_api_asks_and_only_while_looked_at(
    visitor: Visitor,
) -> None:
    studio = visitor.studio
    job = studio.wait(studio.imagine("a lighthouse"))
    running: Answer = {
        "json": job | {"status": "processing", "completed_at": None, "final": False},
        "headers": {"retry-after": "5"},
    }
    refused: Answer = {"status": 503, "json": {"code": "unavailable", "detail": "Not now."}}
    broken_off: Answer = {"body": '{"id": "gen_', "content_type": "application/json"}
    answers = [running, refused, broken_off, running, running, running]
    reads: list[str] = []

    def answer(route: Route) -> None:
        reads.append(route.request.url)
        if answers:
            route.fulfill(**answers.pop(0))
        else:
            route.fallback()

    page = visitor.page
    page.route(f"**/v1/generations/{job['id']}", answer)
    visitor.expect_error("503")
    page.clock.install()
    page.clock.pause_at(time.time() + 60)
    visitor.open(f"/jobs/{job['id']}")
    expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
    assert len(reads) == 1

    # As often as it asks; after a failure later, after the next still later.
    for count, seconds in enumerate([5, 10, 20, 5], start=2):
        page.clock.fast_forward((seconds - 1) * 1000)
        assert sent(page, reads) == count - 1
        with page.expect_response(f"**/v1/generations/{job['id']}"):
            page.clock.fast_forward(1100)
        assert sent(page, reads) == count
    page.evaluate(HIDE, True)
    page.clock.fast_forward(60_000)
    assert sent(page, reads) == 5
    with page.expect_response(f"**/v1/generations/{job['id']}"):
        page.evaluate(HIDE, False)
    assert sent(page, reads) == 6

    page.get_by_role("link", name="Characters").click()
    expect(page.get_by_role("heading", name="No characters yet")).to_be_visible()
    page.clock.fast_forward(60_000)
    assert sent(page, reads) == 6
    page.go_back()
    expect(page.get_by_text("1 of 1 image is ready.")).to_be_visible()
    page.clock.fast_forward(60_000)
    assert sent(page, reads) == 7
    page.clock.resume()


def test_a_picture_is_asked_for_anew_when_its_address_has_run_out(visitor: Visitor) -> None:
    character = visitor.studio.call("GET", f"/characters/{visitor.studio.character()}").json()
    image = character["source_image"]["image"]
    refused: list[str] = []

    def run_out(route: Route) -> None:
        if refused:
            route.fallback()
        else:
            refused.append(route.request.url)
            route.fulfill(status=403)

    # Whichever size is there by now.
    visitor.page.route("**X-Amz-Signature=**", run_out)
    visitor.expect_error("403")
    with visitor.page.expect_response(f"**/v1/images/{image['id']}") as anew:
        page = visitor.open("/characters")
    assert anew.value.status == 200
    page.wait_for_function("() => document.querySelector('main img')?.naturalWidth > 0")
    assert len(refused) == 1


def sent(page: Page, reads: list[str]) -> int:
    """How many reads there were, once whatever the page has begun to ask is on its way."""
    page.evaluate("() => fetch('/icon.svg').then(() => null)")
    return len(reads)
