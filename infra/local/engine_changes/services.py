"""Changes to the engine's services other than Lambda."""

# mypy: disable-error-code="import-not-found,import-untyped"
# (ministack lives in the script's own environment.)

import hashlib
import inspect
import os
from typing import Any, cast

from ministack import app as gateway
from ministack.core import iam_actions, iam_evaluator
from ministack.services import apigateway, sqs
from ministack.services.cloudformation import provisioners

from infra.local.engine_changes.guard import expect, expect_source


def loopback_counts_as_tls() -> None:
    """`aws:SecureTransport` is true here, or every bucket that insists on TLS refuses everyone."""
    pin = iam_evaluator.pin_request_origin
    expect(gateway.pin_request_origin is pin, "how a request's origin is remembered")
    expect(
        list(inspect.signature(pin).parameters) == ["source_ip", "secure_transport"],
        "what a request's origin is",
    )
    gateway.pin_request_origin = lambda source_ip, secure_transport: pin(source_ip, True)


def secrets_are_named_as_by_cloudformation() -> None:
    """`Ref` of a secret is its ARN and a generated name has two parts: CDK takes it apart so."""
    expect_source(provisioners._sm_secret_create, "0bae0110fce2f2ba")
    expect_source(provisioners._sm_secret_update, "e87220a5ff35a459")
    expect_source(provisioners._sm_secret_delete, "4ff615ac828999af")
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def named(properties: dict[str, Any], stack: str, logical_id: str) -> dict[str, Any]:
        suffix = hashlib.sha256(f"{stack}/{logical_id}".encode()).hexdigest()[:12]
        return {"Name": f"{logical_id}-{suffix}", **properties}

    def name_of(arn: str) -> str:
        return arn.rsplit(":", 1)[-1].rsplit("-", 1)[0]

    def create_as_named(logical_id: str, new: dict[str, Any], stack: str) -> tuple[str, Any]:
        _, attributes = create(logical_id, named(new, stack, logical_id), stack)
        return attributes["Arn"], attributes

    def update_as_named(
        arn: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> tuple[str, Any]:
        properties = named(new, stack, logical_id)
        _, attributes = update(name_of(arn), old, properties, stack, logical_id=logical_id)
        return attributes["Arn"], attributes

    def delete_by_name(arn: str, properties: Any) -> None:
        delete(name_of(arn), properties)

    handlers |= {"create": create_as_named, "update": update_as_named, "delete": delete_by_name}


def alarms_may_be_calculated() -> None:
    """Accept an alarm on an expression; it watches the first metric the expression names."""
    record = provisioners._cw_metric_alarm_record
    expect_source(record, "4565fcede1ebf266")

    def record_first_metric(name: str, properties: dict[str, Any]) -> dict[str, Any]:
        for entry in properties.get("Metrics") or []:
            if statistic := entry.get("MetricStat"):
                watched = {**statistic["Metric"], "Statistic": statistic["Stat"]}
                rest = {k: v for k, v in properties.items() if k != "Metrics"}
                return cast(dict[str, Any], record(name, {**rest, **watched}))
        return cast(dict[str, Any], record(name, properties))

    provisioners._cw_metric_alarm_record = record_first_metric


def issuer_is_on_this_machine() -> None:
    """Fetch the token issuer's documents from the local server that stands in for its name.

    The issuer's name stays the same whatever the port, and so do the stack and every token.
    """
    issuer, documents = (os.environ["LIKENESS_ISSUER"], os.environ["LIKENESS_ISSUER_DOCUMENTS"])
    fetch = apigateway._urlopen_async
    expect(inspect.iscoroutinefunction(fetch), "how the issuer's documents are fetched")

    async def fetch_locally(url: Any, seconds: float) -> Any:
        if isinstance(url, str) and url.startswith(issuer + "/"):
            url = documents + url.removeprefix(issuer)
        return await fetch(url, seconds)

    apigateway._urlopen_async = fetch_locally


def administration_is_closed() -> None:
    """Refuse `/_ministack/reset` and its kin: any web page could post to them."""
    expect_source(gateway._handle_admin_reset, "41b8f2f423862355")

    async def refuse(
        path: str, method: str, query: Any
    ) -> tuple[int, dict[str, str], bytes] | None:
        if path.startswith("/_ministack/") and method not in {"GET", "HEAD"}:
            return 403, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}'
        return None

    gateway._handle_admin_reset = refuse


def queues_keep_their_urls() -> None:
    """Name queues without the engine's port: state and functions know them by URL for good."""
    expect_source(sqs._queue_url_for_account, "84f56260ad93d787")
    expect_source(sqs._externalize_url, "099c52a72624664c")
    sqs.DEFAULT_HOST, sqs.DEFAULT_PORT = "sqs.us-east-1.localhost", "80"
    sqs._CANONICAL_NETLOC = f"{sqs.DEFAULT_HOST}:{sqs.DEFAULT_PORT}"


def batches_need_no_right_of_their_own() -> None:
    """`sqs:SendMessage` covers a batch; there is no such action as `sqs:SendMessageBatch`."""
    action_of = iam_actions.extract_iam_action
    expect_source(action_of, "ec476b92d969822b")

    def as_aws_names_it(*request: Any) -> str | None:
        action = cast(str | None, action_of(*request))
        if action is not None and action.startswith("sqs:"):
            return action.removesuffix("Batch")
        return action

    iam_actions.extract_iam_action = as_aws_names_it


def all_changes() -> None:
    """Make every change of this module; they do not depend on each other."""
    loopback_counts_as_tls()
    secrets_are_named_as_by_cloudformation()
    alarms_may_be_calculated()
    issuer_is_on_this_machine()
    administration_is_closed()
    queues_keep_their_urls()
    batches_need_no_right_of_their_own()
