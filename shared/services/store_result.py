"""Store the image an attempt brought, and complete its item."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain import events as e
from shared.domain.closing import late_completion
from shared.domain.errors import BadOutput, InvalidImage, NotFound, StaleWrite
from shared.domain.generation import Attempt, Generation, Item, Status
from shared.domain.ids import IdFactory, Kind
from shared.domain.image_keys import generated_image_key, input_key
from shared.domain.images import Decoded, ImageFormat, Provenance, Rendition, StoredImage
from shared.domain.likeness import awaited
from shared.domain.ports import Clock, Counter, Generations, Images, ImageStore, Imaging
from shared.domain.request import JobType, ProviderName
from shared.domain.transitions import Ignored, Move, decide
from shared.services.moving import advance

_RACES = 4
_TELLTALES = frozenset({ProviderName.COMFYUI})
"""Providers whose pictures hold the whole graph they were made by, prompt and all."""
_DECODERS = 2
"""Pictures decoded at the same time: ten of 17 megapixels would not fit the worker's memory.
Inpainting holds three of 40, and is done one by one."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """Intent, objects, record, in this order: an object without a live record is an orphan
    that its pending record names; a live record always has its objects."""

    generations: Generations
    images: Images
    store: ImageStore
    imaging: Imaging
    clock: Clock
    new_id: IdFactory
    count: Counter
    measures_faces: bool
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DECODERS))
    inpainting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def __call__(
        self, *, generation: Generation, item: Item, attempt: Attempt, data: bytes
    ) -> None:
        """Raises BadOutput when `data` is no image; anything raised later leaves the item
        `uploading`, to be resumed."""
        try:
            data = await self.delivered(generation, attempt.provider, data)
            async with self.decoding:
                content = await asyncio.to_thread(self.imaging.inspect, data)
        except InvalidImage as exc:
            raise BadOutput("The provider's answer is not an image.") from exc
        image = self._intent(generation, item, attempt, content)
        event = e.GoodResult(attempt=attempt, image=image)
        decision = await asyncio.to_thread(advance, self.generations, item, event, self.clock)
        if isinstance(decision, Move):
            await self._finish(generation, decision.after, image, data)
        elif decision.item.status is Status.FAILED and not decision.item.is_final(self.clock()):
            await self._finish_late(generation, attempt, image, data)
        else:
            self.count("result_ignored", decision.reason)

    async def resume(self, *, generation: Generation, item: Item, data: bytes) -> None:
        """Stores the rest of an upload that another worker left, under the same keys."""
        assert item.image is not None, "an item uploads an image"
        await self._finish(generation, item, item.image, data)

    async def delivered(self, generation: Generation, provider: ProviderName, data: bytes) -> bytes:
        """What a provider made, as it is stored: an inpainted part goes back into its picture,
        whose other pixels stay as they were; what tells more than a picture should is cleaned,
        pixels unchanged. The same bytes each time. Raises InvalidImage, BadOutput."""
        if generation.asset is not None and generation.asset.job_type is JobType.INPAINT:
            async with self.inpainting:
                return await asyncio.to_thread(self._in_its_picture, generation, data)
        if provider not in _TELLTALES:
            return data
        async with self.decoding:
            return await asyncio.to_thread(self.imaging.clean_output, data)

    def _in_its_picture(self, generation: Generation, data: bytes) -> bytes:
        original, mask = (input_key(generation.owner, generation.id, n) for n in (0, 1))
        try:
            return self.imaging.composite(self.store.get(original), self.store.get(mask), data)
        except NotFound as exc:
            raise BadOutput("The picture that was to be changed has been deleted.") from exc

    def _intent(
        self, generation: Generation, item: Item, attempt: Attempt, content: Decoded
    ) -> StoredImage:
        now = self.clock()
        image_id = self.new_id(Kind.IMAGE, now)
        return StoredImage(
            id=image_id,
            owner=generation.owner,
            key=generated_image_key(generation, image_id, content.format, slot=item.slot),
            provenance=Provenance.GENERATED,
            created_at=now,
            content=content,
            character_id=generation.character_id,
            generation_id=generation.id,
            item_index=item.index,
            model=attempt.model,
            variant_id=item.variant_id,
            variant_type=generation.draws_variant,
            kit_id=generation.kit_id,
            slot=item.slot,
            similarity=awaited(
                generation.character_id, generation.kit_id, measures_faces=self.measures_faces
            ),
        )

    async def _finish(
        self, generation: Generation, item: Item, image: StoredImage, data: bytes
    ) -> None:
        stored = await self._put(generation, image, data)
        event = e.Stored(image=stored)
        decision = await asyncio.to_thread(advance, self.generations, item, event, self.clock)
        if isinstance(decision, Ignored):
            self.count("result_ignored", decision.reason)

    async def _finish_late(
        self, generation: Generation, attempt: Attempt, image: StoredImage, data: bytes
    ) -> None:
        await asyncio.to_thread(self.images.add, image)
        stored = await self._put(generation, image, data)
        event = e.LateResult(attempt=attempt, image=stored)
        await asyncio.to_thread(self._complete_late, generation.id, attempt.index, event)

    def _complete_late(self, generation_id: str, index: int, event: e.LateResult) -> None:
        for _ in range(_RACES):
            snapshot = self.generations.get(generation_id)
            decision = decide(snapshot.items[index], event, self.clock())
            if isinstance(decision, Ignored):
                self.count("result_ignored", decision.reason)
                return
            try:
                self.generations.complete_late(late_completion(snapshot, decision))
            except StaleWrite:
                continue
            return
        raise StaleWrite("the generation changes faster than a late image can be added")

    async def _put(self, generation: Generation, image: StoredImage, data: bytes) -> StoredImage:
        """The original and its renditions side by side; a rendition that cannot be made is
        left out and counted, for it never fails the image."""
        original = asyncio.to_thread(
            self.store.put, image.key, data, image.content.format.media_type
        )
        _, made = await asyncio.gather(original, self._put_renditions(generation, image, data))
        return image.model_copy(update={"renditions": made})

    async def _put_renditions(
        self, generation: Generation, image: StoredImage, data: bytes
    ) -> frozenset[Rendition]:
        try:
            async with self.decoding:
                renditions: Mapping[Rendition, bytes] = await asyncio.to_thread(
                    self.imaging.renditions,
                    data,
                    generated=True,
                    exact_size=generation.exact_size,
                )
        except InvalidImage as exc:
            self.count("rendition_failed", exc.reason)
            return frozenset()
        puts = (
            asyncio.to_thread(
                self.store.put, image.rendition_key(name), blob, ImageFormat.WEBP.media_type
            )
            for name, blob in renditions.items()
        )
        await asyncio.gather(*puts)
        return frozenset(renditions)
