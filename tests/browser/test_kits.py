"""Reference kits: begun, seen being drawn, drawn again, taken away."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from infra.local.demo.photo import DEFAULT_PHOTO
from tests.browser.looking import check_accessible, picture
from tests.browser.routes import body_of, hold, lose_the_answer
from tests.browser.visitor import Visitor

FIRST_ANSWER_MS = 30_000
"""A function that nobody has called yet begins slowly on a busy machine."""
DRAWN_WITHIN_MS = 45_000


def test_a_kit_is_drawn_from_a_photo_and_used(visitor: Visitor) -> None:
    page = visitor.open("/kits")
    none = page.get_by_role("heading", name="No reference kit yet")
    expect(none).to_be_visible(timeout=FIRST_ANSWER_MS)
    page.get_by_role("button", name="New kit").first.click()
    form = page.get_by_role("dialog", name="New reference kit")
    only(form, "Profile")
    form.get_by_label("Name", exact=True).fill("Mira, studio")
    form.get_by_label("Photo of one person").set_input_files(DEFAULT_PHOTO)
    expect(form.get_by_text("512 × 512")).to_be_visible()
    form.get_by_role("button", name="Add an expression of your own").click()
    form.get_by_label("Expression’s name").fill("Laughing")
    expect(form.get_by_text("3 pictures, about US$0.116.")).to_be_visible()
    check_accessible(page)
    picture(page, "kit-form")
    cancel_while_sending(page, form)
    page.route("**/v1/reference-kits", lose_the_answer, times=1)
    visitor.expect_error("ERR_FAILED")
    form.get_by_role("button", name="Draw the kit").click()
    expect(form.get_by_role("alert")).to_contain_text("cannot be reached")
    form.get_by_role("button", name="Draw the kit").click()

    expect(page.get_by_role("heading", name="Mira, studio", level=1)).to_be_visible()
    begun = visitor.studio.call("GET", "/reference-kits").json()["data"]
    assert len(begun) == 1, "cancelled, sent, and sent again after a lost answer"
    expect(page.get_by_text("Waits for the anchor face").first).to_be_visible()
    expect(page.get_by_text("All 3 are ready.")).to_be_visible(timeout=DRAWN_WITHIN_MS)
    expect(page.get_by_text("✓ Likeness")).to_have_count(3)
    expect(page.get_by_text("within the promised 3 min")).to_be_visible()
    check_accessible(page)
    picture(page, "kit")

    page.get_by_role("button", name="Enlarge: Anchor face").click()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Profile (2 of 3)")).to_be_visible()
    page.keyboard.press("Escape")
    slot(page, "Profile").get_by_text("Prompt").click()
    expect(slot(page, "Profile")).to_contain_text("A photorealistic studio picture")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Mira, summer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mira, summer")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download: Profile").click()
    assert saved.value.suggested_filename.startswith("mira-summer-profile.")
    page.get_by_role("link", name="Use in the studio").click()
    expect(page.get_by_role("radio", name="Mira, summer")).to_be_checked()
    drawn_by_kit(page, begun[0]["id"])


def test_slots_are_drawn_again_and_a_kit_is_deleted_while_it_is_drawn(visitor: Visitor) -> None:
    character = visitor.studio.character()
    visitor.studio.fault("gemini", "blocked", "wearing a deerstalker", count=1)
    page = visitor.open("/kits?new")
    form = page.get_by_role("dialog", name="New reference kit")
    form.get_by_label("Name", exact=True).fill("A draft of somebody else", timeout=FIRST_ANSWER_MS)
    visitor.open(f"/kits?character={character}")
    expect(form.get_by_label("Name", exact=True)).to_have_value("Eileen", timeout=FIRST_ANSWER_MS)
    expect(form.get_by_role("radio", name="Eileen")).to_be_checked()
    only(form)
    form.get_by_role("button", name="Add a view of your own").click()
    form.get_by_label("View’s name").fill("The detective!")
    form.get_by_label("What it shows").fill("wearing a deerstalker")
    page.reload()
    expect(form.get_by_label("What it shows")).to_have_value("wearing a deerstalker")
    form.get_by_role("button", name="Draw the kit").click()

    expect(page.get_by_text("1 of 2 are ready; 1 failed.")).to_be_visible(timeout=DRAWN_WITHIN_MS)
    detective = slot(page, "The detective")
    expect(detective).to_contain_text("The image provider held back what it had drawn.")
    detective.get_by_role("button", name="Draw again").click()
    expect(page.get_by_text("All 2 are ready.")).to_be_visible(timeout=DRAWN_WITHIN_MS)

    # Somebody else begins what this page does not know of yet.
    kit = visitor.studio.call("GET", "/reference-kits").json()["data"][0]["id"]
    visitor.studio.fault("gemini", "hang", "wearing a deerstalker", count=1)
    visitor.studio.post(f"/reference-kits/{kit}/regenerate/the_detective", {})
    visitor.expect_error("/regenerate/anchor_face?cascade=true")
    slot(page, "Anchor face").get_by_role("button", name="Draw again").click()
    page.get_by_role("dialog").get_by_role("button", name="All 2 pictures").click()
    expect(page.get_by_text("Wait until that is done, then draw this slot again.")).to_be_visible()
    expect(page.get_by_text("All 2 are ready; 1 is being drawn again.")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 picture is still being drawn")
    page.get_by_role("button", name="Stop and delete").click()
    expect(page.get_by_role("heading", name="No reference kit yet")).to_be_visible()
    visitor.open(f"/kits/{kit}")
    visitor.expect_error(f"/v1/reference-kits/{kit}")
    expect(page.get_by_role("heading", name="There is no such kit")).to_be_visible()


def test_a_photo_without_a_face_is_refused_with_what_the_checks_found(visitor: Visitor) -> None:
    file = BytesIO()
    Image.linear_gradient("L").resize((512, 512)).save(file, "PNG")
    page = visitor.open("/kits?new")
    page.get_by_label("Name", exact=True).fill("A gradient")
    photo = page.get_by_label("Photo of one person")
    photo.set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"not a picture"}
    )
    expect(page.get_by_text("is not a PNG, JPEG or WebP picture")).to_be_visible()
    photo.set_input_files({"name": "g.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(page.get_by_text("512 × 512")).to_be_visible()
    # A lost answer has used the file up; under another name it goes along anew.
    page.route("**/v1/reference-kits", lose_the_answer, times=1)
    visitor.expect_error("ERR_FAILED")
    page.get_by_role("button", name="Draw the kit").click()
    lost = page.get_by_role("alert")
    expect(lost).to_contain_text("cannot be reached", timeout=FIRST_ANSWER_MS)
    page.get_by_label("Name", exact=True).fill("Another gradient")
    visitor.expect_error("/v1/reference-kits")
    page.get_by_role("button", name="Draw the kit").click()
    refused = page.get_by_role("heading", name="The photo cannot be used")
    expect(refused).to_be_visible(timeout=DRAWN_WITHIN_MS)
    expect(page.get_by_text("Faces found: 0").first).to_be_visible()
    check_accessible(page)
    picture(page, "kit-refused")
    visitor.open("/kits")
    expect(page.get_by_role("link", name="A gradient")).to_be_visible()
    expect(page.get_by_role("link", name="Another gradient")).to_be_visible()
    check_accessible(page)
    picture(page, "kits")


def cancel_while_sending(page: Page, form: Locator) -> None:
    """What was typed stays for the next time; the file has to be chosen again."""
    uploads = hold(page, "**/v1/uploads")
    form.get_by_role("button", name="Draw the kit").click()
    expect(form.get_by_role("progressbar", name="Upload")).to_be_visible()
    form.get_by_role("button", name="Cancel").click()
    uploads[0].continue_()
    page.get_by_role("button", name="New kit").first.click()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Mira, studio")
    form.get_by_label("Photo of one person").set_input_files(DEFAULT_PHOTO)
    expect(form.get_by_text("512 × 512")).to_be_visible()


def drawn_by_kit(page: Page, kit: str) -> None:
    """In the studio, where the kit is chosen already."""
    page.get_by_role("textbox", name="Prompt").fill("on a ferry")
    with page.expect_request(lambda one: one.url.endswith("/v1/generations")) as sent:
        page.get_by_role("button", name="Make 1 image").click()
    assert body_of(sent.value)["identity"] == {"type": "reference_kit", "id": kit}
    ready = page.get_by_role("status").filter(has_text="1 of 1 image is ready.")
    expect(ready).to_be_visible(timeout=DRAWN_WITHIN_MS)


def slot(page: Page, title: str) -> Locator:
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.get_by_role("listitem").filter(has=heading)


def only(form: Locator, *views: str) -> None:
    """Of our views and expressions, these alone."""
    for name in ("Profile", "Half body", "Full body", "Smile", "Neutral", "Surprised"):
        form.get_by_role("checkbox", name=name).set_checked(name in views)
