"""The studio: what is wished, what it costs, the pictures as they arrive, and what goes wrong."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from infra.local.demo.photo import DEFAULT_PHOTO
from tests.browser.looking import check_accessible, picture
from tests.browser.routes import body_of, hold, lose_the_answer
from tests.browser.visitor import Visitor

DRAWN_WITHIN_MS = 30_000


def test_a_pack_is_drawn_and_what_failed_is_tried_again(visitor: Visitor) -> None:
    character = visitor.studio.character()
    visitor.studio.fault("gemini", "blocked", "in a fernery", count=1)
    page = visitor.open(f"/studio?character={character}")
    expect(page.get_by_role("radio", name="Portraits of a character")).to_be_checked()
    expect(page.get_by_role("radio", name="Eileen")).to_be_checked()
    page.get_by_role("textbox", name="Prompt").fill("in a fernery")
    page.get_by_label("How many").fill("1")
    for pose in ("Front", "Smile", "Profile"):
        page.get_by_role("checkbox", name=pose).check()
    expect(page.get_by_label("How many")).to_have_value("3")
    expect(price(page)).to_contain_text("About US$0.11")
    expect(price(page)).to_contain_text("images left this month")
    page.get_by_text("What the model will be told").click()
    expect(page.get_by_text("in a fernery Natural skin").first).to_be_visible()
    page.get_by_text("More options").click()
    check_accessible(page)
    picture(page, "studio")

    page.get_by_role("button", name="Make 3 images").click()
    expect(page.get_by_role("status").filter(has_text="of 3 images are ready")).to_be_visible()
    drawn(page, "2 of 3 images are ready, 1 failed.")
    expect(page.get_by_text("✓ Likeness")).to_have_count(2, timeout=DRAWN_WITHIN_MS)
    failed = page.get_by_role("listitem").filter(has_text="Failed while it was drawn.")
    expect(failed).to_contain_text("Another draw may pass")
    expect(page.get_by_text("1 of 3 images failed.")).to_be_visible()
    check_accessible(page)
    picture(page, "studio-results")
    page.get_by_role("button", name="Try the failed ones again").click()
    drawn(page, "1 of 1 image is ready.")
    expect(page.get_by_text("A new try of what failed in")).to_be_visible()

    page.get_by_role("link", name="Open its page").last.click()
    expect(page.get_by_role("heading", level=1, name="Portraits of Eileen")).to_be_visible()
    page.get_by_role("button", name="Contact sheet").click()
    expect(page.get_by_role("figure")).to_contain_text("Eileen, source")
    check_accessible(page)
    picture(page, "job-contact-sheet")
    page.get_by_role("button", name="Enlarge: Image").first.click()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="(2 of 2)")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("Eileen, source")).to_be_visible()
    page.keyboard.press("Escape")
    files: list[str] = []
    page.on("download", lambda saved: files.append(saved.suggested_filename))
    with page.expect_event("download", lambda _: len(files) == 2):
        page.get_by_role("button", name="Download all").click()
    assert all(re.fullmatch(r"portrait-\w{6}-[123]\.\w+", name) for name in files), files

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("#/jobs$"))
    page.go_back()
    expect(page.get_by_role("heading", name="There is no such job")).to_be_visible()
    visitor.expect_error("/v1/generations/")


def test_what_is_missing_is_told_and_nothing_given_is_lost(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.open("/studio")
    page.get_by_role("radio", name="Redraw a part").check()
    prompt = page.get_by_role("textbox", name="Prompt")
    prompt.fill("a vase of tulips")
    expect(price(page)).to_contain_text("Still needed: the project, the branch, the picture")
    page.get_by_role("button", name="Make 1 image").click()
    expect(page.get_by_role("alert")).to_contain_text("Still needed")
    expect(page.get_by_text("Still needed: the mask.")).to_be_visible()
    page.reload()
    expect(prompt).to_have_value("a vase of tulips")

    words = tmp_path / "words.txt"
    words.write_text("no picture")
    page.get_by_role("textbox", name="Project").fill("spring")
    page.get_by_role("textbox", name="Branch").fill("main")
    page.get_by_label("Mask", exact=True).set_input_files(mask(tmp_path))
    start = page.get_by_label("Picture to start from")
    start.set_input_files(DEFAULT_PHOTO)
    expect(price(page)).to_contain_text("About US$")
    start.set_input_files(words)
    expect(page.get_by_text("is not a PNG, JPEG or WebP")).to_be_visible()
    expect(price(page)).to_contain_text("Still needed: the picture")

    # Pressed while the picture is on its way: it is sent once, and the wish stays the same.
    uploads = hold(page, "**/v1/uploads")
    start.set_input_files(DEFAULT_PHOTO)
    expect(price(page)).to_contain_text("once the pictures have arrived")
    page.route("**/v1/generations", lose_the_answer, times=1)
    visitor.expect_error("ERR_FAILED")
    make = page.get_by_role("button", name="Make 1 image")
    make.click()
    expect(make).to_have_attribute("aria-busy", "true")
    (on_its_way,) = uploads
    on_its_way.continue_()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    make.click()
    drawn(page, "1 of 1 image is ready.")
    assert made(visitor) == 1, "the second press was the same wish"

    # The upload was used up: the same picture goes along with the next wish all the same.
    make.click()
    expect(page.get_by_text("of 1 image is ready")).to_have_count(2)
    assert made(visitor) == 2
    page.reload()
    expect(page.get_by_role("heading", name="Studio")).to_be_visible()
    expect(prompt).to_be_hidden()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)


def test_a_person_is_found_by_name_kept_over_a_reload_or_known_by_weights(visitor: Visitor) -> None:
    visitor.studio.character()
    visitor.studio.post("/characters", {"name": "Ada", "attributes": {}})
    page = visitor.open("/studio?kind=imagine")
    heroes = {"data": [{"variant_type": "full_body"}]}
    page.route("**/heroes", lambda route: route.fulfill(json=heroes))
    page.get_by_role("checkbox", name="Show a person").check()
    page.get_by_role("radio", name="Eileen").check()
    page.get_by_label("Picture to go by").select_option("Hero: full body")
    page.reload()
    expect(page.get_by_label("Picture to go by")).to_have_value("full_body")
    page.get_by_label("Picture to go by").select_option("The source image")
    page.get_by_role("textbox", name="Prompt").fill("at the sea")
    page.get_by_role("searchbox").fill("ad")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_text("1 character found among 2.")).to_be_visible()

    page.get_by_role("tab", name="Character").press("ArrowLeft")
    expect(page.get_by_role("tab", name="LoRA")).to_be_focused()
    page.get_by_role("textbox", name="LoRA weights").fill("someone/their-face")
    page.get_by_label("Strength of the weights").fill("0.8")
    expect(price(page)).to_contain_text("About US$")
    make = page.get_by_role("button", name="Make 1 image")
    with page.expect_request(lambda one: one.url.endswith("/v1/generations")) as sent:
        make.click()
    lora = {"type": "lora", "weights": "someone/their-face", "scale": 0.8}
    assert body_of(sent.value)["identity"] == lora
    drawn(page, "1 of 1 image is ready.")
    assert made(visitor) == 1, "Enter in the search draws nothing"


def test_a_full_slot_leads_to_the_running_job_which_can_be_stopped(visitor: Visitor) -> None:
    visitor.studio.plan = "free"
    visitor.studio.fault("gemini", "latency", "slow harbour", seconds=20)
    visitor.studio.imagine("a slow harbour")
    page = visitor.open("/studio?kind=imagine")
    page.get_by_role("textbox", name="Prompt").fill("a quick harbour")
    expect(price(page)).to_contain_text("About US$")
    page.get_by_role("button", name="Make 1 image").click()
    expect(page.get_by_role("alert")).to_contain_text("1 of 1 generations are running already")
    visitor.expect_error("/v1/generations")
    page.get_by_role("link", name="Running job 1").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("1 image stopped.")).to_be_visible()
    expect(page.get_by_text("0 images count for this month.")).to_be_visible()
    expect(
        page.get_by_role("status").filter(has_text="0 of 1 image is ready, 1 stopped.")
    ).to_be_visible()

    page.go_back()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("a quick harbour")
    page.get_by_text("More options").click()
    page.get_by_role("button", name="New style capsule").click()
    form = page.get_by_role("dialog", name="New style capsule")
    form.get_by_label("Name").fill("Dawn")
    form.get_by_label("Look", exact=True).fill("Grainy film, first light")
    form.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Style capsule", exact=True)).to_have_value(re.compile("^sty_"))
    page.get_by_text("What the model will be told").click()
    expect(page.get_by_text("Grainy film, first light")).to_be_visible()
    page.get_by_role("button", name="Make 1 image").click()
    drawn(page, "1 of 1 image is ready.")


def price(page: Page) -> Locator:
    return page.locator("form").get_by_role("status").last


def drawn(page: Page, words: str) -> None:
    told = page.get_by_role("status").filter(has_text=words)
    expect(told.first).to_be_visible(timeout=DRAWN_WITHIN_MS)


def made(visitor: Visitor) -> int:
    return len(visitor.studio.call("GET", "/generations").json()["data"])


def mask(folder: Path) -> Path:
    """White, what is drawn anew, in the middle of black."""
    drawn_anew = Image.new("L", (512, 512))
    drawn_anew.paste(255, (128, 128, 384, 384))
    file = folder / "mask.png"
    drawn_anew.save(file)
    return file
