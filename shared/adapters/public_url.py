"""Judges a URL by its text alone: needs no HTTP library, makes no connection."""

import re
from typing import Final, Never
from urllib.parse import urlsplit

from shared.domain.errors import UnsafeUrl

_LONGEST_URL: Final = 4096
# One way to read it only: parsers disagree about backslashes, blanks and non-ASCII letters.
_PLAIN_URL: Final = re.compile(r"[!-\[\]-~]+")
_LABEL: Final = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
# The last label starts with a letter: no spelling of a bare IPv4 address does.
_HOST_NAME: Final = re.compile(rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])")


def check_public_url(url: str) -> str:
    """The host of an https URL on port 443 of a host with a name. Raises UnsafeUrl."""
    check_plain(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        refuse("The URL is not valid.", "syntax")
    if parts.scheme != "https" or not parts.netloc:
        refuse("The URL must start with https://.", "scheme")
    if "@" in parts.netloc:
        refuse("The URL must not hold a user name.", "userinfo")
    if port not in (None, 443):
        refuse("The URL must not name a port.", "port")
    host = parts.hostname or ""
    if len(host) > 253 or not _HOST_NAME.fullmatch(host):
        refuse("The URL must name a public host, not an address.", "host")
    return host


def check_plain(url: str) -> None:
    """Raises UnsafeUrl for what parsers might read in different ways."""
    if len(url) > _LONGEST_URL or not _PLAIN_URL.fullmatch(url):
        refuse("The URL is too long or holds characters that must be percent-encoded.", "syntax")


def refuse(message: str, reason: str) -> Never:
    raise UnsafeUrl(message, reason=reason)
