"""The browser's tests notice what they promise to notice."""

import pytest
from playwright.sync_api import Error

from tests.browser.looking import check_accessible
from tests.browser.visitor import Visitor


def test_what_goes_wrong_behind_the_visitors_back_is_noticed(visitor: Visitor) -> None:
    page = visitor.open()
    page.evaluate("console.error('a thing of ours broke')")
    page.evaluate("setTimeout(() => { throw new Error('nobody caught it') })")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))"
    )
    page.evaluate("fetch('https://example.com/').catch(() => 'blocked')")
    page.evaluate("fetch('v1/nothing-here')")
    for trouble in (
        "a thing of ours",
        "nobody caught it",
        "style-src",
        "example.com",
        "v1/nothing",
    ):
        with pytest.raises(AssertionError):
            visitor.expect_no_other_errors()
        visitor.expect_error(trouble)


def test_text_cannot_become_script(visitor: Visitor) -> None:
    page = visitor.open()
    with pytest.raises(Error, match="TrustedHTML"):
        page.evaluate("document.body.innerHTML = '<img src=x onerror=alert(1)>'")
    visitor.expect_error("requires 'TrustedHTML'")
    visitor.expect_error("require-trusted-types-for")


def test_an_inaccessible_page_is_noticed(visitor: Visitor) -> None:
    page = visitor.open()
    page.evaluate("document.body.append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        check_accessible(page)
