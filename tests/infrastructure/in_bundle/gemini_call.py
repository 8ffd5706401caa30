"""Runs inside a bundle: Gemini's SDK brings an answer from one URL, an error from another."""

import asyncio
import sys
from typing import Any

from google import genai
from google.genai import errors, types


async def ask(url: str) -> str | None:
    options = types.HttpOptions(
        base_url=url, timeout=10_000, retry_options=types.HttpRetryOptions(attempts=1)
    )
    client = genai.Client(api_key="key", http_options=options)
    contents: Any = [types.Part.from_bytes(data=b"png", mime_type="image/png"), "draw"]
    answer = await client.aio.models.generate_content(model="image", contents=contents)
    return answer.text


answering, refusing = sys.argv[1:]
said = asyncio.run(ask(answering))
assert said == "a face", said
code = None
try:
    asyncio.run(ask(refusing))
except errors.ClientError as refused:
    code = refused.code
assert code == 429, code
assert not {"cryptography", "requests", "pyasn1", "pyasn1_modules"} & set(sys.modules)
print("complete")
