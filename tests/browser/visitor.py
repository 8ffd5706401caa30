"""A person in front of the studio, and what must not happen behind their back."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Route

from infra.local.identity import TOKEN_SECONDS
from infra.local.pages import LOOPBACK, TOKEN_PATH
from infra.local.stack_runner import LocalStack
from tests.e2e.studio import Studio

# Not all of what a policy forbids is told in the console.
TELL_BREACHES = """
document.addEventListener("securitypolicyviolation", (breach) => {
  console.error(`Content security policy: ${breach.effectiveDirective} ${breach.blockedURI}`);
});
"""


class Visitor:
    """`page` is their tab, `studio` their own calls over HTTP, `errors` what went wrong."""

    def __init__(self, context: BrowserContext, stack: LocalStack) -> None:
        self.context, self.stack = context, stack
        self.studio = Studio(stack)
        self.errors: list[str] = []
        self._expected: list[str] = []
        context.add_init_script(TELL_BREACHES)
        # On this machine everybody is "me": here each test is somebody else.
        context.route(f"**{TOKEN_PATH}", self._sign_in)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._watch)
        self.page = context.new_page()

    def open(self, route: str = "") -> Page:
        """Go to a page by what stands behind the # of its address, else to the studio's door."""
        self.page.goto(f"{self.stack.base_url}/" + (f"#{route}" if route else ""))
        return self.page

    def expect_error(self, part: str) -> None:
        """The test provokes an error whose text or address holds `part`."""
        self._expected.append(part)

    def settle(self) -> None:
        """Hear what the tabs have yet to tell: breaches are told a turn later."""
        for page in self.context.pages:
            page.evaluate("() => new Promise((done) => setTimeout(done))")

    def expect_no_other_errors(self) -> None:
        unnamed = [each for each in self.errors if not any(one in each for one in self._expected)]
        assert unnamed == [], "\n".join(unnamed)
        missed = [one for one in self._expected if not any(one in each for each in self.errors)]
        assert missed == [], f"expected, and did not happen: {missed}"

    def _sign_in(self, route: Route) -> None:
        expires_at = datetime.now(UTC) + timedelta(seconds=TOKEN_SECONDS)
        content = {
            "token": self.stack.token(self.studio.owner, self.studio.plan),
            "expires_at": expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "owner": self.studio.owner,
        }
        route.fulfill(body=json.dumps(content), content_type="application/json")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _watch(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("blob", "data") and address.hostname not in LOOPBACK:
            self.errors.append(f"A request left this machine: {request.url}")
