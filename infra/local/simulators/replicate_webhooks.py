"""Webhooks as Replicate sends them: signed (Standard Webhooks), only the final one retried."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import time

import httpx

from infra.local.simulators.calls import CallLog
from infra.local.simulators.faults import Fault
from infra.local.simulators.replicate_predictions import Body, Prediction
from infra.local.simulators.settings import SimulatorSettings

_PREFIX = "whsec_"


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header of a body."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class WebhookSender:
    """Delivers events of predictions; whoever made it closes it."""

    def __init__(self, settings: SimulatorSettings, calls: CallLog) -> None:
        self._settings = settings
        self._calls = calls
        self._client = httpx.AsyncClient(
            timeout=settings.webhook_timeout, follow_redirects=False, trust_env=False
        )
        self._forged_secret = _PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()

    async def close(self) -> None:
        await self._client.aclose()

    async def send_event(self, prediction: Prediction, event: str, body: Body) -> None:
        """One try: an intermediate event that gets lost stays lost."""
        if prediction.webhook is not None:
            await self._try(prediction.webhook, event, body, _message_id(), attempt=1)

    async def send_final(self, prediction: Prediction, body: Body, fault: Fault | None) -> None:
        """Tell how the prediction ended, as the queued fault would have it."""
        name = fault.name if fault is not None else ""
        if fault is not None and name == "webhook_late":
            await asyncio.sleep(fault.number("seconds"))
        if fault is not None and name == "webhook_forged":
            await self._send_forged(prediction, body)
            if not fault.flag("then_real"):
                return
        if name != "webhook_lost":
            times = int(fault.number("times")) if name == "webhook_duplicated" and fault else 1
            await self._send_until_taken(prediction, body, times)
        if name == "webhook_start_last":
            await self.send_event(prediction, "start", _as_started(body))

    async def _send_until_taken(self, prediction: Prediction, body: Body, times: int) -> None:
        """The same message id in every try and every duplicate: that is how one tells them."""
        if prediction.webhook is None:
            return
        message_id = _message_id()
        for copy_number in range(times):
            pauses = iter(self._settings.webhook_retry_pauses if copy_number == 0 else ())
            attempt = 1
            while not await self._try(
                prediction.webhook, "completed", body, message_id, attempt=attempt
            ):
                prediction.told.set()
                pause = next(pauses, None)
                if pause is None:
                    break
                await asyncio.sleep(pause)
                attempt += 1
            prediction.told.set()

    async def _send_forged(self, prediction: Prediction, body: Body) -> None:
        if prediction.webhook is not None:
            await self._try(
                prediction.webhook,
                "completed",
                body,
                _message_id(),
                attempt=1,
                secret=self._forged_secret,
            )

    async def _try(
        self,
        url: str,
        event: str,
        body: Body,
        message_id: str,
        *,
        attempt: int,
        secret: str | None = None,
    ) -> bool:
        """Whether there is nothing left to do: redirects are not followed, and not retried."""
        raw = json.dumps(body, separators=(",", ":")).encode()
        timestamp = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "Replicate/1.0",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(
                secret or self._settings.webhook_secret, message_id, timestamp, raw
            ),
        }
        status: int | None = None
        # Nobody listening is an ordinary outcome here: no status, so the final one is retried.
        with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
            response = await self._client.post(url, content=raw, headers=headers)
            status = response.status_code
        self._calls.webhook_sent(
            prediction_id=body["id"],
            event=event,
            attempt=attempt,
            message_id=message_id,
            status=status,
            forged=secret is not None,
        )
        return status is not None and status < 400


def _message_id() -> str:
    return f"msg_{secrets.token_hex(14)}"


def _as_started(body: Body) -> Body:
    """What a `start` event said at its time."""
    later = ("completed_at", "metrics")
    started = {key: value for key, value in body.items() if key not in later}
    return {**started, "status": "processing", "output": None, "error": None, "logs": ""}
