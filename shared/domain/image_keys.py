"""Where objects lie in the buckets. No text of a caller is ever part of a key.

{owner}/renders/{generation_id}/{image_id}.{ext}               an image of words alone
{owner}/renders/{generation_id}/inputs/{n}.png                 an input picture, cleaned
{owner}/renders/{generation_id}/inputs/{n}.web.webp            a large one, as models see it
{owner}/characters/{character_id}/images/{image_id}.{ext}      an image of a character
{owner}/characters/{character_id}/source/{image_id}.{ext}      a picture of the person
{owner}/uploads/{upload_id}                                    a file on its way in

`{owner}` is a hash of the token's subject; renditions lie beside the original.
"""

import hashlib

from shared.domain.generation import Generation
from shared.domain.images import ImageFormat


def owner_folder(owner: str) -> str:
    """128 bits of SHA-256 in hexadecimal: says nothing of the person, fits every vendor's rules."""
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


def generated_image_key(generation: Generation, image_id: str, format_: ImageFormat) -> str:
    """With its character when it shows one, else with its generation."""
    if generation.character_id is None:
        folder = f"renders/{generation.id}"
    else:
        folder = f"characters/{generation.character_id}/images"
    return f"{owner_folder(generation.owner)}/{folder}/{image_id}.{format_.extension}"


def input_key(owner: str, generation_id: str, index: int) -> str:
    """Known beforehand, so that a second worker finds what the first one prepared."""
    return f"{owner_folder(owner)}/renders/{generation_id}/inputs/{index:02}.png"


def shown_input_key(key: str) -> str:
    """Beside the input picture: the smaller copy that models see of a large one."""
    return f"{key.removesuffix('.png')}.web.webp"


def input_keys(generation: Generation) -> list[str]:
    """All that the inputs of a generation may own."""
    keys = [input_key(generation.owner, generation.id, index) for index in range(generation.inputs)]
    return [*keys, *map(shown_input_key, keys)]


def source_image_key(owner: str, character_id: str, image_id: str, format_: ImageFormat) -> str:
    folder = f"{owner_folder(owner)}/characters/{character_id}/source"
    return f"{folder}/{image_id}.{format_.extension}"


def upload_key(owner: str, upload_id: str) -> str:
    return f"{owner_folder(owner)}/uploads/{upload_id}"
