"""What every page of the studio forbids the browser: CloudFront and the local server say the same.

Standard library only: the local server starts without the CDK.
"""

# The studio is its own files, the API of its own origin, and signed addresses of pictures.
_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: {images}",
    "connect-src 'self' {uploads} {images} {sign_in}",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    # Nothing the page is given can become script: there is no policy that could make it so.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
NO_SNIFF = "nosniff"
REFERRER_POLICY = "no-referrer"
OTHERS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# By CloudFront alone: on this machine there is no TLS to insist on.
HSTS_SECONDS = 365 * 24 * 3600


def content_security_policy(*, images: str, uploads: str, sign_in: str = "") -> str:
    """The policy; the three are origins: of signed pictures, of uploads, of the token endpoint."""
    directives = "; ".join(_DIRECTIVES)
    filled = directives.format(images=images, uploads=uploads, sign_in=sign_in)
    return filled.replace(" ;", ";")


def local_headers(*, images: str, uploads: str) -> dict[str, str]:
    """All headers by name, as the local server sends them."""
    return {
        "Content-Security-Policy": content_security_policy(images=images, uploads=uploads),
        "X-Content-Type-Options": NO_SNIFF,
        "Referrer-Policy": REFERRER_POLICY,
        **OTHERS,
    }
