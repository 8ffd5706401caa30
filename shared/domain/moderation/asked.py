"""Which words of a request are judged, and how strictly."""

from shared.domain.character import Attributes, Character
from shared.domain.moderation.policy import Category, verdict
from shared.domain.slots import in_words
from shared.domain.styling import Style
from shared.domain.wish import Wish


def verdict_on(
    wish: Wish, character: Character | None, style: Style | None = None
) -> Category | None:
    """Of what the model will be told to draw. The negative prompt is left out: it names what
    must not be seen, and who writes "nudity" there asks for the right thing. So is the name of
    a character, which no model is told. A picture of the caller's, a style's too, may show
    somebody."""
    pictures = wish.inputs or (style and style.images)
    likeness = wish.shows_a_person or bool(pictures)
    return verdict(_texts(wish, character, style), likeness=likeness)


def _texts(wish: Wish, character: Character | None, style: Style | None) -> tuple[str, ...]:
    said = [wish.prompt, style and style.applied.prompt, *map(in_words, wish.slots)]
    if character is not None:
        said += words_of(character.attributes)
    return tuple(text for text in said if text)


def words_of(attributes: Attributes) -> tuple[str, ...]:
    """What a model is told of a person."""
    words = attributes.model_dump()
    age = words.pop("age_range")
    return tuple(text for text in (age and f"aged {age}", *words.values()) if text)
