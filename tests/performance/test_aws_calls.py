"""How many AWS calls a pack of ten takes: the count that its cost and its speed follow from."""

from tests.performance.counting import (
    ONCE_PER_MESSAGE,
    PACK,
    count_callbacks,
    count_portraits,
)


def test_a_pack_is_submitted_with_two_writes_and_one_read() -> None:
    assert count_portraits().submit.calls == {
        "dynamodb.GetItem": 1,
        "dynamodb.TransactWriteItems": 1,
        "sqs.SendMessage": 1,
    }


def test_an_image_drawn_within_the_call_takes_eight() -> None:
    per_image = {
        "s3.PutObject": 4,
        "dynamodb.PutItem": 1,  # claim
        "dynamodb.TransactWriteItems": 3,  # call, upload, completion
    }

    work = count_portraits().work.calls

    assert work - ONCE_PER_MESSAGE == {call: n * PACK for call, n in per_image.items()}
    assert sum(per_image.values()) == 8


def test_a_callback_is_one_call_until_it_is_durable() -> None:
    callback = count_callbacks().callback
    assert callback is not None
    assert callback.of("sqs") == callback.calls.total() == 1


def test_reading_is_one_query_however_many_images() -> None:
    assert count_portraits().read.calls == {"dynamodb.Query": 1}


def test_a_poll_that_comes_too_late_writes_nothing() -> None:
    late = count_callbacks().late_poll
    assert late is not None
    assert late.calls == {"dynamodb.Query": 1}
    assert late.write_units == 0


def test_a_look_at_a_picture_takes_six_calls() -> None:
    look = count_portraits().look
    assert look is not None
    assert look.calls == {
        "dynamodb.GetItem": 3 * PACK,  # the image, its character, the source's version
        "dynamodb.UpdateItem": 2 * PACK,  # the item that shows it, and the image
        "s3.GetObject": PACK,
    }


def test_a_pack_is_recorded_and_told_in_a_few_calls() -> None:
    tell = count_portraits().tell

    # 1 queued, 10 started, 10 completed, 10 stored, 1 pack; ten fit into a call.
    assert tell.events == 1 + 3 * PACK + 1
    assert tell.calls == {
        "dynamodb.BatchGetItem": 1,  # whose the images are
        "dynamodb.TransactWriteItems": 2,  # one for each batch in which a sum changes
        "events.PutEvents": 5,
        "sqs.SendMessageBatch": 1,  # ten pictures to be looked at
    }
