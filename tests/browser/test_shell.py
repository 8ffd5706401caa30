"""The studio's frame: what every page has around it."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.looking import check_accessible, picture
from tests.browser.visitor import Visitor

FIRST_VIEW_BYTES = 150_000
SHOW = """(url) => new Promise((done, failed) => {
  const image = Object.assign(new Image(), { src: url });
  image.onload = () => done(image.naturalWidth);
  image.onerror = failed;
})"""
SEND = """async ([url, fields]) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob(["12345678"]));
  return (await fetch(url, { method: "POST", body: form })).ok;
}"""


def test_the_first_view_is_small_and_can_be_used_by_everybody(visitor: Visitor) -> None:
    sizes: list[float] = []

    def weigh(finished: dict[str, Any]) -> None:
        sizes.append(finished["encodedDataLength"])

    network = visitor.context.new_cdp_session(visitor.page)
    network.on("Network.loadingFinished", weigh)
    network.send("Network.enable")
    page = visitor.open()
    page.wait_for_load_state("networkidle", timeout=60_000)
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    print(f"The first view is {sum(sizes):.0f} bytes in {len(sizes)} answers.")
    assert len(sizes) > 10
    assert sum(sizes) <= FIRST_VIEW_BYTES
    check_accessible(page)
    picture(page, "shell")


def test_nobody_is_lost_by_keyboard_offline_or_where_nothing_answers(visitor: Visitor) -> None:
    page = visitor.open("/characters?new")
    heading = page.get_by_role("heading", name="New character")
    expect(heading).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    check_accessible(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    expect(heading).to_be_visible()

    visitor.context.set_offline(True)
    offline = page.get_by_text("You are offline.")
    expect(offline).to_be_visible()
    check_accessible(page)
    visitor.context.set_offline(False)
    expect(offline).to_be_hidden()

    page.route("**/v1/characters?*", lambda route: route.fulfill(status=503, json={}), times=1)
    visitor.expect_error("/v1/characters")
    page.get_by_role("navigation").get_by_role("link", name="Characters").click()
    expect(page.get_by_role("alert")).to_contain_text("Likeness does not answer just now.")
    check_accessible(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="No characters yet")).to_be_visible()
    check_accessible(page)
    visitor.open("/kits/%")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


def test_who_opens_the_studio_on_this_machine_is_signed_in_without_typing(
    visitor: Visitor,
) -> None:
    """By the token endpoint itself, which other tests answer in the name of their own owner."""
    visitor.context.unroute_all()
    page = visitor.page
    with page.expect_response("**/local/token") as given, page.expect_response("**/v1/**") as list_:
        visitor.open()
    assert given.value.json()["owner"] == "me"
    assert list_.value.status == 200


def test_pictures_are_shown_and_sent_by_signed_addresses(visitor: Visitor) -> None:
    """The policy names where they lead; nothing else could be reached."""
    character = visitor.studio.call("GET", f"/characters/{visitor.studio.character()}").json()
    upload = visitor.studio.post("/uploads", {"content_type": "image/png", "size_bytes": 8})
    page = visitor.open()
    assert page.evaluate(SHOW, character["source_image"]["image"]["url"]) > 0
    assert page.evaluate(SEND, [upload["url"], upload["fields"]]) is True
