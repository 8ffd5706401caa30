"""Scores and what follows from them: services/analyse_image.py, give_up_analysis.py,
judge_draws.py."""

from functools import partial
from random import Random

from shared.domain.analysis import ImageToAnalyse
from shared.domain.errors import NotFound
from shared.domain.generation import Brief, Generation, Item
from shared.domain.images import StoredImage
from shared.domain.likeness import Similarity
from shared.domain.work import JudgeDraws
from tests.simulation.calls import Call, Steps
from tests.simulation.handlers.settling import Settling
from tests.simulation.world import World

_SCORES = (None, 60.0, 65.0, 70.0, 75.0, 80.0, 90.0, 95.0)


def analysed(world: World, image: StoredImage) -> StoredImage:
    """What the look at a face finds: the same however often, and whoever looks."""
    assert image.generation_id is not None
    assert image.item_index is not None
    item = world.records[image.generation_id].items[image.item_index]
    seen = Random(f"{image.generation_id}/{image.item_index}/{item.calls}").choice(_SCORES)
    similarity = (
        Similarity.not_measured("no_face")
        if seen is None
        else Similarity.measured(seen, provider="dlib", model_version="1", source_version=1)
    )
    return image.model_copy(update={"similarity": similarity})


def given_up(image: StoredImage) -> StoredImage:
    similarity = Similarity.not_measured("analysis_failed")
    return image.model_copy(update={"similarity": similarity})


class Judging(Settling):
    """An image is good enough, or drawn again."""

    __slots__ = ()

    def analyse(self, work: ImageToAnalyse) -> Steps[None]:
        image = self.world.images[work.image_id]
        if image.awaits_analysis:
            yield from self.record_score(analysed(self.world, image))

    def give_up_analysis(self, work: ImageToAnalyse) -> Steps[None]:
        image = self.world.images[work.image_id]
        if image.awaits_analysis:
            yield from self.record_score(given_up(image))

    def record_score(self, image: StoredImage) -> Steps[None]:
        item: Item | None = yield Call(
            "generations.record_similarity", partial(self.world.record_similarity, image)
        )
        if item is not None and item.awaits_judgement:
            yield self.ingest(JudgeDraws(generation_id=item.generation_id, indexes=(item.index,)))
        yield Call("images.record_analysis", partial(self.world.record_analysis, image))

    def judge(self, work: JudgeDraws) -> Steps[None]:
        try:
            snapshot, brief = yield Call(
                "generations.load", lambda: self.world.load(work.generation_id)
            )
        except NotFound:
            return
        for item in snapshot.items:
            if item.index in work.indexes:
                yield from self.judge_item(snapshot.generation, brief, item)
        yield from self.finish_work(work.generation_id)

    def judge_item(self, generation: Generation, brief: Brief, item: Item) -> Steps[None]:
        yield from self.move(generation, item, self.rules.judged(generation, brief, item.index))
