"""Who signs in how: on a hosted page, or on one's own machine; and what happens when that ends."""

import json
import re

from playwright.sync_api import Route, expect

from tests.browser.looking import check_accessible, picture
from tests.browser.sign_in_service import (
    CLIENT,
    CODE,
    SignInService,
    challenge_of,
    end_session_in,
    kept_session,
)
from tests.browser.visitor import Visitor

FIRST_ANSWER_MS = 30_000
"""A function that nobody has called yet begins slowly on a busy machine."""
STORED = "() => Object.keys(sessionStorage).filter((key) => key !== 'likeness.sent-to-sign-in')"


def test_a_hosted_sign_in_leads_back_renews_itself_once_and_is_signed_out_of(
    visitor: Visitor,
) -> None:
    service = SignInService(visitor)
    # Nobody says how long the first token lives, and the API refuses it.
    service.tokens = [{"access_token": "worn-out", "expires_in": None}]
    visitor.expect_error("/v1/")
    page = visitor.open("/jobs")
    expect(page.get_by_role("heading", name="Jobs and usage")).to_be_visible()
    expect(page.get_by_text("2,000 of 2,000 images left")).to_be_visible(timeout=FIRST_ANSWER_MS)
    expect(page).to_have_url(f"{service.base}/#/jobs")

    (asked,) = service.asked
    code, refresh = service.granted
    assert asked["client_id"] == CLIENT
    assert (asked["response_type"], asked["scope"]) == ("code", "openid likeness")
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == challenge_of(code["code_verifier"])
    assert code["grant_type"] == "authorization_code"
    assert code["redirect_uri"] == asked["redirect_uri"] == f"{service.base}/"
    # Several requests were refused at once; a refresh token is good for one renewal.
    assert refresh["grant_type"] == "refresh_token"
    assert refresh["refresh_token"] == "refresh-token-1"

    # An issuer that gives no new refresh token means the old one to be kept.
    end_session_in(visitor, 30)
    service.tokens = [{"refresh_token": None}]
    with (
        page.expect_response("**/oauth2/token"),
        page.expect_response("**/v1/reference-kits*", timeout=FIRST_ANSWER_MS) as kits,
    ):
        page.get_by_role("link", name="Reference kits").click()
    assert kits.value.status == 200
    assert [form["refresh_token"] for form in service.granted[2:]] == ["refresh-token-2"]
    assert kept_session(visitor)["refresh_token"] == "refresh-token-2"
    page.reload()
    expect(page.get_by_role("heading", name="Reference kits")).to_be_visible()
    assert len(service.asked) == 1

    page.get_by_role("link", name="Characters").click()
    page.get_by_role("link", name="New character").first.click()
    page.get_by_label("Name").fill("Nobody else's business")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    assert page.evaluate(STORED) == []
    assert service.left == [{"client_id": CLIENT, "logout_uri": f"{service.base}/"}]
    told = "\n".join(service.told)
    assert len(service.secrets) >= 4
    secrets = service.secrets | {code["code_verifier"]}
    assert [secret for secret in secrets if secret in told] == []
    assert len(service.asked) == 1


def test_a_sign_in_that_fails_is_told_and_begun_anew_at_a_press(visitor: Visitor) -> None:
    service = SignInService(visitor)
    service.returns = {"error": "access_denied", "error_description": "Ask your administrator"}
    page = visitor.page
    # A code that this tab did not ask for is not redeemed.
    page.goto(f"{service.base}/?code=somebody-elses&state=theirs#/jobs")
    expect(
        page.get_by_text("The sign-in did not succeed (Ask your administrator).")
    ).to_be_visible()
    expect(page).to_have_url(re.compile(r"/#/jobs$"))
    check_accessible(page)

    again = page.get_by_role("button", name="Sign in again")
    service.returns = {"code": CODE, "state": "of-another-tab"}
    again.click()
    expect(page.get_by_text("Sign in to see your characters and pictures.")).to_be_visible()
    page.reload()
    expect(again).to_be_visible()
    assert len(service.asked) == 2
    assert service.granted == []
    service.returns, service.tokens = {}, [400]
    visitor.expect_error("/oauth2/token")
    again.click()
    expect(
        page.get_by_text("The sign-in did not succeed (its code was not accepted).")
    ).to_be_visible()
    again.click()
    expect(page).to_have_url(f"{service.base}/#/jobs")
    expect(page.get_by_role("heading", name="Jobs and usage")).to_be_visible()
    assert [form["code"] for form in service.granted] == [CODE, CODE]
    states = [asked["state"] for asked in service.asked]
    assert len(set(states)) == len(states) == 4

    # An API that refuses each new token would send one in a circle.
    end_session_in(visitor, -1)
    service.tokens = [{"access_token": "refused"}, {"access_token": "refused-too"}]
    visitor.expect_error("/v1/characters")
    page.get_by_role("link", name="Characters").click()
    expect(again).to_be_visible()
    assert (len(service.asked), len(service.granted)) == (4, 4)


def test_a_sign_in_that_ends_takes_nobody_from_their_work(visitor: Visitor) -> None:
    service = SignInService(visitor, "oidc")
    page = visitor.open("/characters?new")
    page.get_by_label("Name").fill("Mira")
    create = page.get_by_role("button", name="Create character")
    form = page.get_by_role("form", name="New character")
    visitor.expect_error("/oauth2/token")

    end_session_in(visitor, -1)
    service.tokens = [503, None, 400]
    create.click()
    expect(form).to_contain_text("The sign-in service does not answer just now.")
    create.click()
    expect(form).to_contain_text("The sign-in service cannot be reached.")
    banner = page.get_by_role("alert").filter(has_text="Your sign-in has ended.")
    again = page.get_by_role("button", name="Sign in again")
    expect(again).to_have_count(0)
    create.click()
    expect(form).to_contain_text("Your sign-in has ended.")
    expect(again).to_have_count(1)
    expect(banner.first).to_be_visible()
    check_accessible(page)
    picture(page, "sign-in-ended")
    assert len(service.asked) == 1

    again.click()
    expect(again).to_have_count(0)
    expect(page.get_by_label("Name")).to_have_value("Mira")
    expect(page).to_have_url(f"{service.base}/#/characters?new")
    create.click()
    expect(page.get_by_role("heading", name="Mira", exact=True)).to_be_visible()
    assert len(visitor.studio.call("GET", "/characters").json()["data"]) == 1
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    assert service.left == [{"client_id": CLIENT, "post_logout_redirect_uri": f"{service.base}/"}]


def test_a_token_of_this_machine_is_renewed_once_where_the_api_refuses_it(visitor: Visitor) -> None:
    given: list[str] = []

    def give(route: Route) -> None:
        given.append(route.request.url)
        if len(given) == 1:
            worn = {"token": "worn-out", "expires_at": "2999-01-01T00:00:00Z", "owner": "me"}
            route.fulfill(body=json.dumps(worn), content_type="application/json")
        elif len(given) == 2:
            route.abort()
        else:
            route.fallback()

    visitor.page.route("**/local/token", give)
    visitor.expect_error("/v1/")
    visitor.expect_error("/local/token")
    page = visitor.open("/characters")
    expect(page.get_by_text("Likeness cannot be reached. Check the connection")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="No characters yet")).to_be_visible()
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_text("2,000 of 2,000 images left")).to_be_visible(timeout=FIRST_ANSWER_MS)
    assert len(given) == 3
