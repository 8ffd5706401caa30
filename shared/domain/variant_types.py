"""The variant types that we know how to frame and to check; any other slug is a type, too."""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from shared.domain.entity import Entity
from shared.domain.quality import PictureKind

_FILE: Final = Path(__file__).with_name("variant_types.json")


class VariantType(Entity):
    """`framing` is what a model is told, `kind` what its pictures are checked as."""

    slug: str
    kind: PictureKind
    framing: str


@cache
def _known() -> dict[str, VariantType]:
    rows = TypeAdapter(list[VariantType]).validate_json(_FILE.read_bytes())
    return {row.slug: row for row in rows}


def known_types() -> tuple[VariantType, ...]:
    return tuple(_known().values())


def variant_type(slug: str) -> VariantType:
    """Of a type that is the caller's own, the slug's words are all that is known."""
    own = VariantType(slug=slug, kind=PictureKind.FREE, framing=slug.translate(_WORDS))
    return _known().get(slug, own)


_WORDS: Final = str.maketrans("_-", "  ")
