"""Runs inside the bundle of face analysis: looks at the picture named on the command line as often
as is said after it, and prints what each time took, and what memory the process needed at most."""

import json
import sys
import time
from pathlib import Path

_STATUS = Path("/proc/self/status")


def _megabytes(field: str) -> float:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


bare = _megabytes("VmRSS")

from functions.face_analysis import handler  # noqa: E402  # all that the function holds
from shared.adapters.faces_dlib import DlibFaces  # noqa: E402
from shared.domain.generation import Status  # noqa: E402
from shared.domain.images import ImageStatus  # noqa: E402
from shared.domain.likeness import Similarity  # noqa: E402
from shared.services.analyse_image import AnalyseImage, RecordScore  # noqa: E402
from shared.services.analyse_kit import AnalyseKit  # noqa: E402
from shared.services.analyse_source import AnalyseSource  # noqa: E402
from tests.builders import ADA, a_character, a_snapshot, a_source, an_image  # noqa: E402
from tests.fake_memory import Memory  # noqa: E402
from tests.fake_outside import FakeImages, FakeImageStore, FakeWorkQueue  # noqa: E402
from tests.fake_reference_kits import FakeReferenceKits  # noqa: E402
from tests.fakes import FakeCharacters, FakeGenerations  # noqa: E402

assert callable(handler.lambda_handler)
picture, times = Path(sys.argv[1]).read_bytes(), int(sys.argv[2])
memory, store, analyzer = Memory(), FakeImageStore(), DlibFaces()
assert len(analyzer.read(picture).faces) == 1
characters, images = FakeCharacters(memory), FakeImages(memory)
analyse = AnalyseImage(
    record_score=RecordScore(images, FakeGenerations(memory), FakeWorkQueue()),
    characters=characters,
    store=store,
    analyzer=analyzer,
    analyse_source=AnalyseSource(characters, store, analyzer),
    analyse_kit=AnalyseKit(FakeReferenceKits(memory), store, analyzer),
)

somebody = a_character()
source = a_source(somebody)
memory.characters[somebody.id] = somebody.model_copy(update={"source": source})
memory.sources[somebody.id] = {source.version: source}
store.put(source.image.key, picture, "image/png")
milliseconds = []
for number in range(times + 1):
    snapshot = a_snapshot(number + 1, items=1, character_id=somebody.id)
    image = an_image(
        snapshot.generation,
        number=number + 1,
        status=ImageStatus.LIVE,
        similarity=Similarity.pending(),
    )
    item = snapshot.items[0].model_copy(update={"status": Status.COMPLETED, "image": image})
    memory.generations[snapshot.generation.id] = snapshot.generation
    memory.items[snapshot.generation.id] = {0: item}
    memory.images[image.id] = image
    store.put(image.key, picture, "image/png")
    began = time.process_time()
    analyse(owner=ADA, image_id=image.id)
    milliseconds.append((time.process_time() - began) * 1000)
    found = images.get(ADA, image.id).similarity
    assert found is not None, image.id
    assert found.score == 100, found

# The first one's source is read as well.
print(json.dumps({"milliseconds": milliseconds[1:], "megabytes": _megabytes("VmHWM") - bare}))
