"""`python -m tests.performance.costs_page` writes docs/costs.md; a test compares."""

from collections.abc import Iterator
from decimal import Decimal

from shared.domain.pricing.catalogue import PRICE_TABLE
from shared.domain.request import ProviderName
from tests.performance.costs import (
    ASSUMED,
    DATA,
    NAIVE,
    PATH,
    PRICES,
    Step,
    by_webhook,
    in_the_call,
    priced,
    provider_usd,
    the_look,
    the_workflow,
    usd_per_1000,
)
from tests.performance.counting import PACK, count_callbacks, count_portraits
from tests.performance.counting_kits import count_workflow, transitions

_HEAD = f"""# What it costs

<!-- written by `python -m tests.performance.costs_page`; a test compares -->

The operations are counted: a test runs a pack of {PACK} through the functions and counts every AWS
call and DynamoDB unit. The prices are dated data: AWS's of {DATA["as_of"]} ({DATA["region"]}),
the image models' of {PRICE_TABLE}.
"""
_LOOK = """Of images of a character, on top of the above, where the deployment looks at faces. With
Rekognition its two calls an image, about $2 for 1,000 images, outweigh all of it.
"""
_NOT_COUNTED = """## What is not in it

Stored bytes, bytes sent to viewers, logs and metrics, the file of archived events (one for all of
several seconds), the sweep of each minute and the collection
of each hour (16 index queries each, whatever the traffic, and pages of a listing) and the empty
receives of the triggers: none of them grows with a generation.
The secret of the providers is read once per environment and five minutes. A retry adds an attempt:
what it costs at the provider dwarfs all of the above.
"""


def text() -> str:
    """The whole page."""
    paths = {
        "The provider answers within the call (Gemini)": in_the_call(count_portraits()),
        "The provider calls back (Replicate)": by_webhook(count_callbacks()),
    }
    parts = [_HEAD, *_comparison(paths)]
    for title, path in paths.items():
        parts += [f"\n## {title}\n", *_steps(path), "", *_bill(path)]
    look = the_look(count_portraits())
    parts += ["\n## The look at faces\n", _LOOK, *_steps(look), "", *_bill(look)]
    workflow = the_workflow(count_workflow())
    parts += ["\n## The workflow of a kit\n", _workflow(), *_steps(workflow), "", *_bill(workflow)]
    return "\n".join([*parts, "", *_assumptions(), "", *_prices(), "", _NOT_COUNTED])


def _workflow() -> str:
    looks, usual = ASSUMED["looks_at_a_photo"], 7
    fewest, entered = transitions(usual, 0), transitions(usual, looks)
    usd = entered * PRICES["workflow_transition"]
    waiting = ASSUMED["provider_seconds"] * ASSUMED["memory_mb"]["worker"] / Decimal(1024)
    alone = waiting * PRICES["lambda_gb_second"]
    return f"""Of a reference kit of {PACK} slots, on top of its images. A kit of the {usual} slots
that there are enters {fewest} states, and three
more for each second that its photo has not been looked at: with {looks} of them {entered}
transitions, ${usd:.6f}. They are the larger part of it, and a {_share(usd, usual)} of what the
provider takes for the pictures.

The anchor is a message of its own, and the others share one, unless `max_concurrency` lets go
fewer at once. Where the provider answers within the call, a worker waits for each message: twice
for a kit, once for a pack, {waiting:.0f} GB-seconds and ${alone:.6f} each time.
"""


def _share(usd: Decimal, images: int) -> str:
    paid = images * provider_usd(ProviderName.GEMINI, 1)
    return f"{round(paid / usd):,}th"


def _comparison(paths: dict[str, list[Step]]) -> Iterator[str]:
    yield "| a pack of ten | at the provider | AWS | AWS for 1,000 images | ÷ naive | ÷ provider |"
    yield "|---|---|---|---|---|---|"
    answering, calling_back = paths.values()
    for words, provider, references, path in (
        ("portraits, Gemini", ProviderName.GEMINI, 1, answering),
        ("from words, Gemini", ProviderName.GEMINI, 0, answering),
        ("portraits, Replicate", ProviderName.REPLICATE, 1, calling_back),
        ("from words, Replicate", ProviderName.REPLICATE, 0, calling_back),
    ):
        paid, aws = provider_usd(provider, references), usd_per_1000(path)
        yield (
            f"| {words} | ${paid * PACK:.3f} | ${aws / 1000 * PACK:.6f} | ${aws:.4f} "
            f"| {aws / NAIVE:.2f} | {aws / 1000 / paid * 100:.2f} % |"
        )
    yield ""
    yield (
        f"The naive design is a blocking 1 GB function per image, a thumbnailer behind S3 events, "
        f"a table of idempotency keys and polling each second: ${NAIVE:.3f} for 1,000 images at "
        "the same prices. One repeated call to a provider costs as much as AWS's side of "
        f"{provider_usd(ProviderName.GEMINI, 1) * 1000 / usd_per_1000(answering):,.0f} images."
    )


def _steps(path: list[Step]) -> Iterator[str]:
    yield "| step | times in a pack | AWS calls each time | write units | read units |"
    yield "|---|---|---|---|---|"
    for step in path:
        calls = ", ".join(f"{n} × `{call}`" for call, n in sorted(step.took.calls.items()))
        units = f"{step.took.write_units:g} | {step.took.read_units:g}"
        yield f"| {step.name} | {step.times} | {calls} | {units} |"


def _bill(path: list[Step]) -> Iterator[str]:
    yield "| for 1,000 images | amount | USD |"
    yield "|---|---|---|"
    for name, amount, usd in priced(path):
        yield f"| {DATA['prices'][name]['what']} | {amount:,.0f} | {usd:.5f} |"
    yield f"| all | | {usd_per_1000(path):.5f} |"


def _assumptions() -> Iterator[str]:
    seconds = ASSUMED["seconds"]
    yield "## What is assumed"
    yield ""
    yield (
        f"A provider takes {ASSUMED['provider_seconds']} s for an image, and a client reads "
        f"{ASSUMED['reads_while_it_runs']} times meanwhile, as `Retry-After` bids it. Beside the "
        f"provider, the worker takes {seconds['work']} s for a pack; it starts ten predictions in "
        f"{seconds['start']} s and stores one image in {seconds['ingest']} s; the API and the "
        f"webhook answer in {seconds['api']} s; the face function looks at five pictures in "
        f"{seconds['look']} s. These are more than [performance.md]"
        "(performance.md) shows, because 1 GB of memory buys 0.58 of a processor."
    )
    yield ""
    yield (
        "A record's write is billed by the larger of its two sizes per started KB, twice in a "
        "transaction, and once more for each index it shows in. Where money and state move "
        "together, the transaction is worth the double units."
    )


def _prices() -> Iterator[str]:
    yield "| price | USD per million | source |"
    yield "|---|---|---|"
    for price in DATA["prices"].values():
        per_million = Decimal(price["usd"]) * 1_000_000
        yield f"| {price['what']} | {per_million:,.4g} | {price['source']} |"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
