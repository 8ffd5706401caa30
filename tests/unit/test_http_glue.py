"""The glue between events and services: settings, callers, problems, forms, metrics."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import errors
from shared.domain.errors import Invalid, LikenessError, TooLarge
from shared.domain.quota import Allowance
from shared.domain.request import Plan, ProviderName
from shared.runtime.binding import caller
from shared.runtime.incoming import Incoming
from shared.runtime.json_text import parse_json
from shared.runtime.multipart import parse_multipart
from shared.runtime.observability import count, metrics
from shared.runtime.problems import Unauthenticated, problem, status_of
from shared.runtime.settings import ApiSettings, MissingSetting, SweeperSettings

ENVIRONMENT = {
    "TABLE_NAME": "t",
    "IMAGES_BUCKET": "i",
    "UPLOADS_BUCKET": "u",
    "WORK_PRIORITY_QUEUE_URL": "p",
    "WORK_STANDARD_QUEUE_URL": "s",
    "INGEST_QUEUE_URL": "q",
    "FREE_IN_FLIGHT": "1",
    "PAID_IN_FLIGHT": "5",
    "FREE_MONTHLY_IMAGES": "50",
    "PAID_MONTHLY_IMAGES": "2000",
    "FREE_REQUESTS_PER_MINUTE": "60",
    "PAID_REQUESTS_PER_MINUTE": "90",
    "IMAGE_PROVIDERS": "replicate, gemini",
    "FACE_ANALYZER": "none",
}


def test_settings_are_read_by_name_and_type() -> None:
    settings = ApiSettings.read(ENVIRONMENT)

    assert not settings.measures_faces
    assert settings.image_providers == (ProviderName.REPLICATE, ProviderName.GEMINI)
    assert settings.limits.of(Plan.PAID) == Allowance(
        in_flight=5, monthly_images=2000, requests_per_minute=90
    )
    assert settings.limits.of(Plan.FREE) == Allowance(
        in_flight=1, monthly_images=50, requests_per_minute=60
    )


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_missing_variable_is_named(name: str) -> None:
    for value in ({}, {name: ""}):
        with pytest.raises(MissingSetting, match=name):
            ApiSettings.read({k: v for k, v in ENVIRONMENT.items() if k != name} | value)


@pytest.mark.parametrize(
    ("name", "value"), [("FREE_IN_FLIGHT", "one"), ("IMAGE_PROVIDERS", "gemini,dalle")]
)
def test_a_variable_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(MissingSetting, match=name):
        ApiSettings.read(ENVIRONMENT | {name: value})


def test_a_role_reads_only_what_it_needs() -> None:
    kept = {f"RETENTION_{what}_DAYS": "0" for what in ("GENERATIONS", "REJECTED_VARIANTS")}
    sweeper = {"COLLECTOR_DRY_RUN": "false", "KIT_WORKFLOW_ARN": "w"} | kept
    queues = {name: ENVIRONMENT[name] for name in ENVIRONMENT if name.endswith("_QUEUE_URL")}
    stores = {name: ENVIRONMENT[name] for name in ("TABLE_NAME", "IMAGES_BUCKET", "UPLOADS_BUCKET")}

    assert SweeperSettings.read(stores | queues | sweeper).table_name == "t"


def incoming(claims: Any) -> Incoming:
    return Incoming({"requestContext": {"authorizer": {"jwt": {"claims": claims}}}})


@pytest.mark.parametrize(
    ("groups", "plan"),
    [
        ("[paid]", Plan.PAID),
        ("[staff paid]", Plan.PAID),
        ("[staff, paid]", Plan.PAID),
        ("paid", Plan.PAID),
        (["paid"], Plan.PAID),
        ("[unpaid]", Plan.FREE),
        ("[paid-later]", Plan.FREE),
        ("[]", Plan.FREE),
        (None, Plan.FREE),
    ],
)
@pytest.mark.parametrize("claim", ["cognito:groups", "groups"])
def test_the_plan_is_a_group_of_the_token(claim: str, groups: Any, plan: Plan) -> None:
    assert caller(incoming({"sub": "ada", claim: groups})).plan is plan


@pytest.mark.parametrize("claims", [{}, {"sub": ""}, {"sub": 5}, {"username": "ada"}])
def test_without_a_subject_nobody_calls(claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        caller(incoming(claims))


def every_error(kind: type[LikenessError] = LikenessError) -> list[type[LikenessError]]:
    return [kind, *(each for sub in kind.__subclasses__() for each in every_error(sub))]


@pytest.mark.parametrize("kind", every_error())
def test_every_error_has_a_status_that_says_whose_fault_it_is(kind: type[LikenessError]) -> None:
    error = kind.__new__(kind)

    assert 400 <= status_of(error) < 600
    assert (status_of(error) >= 500) == (
        kind in (LikenessError, errors.Unavailable, errors.StaleWrite)
        or issubclass(kind, errors.ProviderError)
    )


def test_details_of_an_error_stand_beside_the_members_of_every_problem() -> None:
    error = errors.InFlightLimit("Too many.", generation_ids=["gen_1"])

    made = problem(error, "req-1")

    assert made["generation_ids"] == ["gen_1"]
    assert (made["status"], made["code"], made["request_id"]) == (409, "in_flight_limit", "req-1")
    assert made["errors"] == []


def test_a_detail_never_hides_a_member_of_the_problem() -> None:
    made = problem(errors.AlreadyFinal("Done.", status="completed"), "req-1")

    assert made["status"] == 409


def test_a_form_keeps_binary_content_as_it_is() -> None:
    data = b"\x00\r\n--edg\r\n\r\n\xff"
    body = b"\r\n".join(
        [
            b"preamble",
            b"--edge",
            b"content-disposition: FORM-DATA; name=file; filename*=utf-8''%e2%82%ac.png",
            b"Content-Type: image/PNG",
            b"",
            data,
            b"--edge--",
            b"epilogue --edge",
        ]
    )

    part = parse_multipart(body, 'multipart/form-data; boundary="edge"')["file"]

    assert (part.data, part.media_type) == (data, "image/png")


def test_two_parts_of_one_name_are_refused() -> None:
    part = b'--e\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'

    with pytest.raises(Invalid):
        parse_multipart(part * 2 + b"--e--", "multipart/form-data; boundary=e")


def test_a_form_of_a_thousand_parts_is_refused() -> None:
    parts = b"".join(
        f'--e\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n1\r\n'.encode()
        for n in range(1000)
    )

    with pytest.raises(Invalid):
        parse_multipart(parts + b"--e--", "multipart/form-data; boundary=e")


@given(st.binary(max_size=200), st.text(max_size=60))
def test_no_form_breaks_the_parser(body: bytes, boundary: str) -> None:
    try:
        parse_multipart(body, f"multipart/form-data; boundary={boundary}")
        parse_multipart(b"--e\r\n" + body + b"\r\n--e--", "multipart/form-data; boundary=e")
    except (Invalid, TooLarge):
        return


@given(st.binary(max_size=200))
def test_no_bytes_break_the_json_parser(data: bytes) -> None:
    try:
        parse_json(data)
    except Invalid:
        return


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )
)
def test_json_survives_the_parser(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value


def test_events_are_counted_in_all_and_by_reason(capsys: pytest.CaptureFixture[str]) -> None:
    count("request_refused", "not_found")
    count("request_refused", "not_found")

    metrics().flush_metrics()

    line = json.loads(capsys.readouterr().out)
    assert line["request_refused"] == [1.0, 1.0]
    assert line["request_refused.not_found"] == [1.0, 1.0]


def test_nothing_counted_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    metrics().flush_metrics()

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["generations", "characters", "worker", "face_analysis"])
def test_importing_a_handler_needs_no_environment_and_no_heavy_sdk(name: str) -> None:
    code = (
        f"import functions.{name}.handler, sys;"
        "heavy = {'boto3', 'botocore.session', 'PIL', 'httpx', 'google.genai', 'replicate',"
        "'numpy', 'dlib'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env={}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
