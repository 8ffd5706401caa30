"""Where objects lie in the buckets. Of a caller's words only checked slugs are part of a key.

{owner}/renders/{generation_id}/{image_id}.{ext}               an image of words alone
{owner}/renders/{generation_id}/inputs/{n}.png                 an input picture, cleaned
{owner}/renders/{generation_id}/inputs/{n}.web.webp            a large one, as models see it
{owner}/characters/{character_id}/images/{image_id}.{ext}      an image of a character
{owner}/characters/{character_id}/source/{image_id}.{ext}      a picture of the person
{owner}/characters/{character_id}/variants/{type}/{image_id}.{ext}
{owner}/kits/{kit_id}/{slot}/{image_id}.{ext}                  of a kit; `source` is its photo
{owner}/uploads/{upload_id}                                    a file on its way in
{owner}/project_{project_id}/branch_{branch_id}/…              an image of a project
    master-assets/{asset_id}_{timestamp}_{random}.{ext}
    scene_{scene_id}/shot_{shot_id}/{job_type}_{timestamp}_{random}.{ext}
    inpaint/{asset_id}_{timestamp}_{random}.{ext}

`{owner}` is a hash of the token's subject; renditions lie beside the original. `{timestamp}` and
`{random}` are those of the image's id, so that a key tells whose object it is; an asset without
an id of its own is called by its generation's.
"""

import hashlib

from shared.domain.generation import Generation
from shared.domain.ids import Kind, born_at, id_of, is_id, random_of
from shared.domain.images import ImageFormat
from shared.domain.request import AssetPlace, JobType


def owner_folder(owner: str) -> str:
    """128 bits of SHA-256 in hexadecimal: says nothing of the person, fits every vendor's rules."""
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


def generated_image_key(
    generation: Generation, image_id: str, format_: ImageFormat, *, slot: str | None = None
) -> str:
    """With its project or its kit, else with its character when it shows one, else with its
    generation."""
    if slot is not None and generation.kit_id is not None:
        return kit_image_key(generation.owner, generation.kit_id, slot, image_id, format_)
    if generation.asset is not None:
        folder = f"{owner_folder(generation.owner)}/{_of_project(generation, generation.asset)}"
        return f"{folder}_{born_at(image_id)}_{random_of(image_id)}.{format_.extension}"
    if generation.draws_variant is not None and generation.character_id is not None:
        return variant_image_key(
            generation.owner,
            generation.character_id,
            generation.draws_variant,
            image_id,
            format_,
        )
    if generation.character_id is None:
        folder = f"renders/{generation.id}"
    else:
        folder = f"characters/{generation.character_id}/images"
    return f"{owner_folder(generation.owner)}/{folder}/{image_id}.{format_.extension}"


def _of_project(generation: Generation, asset: AssetPlace) -> str:
    branch = f"project_{asset.project_id}/branch_{asset.branch_id}"
    name = asset.asset_id or generation.id
    match asset.job_type:
        case JobType.MASTER_ASSET:
            return f"{branch}/master-assets/{name}"
        case JobType.INPAINT:
            return f"{branch}/inpaint/{name}"
        case _:
            return f"{branch}/scene_{asset.scene_id}/shot_{asset.shot_id}/{asset.job_type}"


def image_of_key(key: str) -> str | None:
    """The id of the picture that an object belongs to; None where the name does not tell."""
    name = key.rpartition("/")[2].partition(".")[0]
    if is_id(Kind.IMAGE, name):
        return name
    parts = name.rsplit("_", 2)
    return id_of(Kind.IMAGE, parts[1], parts[2]) if len(parts) == 3 else None


def generation_of_key(key: str) -> str | None:
    """The id of the generation that an input picture belongs to; None where it is none."""
    *_, name, folder, _ = ["", "", *key.split("/")]
    return name if folder == "inputs" and is_id(Kind.GENERATION, name) else None


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


def kit_image_key(owner: str, kit_id: str, slot: str, image_id: str, format_: ImageFormat) -> str:
    """`slot` is `source` for the photo that the kit is drawn after."""
    return f"{owner_folder(owner)}/kits/{kit_id}/{slot}/{image_id}.{format_.extension}"


def variant_image_key(
    owner: str, character_id: str, variant_type: str, image_id: str, format_: ImageFormat
) -> str:
    folder = f"{owner_folder(owner)}/characters/{character_id}/variants/{variant_type}"
    return f"{folder}/{image_id}.{format_.extension}"


def upload_key(owner: str, upload_id: str) -> str:
    return f"{owner_folder(owner)}/uploads/{upload_id}"
