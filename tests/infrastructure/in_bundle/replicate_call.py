"""Runs inside a bundle: Replicate's SDK creates a prediction, which needs pydantic's old models."""

import asyncio
import sys

from replicate.client import Client


async def create(url: str) -> str:
    client = Client(api_token="token", base_url=url)
    prediction = await client.predictions.async_create(version="v1", input={"prompt": "a face"})
    return prediction.id


made = asyncio.run(create(sys.argv[1]))
assert made == "p1", made
print("complete")
