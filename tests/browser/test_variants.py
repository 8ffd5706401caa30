"""The variants of a character: drawn, brought, reviewed, edited elsewhere and taken back."""

import hashlib
import json
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from infra.local.demo.photo import DEFAULT_PHOTO
from tests.browser.looking import check_accessible, picture
from tests.browser.routes import lose_the_answer
from tests.browser.visitor import Visitor
from tests.e2e.studio import Json, Studio

DRAWN_MS = 30_000
TYPES = Path(__file__).parents[2] / "shared" / "domain" / "variant_types.json"


def test_variants_are_drawn_reviewed_edited_elsewhere_and_taken_back(visitor: Visitor) -> None:
    character_id = visitor.studio.character()
    page = visitor.open(f"/characters/{character_id}")
    expect(page.get_by_role("heading", name="No variants yet")).to_be_visible()
    draw_two(page)
    first, second = cards(page).nth(0), cards(page).nth(1)
    first.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Heroes")).to_be_visible()
    expect(first.get_by_role("button", name="Reject")).to_be_focused()
    second.get_by_role("button", name="Approve").click()
    expect(second.get_by_text("★ Hero")).to_be_visible()
    expect(first.get_by_text("To review")).to_be_visible()
    expect(page.get_by_text("★ Hero")).to_have_count(1)
    first.locator("summary").click()
    expect(first.get_by_text("pixels wide")).to_be_visible()

    edit_elsewhere(visitor, second, character_id)
    newest = cards(page).nth(0)
    expect(newest.get_by_text("Version 2")).to_be_visible()
    expect(cards(page).filter(has_text="Being edited")).to_have_count(0)
    expect(cards(page).nth(2).get_by_text("★ Hero")).to_be_visible()
    look_back(newest)
    compare(newest)

    page.get_by_label("Status").select_option("approved")
    expect(cards(page)).to_have_count(1)
    page.reload()
    expect(cards(page)).to_have_count(1)
    expect(page.get_by_label("Status")).to_have_value("approved")
    choose(cards(page), "Delete")
    question = page.get_by_role("dialog", name="Delete the hero?")
    question.get_by_role("button", name="Keep").click()
    choose(cards(page), "Delete")
    question.get_by_role("button", name="Delete the hero").click()
    expect(page.get_by_role("heading", name="Nothing fits these filters")).to_be_visible()
    expect(page.get_by_role("region", name="Heroes")).to_be_hidden()
    page.get_by_role("button", name="Show all variants").click()
    expect(cards(page)).to_have_count(2)
    cards(page).nth(0).get_by_role("button", name="Reject").click()
    expect(cards(page).nth(0).get_by_text("Rejected")).to_be_visible()
    lose_an_answer_and_draw_once(visitor, character_id)


def lose_an_answer_and_draw_once(visitor: Visitor, character_id: str) -> None:
    page = visitor.page
    page.route("**/regenerate", lose_the_answer, times=1)
    visitor.expect_error("/regenerate")
    rejected = cards(page).filter(has_text="Rejected")
    rejected.get_by_role("button", name="Draw again").click()
    expect(rejected.get_by_role("alert")).to_contain_text("Likeness cannot be reached.")
    with page.expect_response("**/regenerate"):
        rejected.get_by_role("button", name="Draw again").click()
    expect(cards(page)).to_have_count(3)
    assert len(variants(visitor.studio, character_id)) == 3


def draw_two(page: Page) -> None:
    page.get_by_role("button", name="Generate variants").first.click()
    dialog = page.get_by_role("dialog", name="Generate variants of Eileen")
    for known in json.loads(TYPES.read_text()):
        expect(dialog.locator(f"input[value={known['slug']}]")).to_be_attached()
    dialog.get_by_role("radio", name="Half body").check()
    dialog.get_by_label("How many").fill("2")
    dialog.get_by_label("Prompt").fill("in a garden")
    check_accessible(page)
    picture(page, "variants-generate")
    expect(dialog.get_by_text("is still being checked")).to_be_hidden()
    dialog.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("2 pictures on the way …")).to_be_visible()
    expect(cards(page)).to_have_count(2)
    expect(page.get_by_text("All pictures have arrived.")).to_be_visible(timeout=DRAWN_MS)
    scored = cards(page).filter(has_text="✓ Likeness")
    expect(scored).to_have_count(2, timeout=DRAWN_MS)


