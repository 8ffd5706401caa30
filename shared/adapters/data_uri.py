"""Reads the `data:` URIs in which providers hand over small images."""

import binascii
import re
from base64 import b64decode
from typing import Final

from shared.domain.errors import TooLarge, UnsafeUrl

# Octet-stream is what a provider says of a file that had no name; the decoder decides anyway.
_HEAD: Final = re.compile(
    r"data:(image/[a-z0-9.+-]{1,32}|application/octet-stream);base64,", re.IGNORECASE
)


def decode_data_uri(uri: str, max_bytes: int) -> bytes:
    """The bytes of a `data:image/…;base64,` URI. Raises UnsafeUrl, TooLarge."""
    head = _HEAD.match(uri)
    if not head:
        raise UnsafeUrl("The data URI holds no base64 image.", reason="data_uri")
    # Four characters carry three bytes, less up to two of padding: judged before decoding.
    if (len(uri) - head.end()) // 4 * 3 - 2 > max_bytes:
        raise TooLarge(f"The file is larger than {max_bytes} bytes.", max_bytes=max_bytes)
    try:
        data = b64decode(uri[head.end() :].encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise UnsafeUrl("The data URI is not valid base64.", reason="data_uri") from error
    if len(data) > max_bytes:
        raise TooLarge(f"The file is larger than {max_bytes} bytes.", max_bytes=max_bytes)
    return data
