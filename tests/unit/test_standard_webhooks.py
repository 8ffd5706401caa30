"""The webhook verifier: agrees with the reference library, and fails in one way only."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from shared.adapters.standard_webhooks import verify
from shared.domain.errors import InvalidSignature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BODY = b'{"id":"ufawqhfynnddngldkgtslldrkq","status":"succeeded"}'


def signed(
    body: bytes = BODY,
    *,
    secret: str = SECRET,
    message_id: str = "msg_2LJ3pYk0rPcQ8nVQxkH8hQGZbUq",
    sent_at: datetime = NOW,
) -> dict[str, str]:
    """Headers as the reference library signs them."""
    signature = Webhook(secret).sign(message_id, sent_at, body.decode())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": signature,
    }


def check(headers: Mapping[str, str], body: bytes = BODY, *secrets: str) -> None:
    verify(headers, body, secrets=secrets or (SECRET,), now=NOW)


@pytest.mark.parametrize(
    ("secret", "message_id", "timestamp", "body", "signature"),
    [
        (
            SECRET,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            OTHER_SECRET,
            "msg_2LJ3pYk0rPcQ8nVQxkH8hQGZbUq",
            1795190400,
            BODY[:-1] + b',"output":"https://replicate.delivery/xezq/abc/tmp1.webp"}',
            "v1,gy9BgxEzHxAHtJyI+XNZgJ1/hoXGJPIfvFAq4E+qQE8=",
        ),
    ],
    ids=["published by Svix", "shaped like Replicate's"],
)
def test_known_vectors_are_accepted(
    secret: str, message_id: str, timestamp: int, body: bytes, signature: str
) -> None:
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }
    now = datetime.fromtimestamp(timestamp, UTC)
    verify(headers, body, secrets=[secret], now=now)
    with pytest.raises(InvalidSignature):
        verify(headers, body + b" ", secrets=[secret], now=now)


@given(
    body=st.text(st.characters(exclude_categories=["Cs"])),
    message_id=st.from_regex(r"msg_[A-Za-z0-9]{1,40}", fullmatch=True),
    key=st.binary(min_size=24, max_size=64),
)
def test_what_the_reference_library_signs_is_accepted(
    body: str, message_id: str, key: bytes
) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = signed(body.encode(), secret=secret, message_id=message_id)
    verify(headers, body.encode(), secrets=[secret], now=NOW)


@given(st.data())
def test_a_changed_byte_is_refused_here_and_by_the_reference_library(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(BODY) - 1))
    flip = data.draw(st.integers(1, 127))
    body = BODY[:place] + bytes([(BODY[place] ^ flip) & 0x7F]) + BODY[place + 1 :]
    now = datetime.now(UTC)  # the library knows no other clock
    headers = signed(sent_at=now)
    verify(headers, BODY, secrets=[SECRET], now=now)
    with pytest.raises(InvalidSignature):
        verify(headers, body, secrets=[SECRET], now=now)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


@pytest.mark.parametrize("age", [-300, -299, 0, 299, 300])
def test_a_time_within_five_minutes_is_accepted(age: int) -> None:
    check(signed(sent_at=NOW - timedelta(seconds=age)))


@pytest.mark.parametrize("age", [-86400, -301, 301, 86400])
def test_a_time_beyond_five_minutes_is_refused_though_well_signed(age: int) -> None:
    with pytest.raises(InvalidSignature):
        check(signed(sent_at=NOW - timedelta(seconds=age)))


def test_header_names_are_read_in_any_case() -> None:
    check({name.title(): value for name, value in signed().items()})


def test_both_secrets_are_accepted_while_one_is_rotated() -> None:
    check(signed(secret=SECRET), BODY, OTHER_SECRET, SECRET)
    check(signed(secret=OTHER_SECRET), BODY, OTHER_SECRET, SECRET)


def test_blanks_around_a_secret_do_no_harm() -> None:
    check(signed(), BODY, f" {SECRET}\n")


def test_a_misspelt_secret_accepts_nothing() -> None:
    with pytest.raises(InvalidSignature):
        check(signed(), BODY, SECRET[:10] + "!" + SECRET[10:])


@pytest.mark.parametrize("message_id", ["msg_1.2", "msg 1", "msg_1\n", "msg_é", "", "m" * 257])
def test_an_id_that_could_be_misread_is_refused_though_well_signed(message_id: str) -> None:
    check(signed(message_id="m" * 256))
    with pytest.raises(InvalidSignature):
        check(signed(message_id=message_id))


def test_a_retired_secret_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        check(signed(secret=SECRET), BODY, OTHER_SECRET)


def test_one_fitting_signature_among_several_is_enough() -> None:
    headers = signed()
    wrong = signed(secret=OTHER_SECRET)["webhook-signature"]
    headers["webhook-signature"] = f"{wrong} v1a,ed25519 v2,x  {headers['webhook-signature']}"
    check(headers)


def test_a_body_that_is_no_text_is_judged_by_its_bytes() -> None:
    with pytest.raises(InvalidSignature):
        check(signed(), b"\xff\xfe\x00")


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_!!!", "whsec_é", "whsec_A"])
def test_a_secret_that_everybody_could_guess_accepts_nothing(secret: str) -> None:
    headers = signed()
    guessed = Webhook("whsec_AAAA").sign(headers["webhook-id"], NOW, BODY.decode())
    empty = signed(secret="whsec_" + "A" * 32)["webhook-signature"]
    for signature in (headers["webhook-signature"], guessed, empty):
        headers["webhook-signature"] = signature
        with pytest.raises(InvalidSignature):
            check(headers, BODY, secret)
    check(signed(), BODY, secret, SECRET)


def test_without_secrets_nothing_is_accepted() -> None:
    with pytest.raises(InvalidSignature):
        verify(signed(), BODY, secrets=[], now=NOW)


GOOD = signed()["webhook-signature"]
STAMP = str(int(NOW.timestamp()))
BAD_HEADERS: dict[str, dict[str, str | None]] = {
    "no id": {"webhook-id": None},
    "no timestamp": {"webhook-timestamp": None},
    "no signature": {"webhook-signature": None},
    "empty id": {"webhook-id": ""},
    "id with a dot": {"webhook-id": "msg_1.2"},
    "id with a blank": {"webhook-id": "msg 1"},
    "id with a line end": {"webhook-id": "msg_1\n"},
    "id outside ASCII": {"webhook-id": "msg_é"},
    "id with a lone surrogate": {"webhook-id": "msg_\ud800"},
    "endless id": {"webhook-id": "m" * 100_000},
    "another id": {"webhook-id": "msg_other"},
    "empty timestamp": {"webhook-timestamp": ""},
    "timestamp nan": {"webhook-timestamp": "nan"},
    "timestamp infinite": {"webhook-timestamp": "1e400"},
    "timestamp with a fraction": {"webhook-timestamp": f"{STAMP}.0"},
    "timestamp negative": {"webhook-timestamp": f"-{STAMP}"},
    "timestamp with a plus": {"webhook-timestamp": f"+{STAMP}"},
    "timestamp with a blank": {"webhook-timestamp": f" {STAMP}"},
    "timestamp with a line end": {"webhook-timestamp": f"{STAMP}\n"},
    "timestamp with underscores": {"webhook-timestamp": "1_795_190_400"},
    "timestamp of 30 digits": {"webhook-timestamp": "9" * 30},
    "timestamp of 5,000 digits": {"webhook-timestamp": "9" * 5000},
    "timestamp in Arabic digits": {
        "webhook-timestamp": STAMP.translate({48 + n: 0x660 + n for n in range(10)})
    },
    "timestamp hexadecimal": {"webhook-timestamp": "0x6b000000"},
    "timestamp one second off": {"webhook-timestamp": str(int(STAMP) + 1)},
    "empty signature": {"webhook-signature": ""},
    "signature of blanks": {"webhook-signature": "   "},
    "version without a comma": {"webhook-signature": "v1"},
    "version without a signature": {"webhook-signature": "v1,"},
    "no version": {"webhook-signature": GOOD.removeprefix("v1,")},
    "another version": {"webhook-signature": GOOD.replace("v1,", "v2,")},
    "version in capitals": {"webhook-signature": GOOD.replace("v1,", "V1,")},
    "bad base64": {"webhook-signature": "v1,@@@@"},
    "signature cut short": {"webhook-signature": GOOD[:-4]},
    "signature with a tail": {"webhook-signature": GOOD + "A"},
    "signature outside ASCII": {"webhook-signature": "v1,é"},
    "signature with a lone surrogate": {"webhook-signature": "v1,\ud800"},
    "signatures parted by commas": {"webhook-signature": f"v1,AAAA,{GOOD}"},
    "a thousand signatures": {"webhook-signature": " ".join(["v1,AAAA"] * 999 + [GOOD])},
    "a thousand after the good one": {"webhook-signature": " ".join([GOOD] + ["v1,AAAA"] * 999)},
    "id twice, in two cases": {"Webhook-Id": "msg_2LJ3pYk0rPcQ8nVQxkH8hQGZbUq"},
    "signature twice, in two cases": {"WEBHOOK-SIGNATURE": GOOD},
    "timestamp twice, in two cases": {"Webhook-Timestamp": STAMP},
}


@pytest.mark.parametrize("change", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_malformed_headers_are_refused_with_the_same_words(change: dict[str, str | None]) -> None:
    headers = {k: v for k, v in {**signed(), **change}.items() if v is not None}
    with pytest.raises(InvalidSignature) as refused:
        check(headers)
    assert refused.value.message == "The webhook's signature is not valid."
    assert refused.value.details == {}


ANY_TEXT = st.one_of(
    st.text(), st.text(st.characters(codec=None)), st.sampled_from([GOOD, STAMP, "v1,", "nan"])
)


@given(
    headers=st.one_of(
        st.dictionaries(ANY_TEXT, ANY_TEXT),
        st.fixed_dictionaries(
            {
                "webhook-id": st.one_of(ANY_TEXT, st.just("msg_1")),
                "webhook-timestamp": st.one_of(ANY_TEXT, st.just(STAMP)),
                "webhook-signature": st.one_of(ANY_TEXT, ANY_TEXT.map("v1,{}".format)),
            }
        ),
    ),
    body=st.binary(),
    secrets=st.lists(st.one_of(ANY_TEXT, st.just(SECRET)), max_size=3),
)
def test_no_input_gets_anything_but_a_refusal(
    headers: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    with pytest.raises(InvalidSignature):
        verify(headers, body, secrets=secrets, now=NOW)