def edit_elsewhere(visitor: Visitor, card: Locator, character_id: str) -> None:
    """Out of the studio, byte for byte, and back as the next version."""
    page = visitor.page
    with page.expect_download() as saved:
        choose(card, "Export to edit")
    assert saved.value.suggested_filename == "eileen-half_body-v1.png"
    exported = saved.value.path().read_bytes()
    (editing,) = variants(visitor.studio, character_id, status="editing")
    assert hashlib.sha256(exported).hexdigest() == editing["image"]["sha256"]
    expect(card.get_by_text("Being edited")).to_be_visible()
    check_accessible(page)
    picture(page, "variants")
    card.get_by_role("button", name="Withdraw").click()
    expect(card.get_by_text("Approved")).to_be_visible()
    with page.expect_download():
        choose(card, "Export to edit")
    card.get_by_role("button", name="Re-import").click()
    dialog = page.get_by_role("dialog", name="Re-import Half body, version 1")
    dialog.get_by_label("Edited picture").set_input_files(
        {"name": "edited.png", "mimeType": "image/png", "buffer": exported}
    )
    dialog.get_by_role("button", name="Re-import").click()


def look_back(card: Locator) -> None:
    choose(card, "Version history")
    page = card.page
    drawer = page.get_by_role("dialog", name="Versions of “Half body”")
    expect(drawer.get_by_role("heading", level=3)).to_have_text(["Version 2", "Version 1"])
    expect(drawer.get_by_text("Made from version 1")).to_be_visible()
    check_accessible(page)
    picture(page, "variants-history")
    page.keyboard.press("Escape")
    expect(card.get_by_role("button", name="More")).to_be_focused()


def compare(card: Locator) -> None:
    card.get_by_role("button", name="Enlarge").click()
    page = card.page
    large = page.get_by_role("dialog", name="Half body, version 2 (1 of 3)")
    expect(large.get_by_role("img", name="Source photo")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="Half body, version 1 (2 of 3)")).to_be_visible()
    page.get_by_role("button", name="Next").hover()
    check_accessible(page)
    picture(page, "variants-large")
    page.keyboard.press("Escape")
    expect(card.get_by_role("button", name="Enlarge")).to_be_focused()


def test_what_is_refused_or_fails_is_explained_where_it_happened(visitor: Visitor) -> None:
    studio = visitor.studio
    character_id = studio.character()
    uploaded = bring(studio, character_id, "headshot")
    studio.fault("comfyui", "node_error", "a broken umbrella")
    page = visitor.open(f"/characters/{character_id}?status=generated")
    card = cards(page).first

    expect(card.get_by_role("button", name="Approve")).to_be_visible()
    reject = f"/characters/{character_id}/variants/{uploaded}/reject"
    assert studio.call("POST", reject).is_success
    visitor.expect_error("/approve")
    card.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("A variant that is rejected cannot be approved.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing fits these filters")).to_be_visible()
    page.get_by_role("button", name="Show all variants").click()
    expect(card.get_by_text("Rejected")).to_be_visible()

    page.get_by_role("button", name="Generate variants").click()
    dialog = page.get_by_role("dialog", name="Generate variants of Eileen")
    expect(dialog.get_by_text("is still being checked")).to_be_hidden()
    dialog.get_by_role("radio", name="Other").check()
    dialog.get_by_label("Name of the type").fill("Winter coat")
    dialog.get_by_label("How many").fill("1")
    dialog.get_by_label("Prompt").fill("a broken umbrella")
    dialog.get_by_role("button", name="Generate").click()
    expect(card.get_by_role("heading", name="Winter coat")).to_be_visible()
    expect(page.get_by_text("1 picture could not be drawn.")).to_be_visible(timeout=DRAWN_MS)
    expect(card.get_by_text("try another prompt, type or workflow")).to_be_visible()
    expect(card.get_by_role("button", name="Draw again")).to_be_visible()

    blank = BytesIO()
    Image.new("RGB", (320, 400), (90, 120, 200)).save(blank, "PNG")
    source = f"/characters/{character_id}/source-image"
    files = {"file": ("blank.png", blank.getvalue(), "image/png")}
    assert studio.call("POST", source, files=files).is_success
    visitor.expect_error("/variants/generate")
    page.get_by_role("button", name="Generate variants").click()
    dialog.get_by_label("Prompt").fill("a green raincoat")
    dialog.get_by_role("button", name="Generate").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(dialog.get_by_text("Faces found: 0")).to_be_visible()
    expect(dialog.get_by_label("Prompt")).to_have_value("a green raincoat")
    page.reload()
    stale = page.get_by_text("Made after an earlier source photo")
    expect(cards(page).nth(1).filter(has=stale)).to_be_visible()
    check_accessible(page)
    picture(page, "variants-failed")


