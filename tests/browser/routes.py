"""What a test lets happen to the page's requests on their way."""

import json
from typing import Any

from playwright.sync_api import Page, Request, Route


def hold(page: Page, url: str) -> list[Route]:
    """The next request to `url` waits until the test lets it through: `held[0].continue_()`."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(url, keep, times=1)
    return held


def body_of(request: Request) -> dict[str, Any]:
    """What the page sent."""
    body: dict[str, Any] = json.loads(request.post_data or "{}")
    return body


def lose_the_answer(route: Route) -> None:
    """Taken, but the connection ends before the answer."""
    route.fetch()
    route.abort()
