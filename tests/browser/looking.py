"""How a page is looked at: by axe, and by a person."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from infra.local.layout import PROJECT

SCREENSHOTS = PROJECT / ".build" / "screenshots"
SIZES = {360: 740, 1600: 1000}
_AXE = Axe()


def check_accessible(page: Page) -> None:
    """Nothing axe knows of is wrong, in either theme."""
    for theme in _themes(page):
        found = _AXE.run(page).response["violations"]
        told = [
            f"{theme}, {one['id']}: {one['help']}: {node['html']}"
            for one in found
            for node in one["nodes"]
        ]
        assert told == [], "\n".join(told)


def picture(page: Page, name: str) -> None:
    """Pictures of the whole page, narrow and wide, light and dark; none scrolls sideways."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for theme in _themes(page):
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide on a screen of {width}"
            file = SCREENSHOTS / f"{name}-{width}-{theme}.png"
            page.screenshot(path=file, full_page=True, animations="disabled")
    if before is not None:
        page.set_viewport_size(before)


def _themes(page: Page) -> Iterator[str]:
    page.emulate_media(color_scheme="light")
    yield "light"
    page.emulate_media(color_scheme="dark")
    yield "dark"
    page.emulate_media(color_scheme="light")
