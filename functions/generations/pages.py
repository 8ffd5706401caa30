"""The prepared files that lie beside the handler, and what the page may load."""

import base64
import hashlib
import re
from pathlib import Path

from shared.runtime.http import Page


def openapi() -> Page:
    return Page(_file("openapi.json"), "application/json")


def docs() -> Page:
    """The page's policy names what is on it, so nothing else can run."""
    text = _file("docs.html")
    policy = (
        f"default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'none'; "
        f"script-src {_hash_of('script', text)}; style-src {_hash_of('style', text)}"
    )
    return Page(text, "text/html; charset=utf-8", {"content-security-policy": policy})


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _hash_of(element: str, page: str) -> str:
    found = re.search(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
    assert found is not None, f"the page has a {element}"
    digest = hashlib.sha256(found[1].encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
