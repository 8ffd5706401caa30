"""What a user does over HTTP, and what a tester does to the simulators."""

import contextlib
import json
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from infra.local.demo.photo import DEFAULT_PHOTO
from infra.local.stack_runner import LocalStack

type Json = dict[str, Any]

_names = count(1)


@dataclass
class Studio:
    """One owner's calls. Every owner is new, so that no test meets another's slot or quota."""

    stack: LocalStack
    plan: Any = "paid"
    owner: str = field(default_factory=lambda: f"owner-{next(_names)}")

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.stack.token(self.owner, self.plan)}"}
        headers |= options.pop("headers", {})
        return httpx.request(
            method, f"{self.stack.base_url}/v1{path}", headers=headers, timeout=30, **options
        )

    def post(self, path: str, body: Json) -> Json:
        answer = self.call("POST", path, json=body)
        assert answer.is_success, answer.text
        content: Json = answer.json()
        return content

    def character(self, photo: Path = DEFAULT_PHOTO) -> str:
        """A character with the photo as its source, by way of a presigned upload."""
        data = photo.read_bytes()
        upload = self.post("/uploads", {"content_type": "image/png", "size_bytes": len(data)})
        files = {"file": ("photo.png", data, "image/png")}
        posted = httpx.post(upload["url"], data=upload["fields"], files=files, timeout=30)
        assert posted.is_success, posted.text
        character = self.post("/characters", {"name": "Eileen", "attributes": {}})
        self.post(f"/characters/{character['id']}/source-image", {"upload_id": upload["id"]})
        return str(character["id"])

    def imagine(self, prompt: str, provider: str = "gemini", **changes: Any) -> str:
        wish = {"mode": "imagine", "prompt": prompt, "provider": provider}
        return str(self.post("/generations", wish | changes)["id"])

    def read(self, generation_id: str) -> Json:
        answer = self.call("GET", f"/generations/{generation_id}")
        assert answer.status_code == 200, answer.text
        content: Json = answer.json()
        return content

    def wait(self, generation_id: str, *, seconds: float = 60) -> Json:
        """The generation once it is closed."""
        until = time.monotonic() + seconds
        while (generation := self.read(generation_id))["completed_at"] is None:
            assert time.monotonic() < until, generation
            time.sleep(0.3)
        return generation

    def wait_for_status(self, generation_id: str, status: str, *, seconds: float = 30) -> Json:
        until = time.monotonic() + seconds
        while (generation := self.read(generation_id))["status"] != status:
            assert time.monotonic() < until, generation
            time.sleep(0.1)
        return generation

    def fault(self, provider: str, name: str, match: str, **parameters: Any) -> None:
        """Trouble for the requests whose prompt holds `match`."""
        order = {"fault": name, "match": match} | parameters
        answer = httpx.post(f"{self.stack.simulators[provider]}/_faults", json=order)
        assert answer.status_code == 201, answer.text

    def paid_calls(self, provider: str, match: str) -> int:
        """How many calls with this in their prompt the provider took money for."""
        calls = httpx.get(f"{self.stack.simulators[provider]}/_calls").json()["calls"]
        return sum(bool(one["charged"]) for one in calls if match in (one.get("prompt") or ""))

    def quota_used(self, generation: Json) -> int:
        """Units of the month that are charged to this owner, as the table holds them."""
        table = self.stack.outputs["TableName"]
        key = {
            "pk": {"S": f"OWNER#{self.owner}"},
            "sk": {"S": f"QUOTA#{generation['created_at'][:7]}"},
        }
        answer = self.stack.boto3_client("dynamodb").get_item(TableName=table, Key=key)
        return int(answer["Item"]["used"]["N"])


def invoke_function(stack: LocalStack, name: str, order: Json) -> Json:
    """One function, called as whoever may call it does; it must not fail."""
    functions = stack.boto3_client("lambda")
    names = [one["FunctionName"] for one in functions.list_functions()["Functions"]]
    (found,) = (each for each in names if f"{name}Function" in each)
    answer = functions.invoke(FunctionName=found, Payload=json.dumps(order).encode())
    told: Json = json.load(answer["Payload"])
    assert "errorMessage" not in told, told
    return told


def worker_pids(stack: LocalStack) -> list[int]:
    """The processes of the function that runs items, busy and idle ones, found by where its code
    lies."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(FileNotFoundError):  # It has ended meanwhile.
                command = (process / "cmdline").read_bytes().decode(errors="replace")
                if str(stack.state.root) in command and "WorkerFunction" in command:
                    found.append(int(process.name))
    assert found, "no worker process"
    return found


def keys_under(stack: LocalStack, prefix: str) -> list[str]:
    bucket = stack.outputs["ImagesBucketName"]
    listed = stack.boto3_client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for one in listed.get("Contents", [])]
