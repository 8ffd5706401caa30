"""`likeness demo`: a photo of a face in, a pack of images of that person out."""

import time
from pathlib import Path

from rich.console import Console

from infra.local.demo.api import Api
from infra.local.demo.contact_sheet import write_contact_sheet
from infra.local.demo.photo import DEFAULT_PHOTO, DEFAULT_PHOTO_CREDIT, read_photo
from infra.local.demo.report import print_report
from infra.local.demo.review import review_variant
from infra.local.demo.run import Results, give_photo, make_images
from infra.local.demo.spending import spending
from infra.local.progress import telling
from infra.local.stack_runner import LocalStack
from infra.local.up import stop_on_signals

OWNER = "demo"


def run_demo(photo: Path | None, out: Path, port: int | None, state_dir: Path) -> int:
    """Runs the main job and writes what it made to `out`; 0 when every image came. Raises BadInput
    for what is no photo, and for one that fails its checks."""
    picture = read_photo(photo or DEFAULT_PHOTO)
    stop_on_signals()
    console = Console(highlight=False, soft_wrap=True)
    if photo is None:
        console.print(f"No photo given: using {DEFAULT_PHOTO_CREDIT}.")
    began = time.monotonic()
    with (
        telling(console) as say,
        LocalStack.start(port=port or 0, state_dir=state_dir, say=say) as stack,
    ):
        say("Drawing")
        with Api(stack.base_url, stack.token(OWNER, "paid")) as api:
            source = give_photo(api, picture)
            made = make_images(api, source, console, simulated=stack.simulators)
            say("Reviewing a variant")
            results = Results(source, made, review_variant(api, source))
            spent = spending(stack.simulators)
            write_contact_sheet(out, picture, results, api.download, note=spent)
        say("Stopping")
    print_report(console, made, out, seconds=time.monotonic() - began, note=spent)
    return 0 if all(one.complete for one in made) else 1
