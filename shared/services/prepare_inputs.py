"""Get the input pictures of a generation ready for a model: read, proven, cleaned, kept."""

import asyncio
from dataclasses import dataclass, field
from struct import unpack_from

from shared.domain.errors import (
    FailureClass,
    InvalidImage,
    LikenessError,
    NotFound,
    TooLarge,
    Unavailable,
    UnsafeUrl,
    UploadExpired,
)
from shared.domain.generation import Brief, Failure, FailureStage, Generation
from shared.domain.image_input import InputSource
from shared.domain.image_keys import input_key, input_keys, shown_input_key
from shared.domain.images import ImageFormat, Rendition
from shared.domain.ports import Downloads, Generations, ImageStore, Imaging, UploadStore
from shared.domain.provider import ReferencePicture
from shared.domain.request import OutputSize
from shared.domain.upload import MAX_UPLOAD_BYTES
from shared.services.gather_references import LARGEST_ORIGINAL, GatherReferences

_FETCH_SECONDS = 15.0
_MASK_SIZE = Failure(
    code="mask_size_mismatch",
    failure_class=FailureClass.PERMANENT,
    stage=FailureStage.VALIDATING,
    message="The mask has another size than the picture.",
)


@dataclass(frozen=True, slots=True)
class PrepareInputs:
    """Once per message, before anything is claimed. What is prepared is kept under a key that
    is known beforehand: whoever comes again finds it, and the source is read but once."""

    generations: Generations
    upload_store: UploadStore
    store: ImageStore
    downloads: Downloads
    imaging: Imaging
    gather_references: GatherReferences
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def __call__(
        self, generation: Generation, brief: Brief
    ) -> tuple[ReferencePicture, ...] | Failure:
        """In the order of the request. A Failure when one of them is no use; raises
        Unavailable when a store of ours is away."""
        if not brief.inputs:
            return ()
        made = await asyncio.gather(
            *(
                self._one(generation, index, source, keep=brief.request.inpaints)
                for index, source in enumerate(brief.inputs)
            ),
            return_exceptions=True,
        )
        unforeseen = [one for one in made if isinstance(one, BaseException)]
        if unforeseen:
            raise unforeseen[0]
        failures = [one for one in made if isinstance(one, Failure)]
        if failures:
            return failures[0]
        pictures = tuple(one for one in made if isinstance(one, ReferencePicture))
        if brief.request.inpaints and pictures[0].size != pictures[1].size:
            return _MASK_SIZE
        return pictures

    async def _one(
        self, generation: Generation, index: int, source: InputSource, *, keep: bool
    ) -> ReferencePicture | Failure:
        """An image of ours is shown as it lies, unless a copy must be kept: what is inpainted
        goes back into its picture."""
        try:
            if source.image is not None and not keep:
                return await asyncio.to_thread(self.gather_references.picture, source.image)
            return (
                await asyncio.to_thread(self._kept, generation, index)
                or await self._taken_over(generation, index)
                or await self._prepared(generation, index, source)
            )
        except (InvalidImage, UnsafeUrl, NotFound, UploadExpired, TooLarge) as error:
            return _failure(error, source)

    def _kept(self, generation: Generation, index: int) -> ReferencePicture | None:
        """What another worker prepared for this generation."""
        key = input_key(generation.owner, generation.id, index)
        try:
            return self._shown(key, self.store.get(key))
        except NotFound:
            return None

    async def _taken_over(self, generation: Generation, index: int) -> ReferencePicture | None:
        """What was prepared for the generation that this one repeats, kept for this one, too: the
        other may be deleted, and a picture that is changed in part is read again at the end."""
        if generation.retry_of is None:
            return None
        earlier = input_key(generation.owner, generation.retry_of, index)
        try:
            clean = await asyncio.to_thread(self.store.get, earlier)
        except NotFound:
            return None
        return await self._kept_for(generation, index, clean)

    async def _prepared(
        self, generation: Generation, index: int, source: InputSource
    ) -> ReferencePicture:
        data = await self._read(source)
        declared = source.upload.format if source.upload is not None else None
        async with self.decoding:  # A picture of 12 megapixels takes 50 MB of memory.
            clean, _ = await asyncio.to_thread(self.imaging.clean, data, declared)
        return await self._kept_for(generation, index, clean)

    async def _kept_for(self, generation: Generation, index: int, clean: bytes) -> ReferencePicture:
        async with self.decoding:
            smaller = await asyncio.to_thread(self._smaller, clean)
        key = input_key(generation.owner, generation.id, index)
        return await asyncio.to_thread(self._keep, generation, key, clean, smaller)

    async def _read(self, source: InputSource) -> bytes:
        if source.upload is not None:
            data, _ = await asyncio.to_thread(self.upload_store.read, source.upload)
            return data
        if source.image is not None:
            return await asyncio.to_thread(self.store.get, source.image.key)
        assert source.url is not None, "an input has one source"
        try:
            return await self.downloads.fetch(
                source.url, max_bytes=MAX_UPLOAD_BYTES, seconds=_FETCH_SECONDS
            )
        except Unavailable as exc:
            raise NotFound("There is no picture to be had at this address.") from exc

    def _smaller(self, clean: bytes) -> bytes | None:
        if len(clean) <= LARGEST_ORIGINAL:
            return None
        return self.imaging.renditions(clean, generated=False)[Rendition.WEB]

    def _keep(
        self, generation: Generation, key: str, clean: bytes, smaller: bytes | None
    ) -> ReferencePicture:
        """The smaller copy first: where the picture lies, all of it lies. Deletion closes a
        generation before it erases, so what is kept for a closed one goes again."""
        if smaller is not None:
            self.store.put(shown_input_key(key), smaller, ImageFormat.WEBP.media_type)
        self.store.put(key, clean, ImageFormat.PNG.media_type)
        if self._is_over(generation.id):
            self.store.delete(input_keys(generation))
            raise NotFound("The generation has ended.")
        return self._shown(key, clean, smaller)

    def _is_over(self, generation_id: str) -> bool:
        try:
            return self.generations.get(generation_id).generation.closed
        except NotFound:
            return True

    def _shown(self, key: str, clean: bytes, smaller: bytes | None = None) -> ReferencePicture:
        """Its size is read where every PNG has it: ours are all PNG."""
        width, height = unpack_from(">II", clean, 16)
        size = OutputSize(width=width, height=height)
        if len(clean) <= LARGEST_ORIGINAL:
            url = self.store.url(key)
            return ReferencePicture(data=clean, format=ImageFormat.PNG, url=url, size=size)
        key = shown_input_key(key)
        data = smaller or self.store.get(key)
        return ReferencePicture(
            data=data, format=ImageFormat.WEBP, url=self.store.url(key), size=size
        )


def _failure(error: LikenessError, source: InputSource) -> Failure:
    match error:
        case NotFound() if source.url is not None:
            code, message = (
                "url_unreachable",
                "An input picture cannot be had at its address.",
            )
        case NotFound():
            code, message = "input_missing", "An input picture has been deleted."
        case TooLarge():
            code, message = "invalid_image", "An input picture is too large."
        case _:
            code, message = error.code, error.message
    return Failure(
        code=code,
        failure_class=FailureClass.PERMANENT,
        stage=FailureStage.VALIDATING,
        message=message,
    )
