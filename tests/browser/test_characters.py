"""Characters: how they come to be, what their page tells of the photo, how they change and go."""

import re
from base64 import b64encode
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from infra.local.demo.photo import DEFAULT_PHOTO
from tests.browser.looking import check_accessible, picture
from tests.browser.routes import hold
from tests.browser.visitor import Visitor

LOOKED_AT_MS = 30_000
"""The first photo after a start waits for the face model."""
STORE = re.compile(r"/likeness-storageuploads")
DROP = """(place, [name, content, padding]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  const file = new File([bytes, new Uint8Array(padding)], name, { type: "image/png" });
  dataTransfer.items.add(file);
  place.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def faceless(tmp_path: Path) -> Path:
    file = tmp_path / "faceless.png"
    Image.linear_gradient("L").resize((600, 400)).convert("RGB").save(file)
    return file


def test_a_character_comes_with_photo_and_first_pack_though_its_upload_is_interrupted(
    visitor: Visitor,
) -> None:
    page = visitor.open("/characters")
    expect(page.get_by_role("heading", name="No characters yet")).to_be_visible()
    picture(page, "characters-none")
    page.get_by_role("link", name="New character").first.click()
    page.get_by_label("Name").fill("Eileen Collins")
    page.get_by_label("Age", exact=True).fill("thirties")
    page.get_by_label("Outfit").fill("orange flight suit")
    page.get_by_label("First pack").select_option("2 images")
    page.reload()
    expect(page.get_by_label("Outfit")).to_have_value("orange flight suit")
    _drop(page.get_by_label("Photo (optional)"), "eileen.png", DEFAULT_PHOTO.read_bytes())
    expect(page.get_by_text("512 × 512 · PNG · 792 kB")).to_be_visible()
    check_accessible(page)
    picture(page, "character-new")

    created = _created(page)
    page.route(STORE, lambda route: route.abort())
    page.get_by_role("button", name="Create character").click()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    visitor.expect_error("ERR_FAILED")
    check_accessible(page)
    page.unroute(STORE)
    again.click()

    heading = page.get_by_role("heading", name="Eileen Collins", exact=True)
    expect(heading).to_be_visible(timeout=LOOKED_AT_MS)
    assert len(created) == 1, "the character was created anew"
    photo = page.get_by_role("region", name="Source photo")
    expect(photo).to_contain_text("Usable, with remarks")
    expect(photo).to_contain_text("The face is 88 pixels wide; at least 128 are recommended.")
    expect(photo).to_contain_text("made by dlib resnet-v1")
    expect(photo).to_contain_text("Version 1, given")
    expect(page.get_by_text("The first pack is drawn: 2 images.")).to_be_visible(
        timeout=LOOKED_AT_MS
    )
    scores = page.get_by_role("img", name="Likeness scores of 2 pictures")
    expect(scores).to_be_visible(timeout=LOOKED_AT_MS)
    expect(page.get_by_text("2 pictures measured.")).to_be_visible()
    own = page.url.partition("?")[0].rpartition("/")[2]
    for name, place in {"Draw in the studio": "studio", "Make a reference kit": "kits"}.items():
        link = page.get_by_role("link", name=name)
        expect(link).to_have_attribute("href", f"#/{place}?character={own}")
    check_accessible(page)
    picture(page, "character")


def test_what_is_refused_is_told_in_words_and_nothing_typed_is_lost(
    visitor: Visitor, tmp_path: Path
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    page = visitor.open("/characters?new")
    page.get_by_label("Photo (optional)").set_input_files(text)
    expect(page.get_by_text("“notes.txt” is not a PNG, JPEG or WebP picture.")).to_be_visible()
    _drop(page.get_by_label("Photo (optional)"), "huge.png", padding=21_000_000)
    expect(
        page.get_by_text("“huge.png” has 21.0 MB; at most 20.0 MB can be taken.")
    ).to_be_visible()
    name = page.get_by_label("Name")
    name.fill(" ")
    page.get_by_role("button", name="Create character").click()
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description(re.compile(r"no model is told it\. \w+"))
    name.fill("Mira")
    page.get_by_label("Outfit").fill("topless")
    page.get_by_role("button", name="Create character").click()
    expect(page.get_by_role("alert")).to_have_text("This request is not something we draw.")
    expect(name).to_have_accessible_description(re.compile(r"no model is told it\.$"))
    visitor.expect_error("/v1/characters")
    page.get_by_label("Outfit").fill("workwear")
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Create character").click()
    expect(page.get_by_role("alert")).to_contain_text("Likeness cannot be reached.")
    visitor.expect_error("ERR_INTERNET_DISCONNECTED")
    visitor.context.set_offline(False)
    page.get_by_role("button", name="Create character").click()
    expect(page.get_by_role("heading", name="Mira", exact=True)).to_be_visible()

    page.get_by_role("tab", name="On the web").click()
    address = page.get_by_label("Address of the photo")
    address.fill("http://example.com/mira.png")
    page.get_by_role("button", name="Fetch and use").click()
    told = page.get_by_role("form", name="Photo from the web")
    expect(told).to_contain_text("The URL must start with https://.")
    expect(address).to_have_value("http://example.com/mira.png")
    visitor.expect_error("/source-image")
    page.goto(f"{visitor.stack.base_url}/#/characters/chr_00000000000000000000000000")
    expect(page.get_by_role("heading", name="There is no such character")).to_be_visible()
    visitor.expect_error("/characters/chr_00000000000000000000000000")


def test_a_character_changes_gets_another_photo_and_goes(visitor: Visitor, faceless: Path) -> None:
    character = visitor.studio.character()
    visitor.studio.call(
        "PATCH", f"/characters/{character}", json={"attributes": {"age_range": "40"}}
    )
    page = visitor.open(f"/characters/{character}")
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit character")
    expect(dialog).to_contain_text("locked")
    dialog.get_by_label("Name").fill("Eileen M. Collins")
    dialog.get_by_label("Age", exact=True).fill("")
    dialog.get_by_label("Eye colour").fill("hazel")
    dialog.get_by_label("Style strength").fill("0.4")
    check_accessible(page)
    picture(page, "character-edit")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Eileen M. Collins")).to_be_visible()
    changed = visitor.studio.call("GET", f"/characters/{character}").json()
    told = {name: words for name, words in changed["attributes"].items() if words is not None}
    assert told == {"eye_color": "hazel"}
    assert changed["consistency"]["style_strength"] == 0.4

    page.get_by_role("button", name="Replace photo").click()
    replacing = page.get_by_role("dialog", name="Replace the photo")
    expect(replacing).to_contain_text("stale identity")
    replacing.get_by_label("Photo", exact=True).set_input_files(faceless)
    replacing.get_by_role("button", name="Use this photo").click()
    photo = page.get_by_role("region", name="Source photo")
    expect(photo).to_contain_text("Version 2, given")
    expect(photo).to_contain_text("No face was found in this photo.", timeout=LOOKED_AT_MS)
    expect(photo).to_contain_text("not made, because no face was found")
    expect(page.get_by_role("button", name="Replace photo")).to_be_focused()
    picture(page, "character-no-face")

    page.get_by_role("button", name="Delete", exact=True).click()
    question = page.get_by_role("dialog", name="Delete Eileen M. Collins?")
    expect(question).to_contain_text("2 source photos, older versions included, go for good.")
    check_accessible(page)
    question.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    _is_found_in_the_list(visitor)
    _is_deleted_though_the_page_is_left(visitor, character)


def _is_found_in_the_list(visitor: Visitor) -> None:
    page = visitor.page
    visitor.studio.post("/characters", {"name": "Mira"})
    page.route("**/v1/characters?*", _one_at_a_time_and_still_looked_at)
    visitor.open("/characters")
    page.get_by_role("button", name="Show more").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Eileen M. Collins")).to_be_focused()
    card = page.get_by_role("listitem").filter(has_text="Eileen M. Collins")
    expect(card).to_contain_text("hazel eyes")
    expect(card).to_contain_text("Photo cannot be used")
    check_accessible(page)
    picture(page, "characters")


def _is_deleted_though_the_page_is_left(visitor: Visitor, character: str) -> None:
    """Its end leads to the list only who is still there."""
    page = visitor.page
    page.get_by_role("link", name="Eileen M. Collins").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    question = page.get_by_role("dialog", name="Delete Eileen M. Collins?")
    address = f"**/v1/characters/{character}"
    held = hold(page, address)
    with page.expect_request(address):
        question.get_by_role("button", name="Delete character").click()
    page.get_by_role("link", name="Reference kits").click()
    expect(page.get_by_role("heading", name="Reference kits")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_text("Eileen M. Collins is deleted.")).to_be_visible()
    expect(page).to_have_url(re.compile("#/kits$"))
    visitor.open("/characters")
    expect(page.get_by_role("listitem")).to_contain_text(["Mira"])


def _drop(place: Locator, name: str, content: bytes = b"", padding: int = 0) -> None:
    place.evaluate(DROP, [name, b64encode(content).decode(), padding])


def _one_at_a_time_and_still_looked_at(route: Route) -> None:
    """A list short enough to be gone on with, read before the photos were looked at."""
    answer = route.fetch(url=route.request.url.replace("limit=24", "limit=1"))
    page = answer.json()
    for character in page["data"]:
        if character["source_image"]:
            character["source_image"]["qa"]["status"] = "pending"
    route.fulfill(response=answer, json=page)


def _created(page: Page) -> list[str]:
    """The characters that the page asks for from now on."""
    asked: list[str] = []

    def count(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.url)
        route.continue_()

    page.route("**/v1/characters", count)
    return asked
