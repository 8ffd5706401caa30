"""Jobs and usage: what waits, runs and ran, what is left, what it cost, how it went."""

import re
import time

from playwright.sync_api import expect

from tests.browser.looking import check_accessible, picture
from tests.browser.visitor import Visitor

FIRST_ANSWER_MS = 30_000
"""A function that nobody has called yet begins slowly on a busy machine."""


def test_jobs_are_followed_filtered_and_summed_up(visitor: Visitor) -> None:
    studio = visitor.studio
    studio.fault("gemini", "blocked", "a lighthouse held back", count=1)
    studio.wait(studio.imagine("a lighthouse held back", image_count=2))
    studio.fault("gemini", "hang", "a harbour", count=1)
    running = studio.imagine("a harbour")
    page = visitor.open("/jobs")
    jobs = page.get_by_role("listitem").filter(
        has=page.get_by_role("link", name="Image from words")
    )
    expect(page.get_by_text("1,998 of 2,000 images left")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(page.get_by_role("row", name="Priority, paid plans")).to_be_visible()
    expect(jobs).to_have_count(2)
    expect(jobs.first.get_by_role("progressbar")).to_be_visible()
    studio.post(f"/generations/{running}/cancel", {})
    expect(jobs.first).to_contain_text("0 of 1 ready, 1 stopped")
    expect(jobs.last).to_contain_text("1 of 2 ready, 1 failed")
    expect(page.get_by_role("link", name="Image from words").first).to_have_attribute(
        "href", f"#/jobs/{running}"
    )

    refresh = page.get_by_role("button", name="Refresh")
    until = time.monotonic() + 30
    summed_up = False
    while not summed_up:
        assert time.monotonic() < until, "the sums have not arrived"
        with page.expect_response("**/v1/costs?group_by=mode") as told:
            refresh.click()
        summed_up = any(row["actual"]["sum_usd"] for row in told.value.json()["data"])
    refresh.click()
    expect(
        page.get_by_role("row", name="The model held back what it had drawn 1 50%")
    ).to_be_visible()
    expect(page.get_by_role("img", name="Cost by day")).to_be_visible()
    by_mode = page.get_by_role("img", name="Cost by what was made")
    expect(by_mode).to_contain_text("Image from words: US$0.04")
    page.get_by_text("As a table").last.click()
    table = page.get_by_role("table", name="Cost by what was made")
    expect(table.get_by_role("row", name=re.compile(r"Image from words \d US\$"))).to_be_visible()
    check_accessible(page)
    picture(page, "jobs")

    page.get_by_label("Status").select_option("Failed")
    expect(page.get_by_role("heading", name="No such job")).to_be_visible()
    page.get_by_role("radio", name="7 days").check()
    expect(page).to_have_url(re.compile(r"status=failed&hours=168$"))
    page.reload()
    expect(page.get_by_label("Status")).to_have_value("failed")
    page.get_by_role("button", name="Show all jobs").click()
    expect(jobs).to_have_count(2)


def test_jobs_are_filtered_by_what_was_made_and_of_whom(visitor: Visitor) -> None:
    visitor.studio.imagine("a lighthouse")
    ada = {"name": "Ada", "attributes": {}, "generate": {"image_count": 1}}
    visitor.studio.post("/characters", ada)
    page = visitor.open("/jobs")
    images = page.get_by_role("link", name="Image from words", exact=True)
    portraits = page.get_by_role("link", name="Portraits", exact=True)
    expect(portraits).to_be_visible(timeout=FIRST_ANSWER_MS)
    page.get_by_label("What was made").select_option("Image from words")
    expect(portraits).to_be_hidden()
    expect(images).to_be_visible()
    page.get_by_label("Character").select_option("Ada")
    expect(page.get_by_role("heading", name="No such job")).to_be_visible()
    page.get_by_label("What was made").select_option("All")
    expect(portraits).to_be_visible()
    expect(images).to_be_hidden()
    expect(page).to_have_url(re.compile("[?&]character=chr_"))


def test_an_empty_and_an_unreachable_page_say_so(visitor: Visitor) -> None:
    page = visitor.open("/jobs")
    expect(page.get_by_role("heading", name="No job yet")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(page.get_by_text("Nothing has been charged yet.")).to_have_count(2)
    expect(page.get_by_text("Nothing has ended in this time.")).to_be_visible()
    refusal = {"code": "unavailable", "detail": "Try again in a moment."}
    page.route("**/v1/usage", lambda route: route.fulfill(status=503, json=refusal))
    visitor.expect_error("/v1/usage")
    page.reload()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Try again in a moment.")
    page.unroute("**/v1/usage")
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("2,000 of 2,000 images left")).to_be_visible()
