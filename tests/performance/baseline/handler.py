"""The worker most would write first: one message, one image, and waiting for the model.

The same calls to the model, the same renditions and as many objects as the real worker makes;
one conditional write to claim and one update to finish, without what makes a retry safe. It is
deployed with the worker's own bundle.
"""

import json
import os
import uuid
from typing import Any

import boto3
from google import genai
from google.genai import types

from shared.adapters import imaging

dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
gemini = genai.Client(
    api_key=os.environ["GEMINI_API_KEY"],
    http_options=types.HttpOptions(base_url=os.environ["GEMINI_BASE_URL"]),
)


def lambda_handler(event: dict[str, Any], context: object) -> None:
    for record in event["Records"]:
        draw(**json.loads(record["body"]))


def draw(*, prompt: str, seed: int, model: str, reference: str) -> None:
    table, bucket = os.environ["TABLE_NAME"], os.environ["IMAGES_BUCKET"]
    name = f"baseline-{uuid.uuid4().hex}"
    key = {"pk": {"S": name}, "sk": {"S": "META"}}
    dynamodb.put_item(
        TableName=table,
        Item={**key, "status": {"S": "processing"}},
        ConditionExpression="attribute_not_exists(pk)",
    )
    data = answered(prompt, seed, model, s3.get_object(Bucket=bucket, Key=reference)["Body"].read())
    imaging.inspect(data)
    s3.put_object(Bucket=bucket, Key=f"{name}/original", Body=data)
    for rendition, content in imaging.renditions(data, generated=True).items():
        s3.put_object(Bucket=bucket, Key=f"{name}/{rendition}", Body=content)
    dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "completed"}},
    )


def answered(prompt: str, seed: int, model: str, reference: bytes) -> bytes:
    parts = [
        types.Part(text=prompt),
        types.Part.from_bytes(data=reference, mime_type="image/png"),
    ]
    reply = gemini.models.generate_content(
        model=model,
        contents=types.Content(role="user", parts=parts),
        config=types.GenerateContentConfig(
            seed=seed,
            response_modalities=["IMAGE"],
            image_config=types.ImageConfig(aspect_ratio="3:4", image_size="1K"),
        ),
    )
    for part in reply.parts or []:
        if part.inline_data and part.inline_data.data:
            return part.inline_data.data
    raise ValueError("the answer holds no image")