def test_an_upload_that_was_cut_off_is_not_sent_twice_and_older_ones_come_at_a_press(
    visitor: Visitor,
) -> None:
    character_id = visitor.studio.character()
    oldest = bring(visitor.studio, character_id, "profile")
    bring(visitor.studio, character_id, "profile")
    visitor.page.route(
        "**/variants?limit=*",
        lambda route: route.continue_(url=route.request.url.replace("limit=24", "limit=2")),
    )
    page = visitor.open(f"/characters/{character_id}")
    expect(cards(page)).to_have_count(2)

    uploads: list[str] = []

    def count(request: Request) -> None:
        if request.url.endswith("/uploads"):
            uploads.append(request.url)

    page.on("request", count)
    page.get_by_role("button", name="Upload a picture").click()
    dialog = page.get_by_role("dialog", name="Upload a picture as a variant")
    dialog.get_by_role("button", name="Upload").click()
    expect(dialog.get_by_text("Choose a picture first.")).to_be_visible()
    dialog.get_by_label("Picture", exact=True).set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"not a picture"}
    )
    expect(dialog.get_by_text("is not a PNG, JPEG or WebP picture")).to_be_visible()
    dialog.get_by_label("Picture", exact=True).set_input_files(DEFAULT_PHOTO)
    expect(dialog.get_by_text("512 × 512 · PNG")).to_be_visible()
    check_accessible(page)
    visitor.expect_error("/variants")
    page.route("**/variants", lambda route: route.abort(), times=1)
    dialog.get_by_role("button", name="Upload").click()
    expect(dialog.get_by_text("Likeness cannot be reached")).to_be_visible()
    dialog.get_by_role("button", name="Upload").click()
    expect(cards(page).first.get_by_role("heading", name="Headshot")).to_be_visible()
    assert len(uploads) == 1

    page.reload()
    expect(cards(page)).to_have_count(2)
    page.get_by_role("button", name="Show more").focus()
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(3)
    expect(cards(page).nth(2).get_by_role("button", name="Enlarge")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(cards(page).nth(1).get_by_role("button", name="More")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(cards(page).nth(1).get_by_role("button", name="Draw again")).to_be_focused()
    check_accessible(page)
    page.keyboard.press("Escape")
    expect(cards(page).nth(1).get_by_role("button", name="More")).to_be_focused()
    choose(cards(page).nth(2), "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(cards(page)).to_have_count(2)
    left = [one["id"] for one in variants(visitor.studio, character_id)]
    assert oldest not in left


def cards(page: Page) -> Locator:
    return page.locator(".card.variant")


def choose(card: Locator, action: str) -> None:
    """By the menu of a card."""
    card.get_by_role("button", name="More").click()
    card.get_by_role("button", name=action).click()


def bring(studio: Studio, character_id: str, variant_type: str) -> str:
    """A variant made elsewhere: the character's own photo."""
    source = studio.call("GET", f"/characters/{character_id}/source-image").json()
    wish = {"variant_type": variant_type, "image_id": source["image"]["id"]}
    return str(studio.post(f"/characters/{character_id}/variants", wish)["id"])


def variants(studio: Studio, character_id: str, **query: str) -> list[Json]:
    answer = studio.call("GET", f"/characters/{character_id}/variants", params=query)
    return list(answer.json()["data"])
