"""The studio's frame: what every page has around it."""

from playwright.sync_api import Request, expect

from tests.browser.looking import check_accessible, picture
from tests.browser.visitor import Visitor

FIRST_VIEW_BYTES = 150_000


def test_the_first_view_is_small_and_can_be_used_by_everybody(visitor: Visitor) -> None:
    sent: list[int] = []
    visitor.context.on("requestfinished", lambda one: sent.append(_transferred(one)))
    page = visitor.open()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    assert 0 < sum(sent) <= FIRST_VIEW_BYTES, sum(sent)
    check_accessible(page)
    picture(page, "shell")


def _transferred(request: Request) -> int:
    sizes = request.sizes()
    return int(sizes["responseHeadersSize"] + sizes["responseBodySize"])
