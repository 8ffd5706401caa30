"""What an image costs in micro-USD, from what it took."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shared.domain.entity import Entity
from shared.domain.pricing.model import PicturePrice, Tier, TokenPrice
from shared.domain.request import OutputSize

TYPICAL_PROMPT_TOKENS: Final = 200
"""A composed prompt of some 800 letters."""
_MICRO: Final = 1_000_000
_MEGAPIXEL: Final = 1024 * 1024


class Tokens(Entity):
    """What a call used. `text` holds what the model wrote and thought."""

    input: int = 0
    text: int = 0
    image: int = 0


def token_cost(price: TokenPrice, used: Tokens) -> int:
    return _whole(price.input * used.input + price.text * used.text + price.image * used.image)


def picture_cost(
    price: PicturePrice, tier: Tier, size: OutputSize, *, references: int, images: int = 1
) -> int:
    """A reference counts as one megapixel: models scale larger ones down to about that."""
    megapixels = Decimal(size.width * size.height) / _MEGAPIXEL
    drawn = price.image + tier.usd + price.megapixel_out * megapixels
    return _whole(_MICRO * (images * drawn + price.megapixel_in * references))


def _whole(micro_usd: Decimal) -> int:
    return int(micro_usd.to_integral_value(ROUND_HALF_UP))
