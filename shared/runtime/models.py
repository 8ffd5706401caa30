"""The base of what the API takes and gives, and the fields they share."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from shared.domain.errors import NotFound
from shared.domain.ids import SLUG_PATTERN, Kind, id_pattern, is_id
from shared.domain.page import Page, PageRequest
from shared.domain.seeds import SEED_LIMIT
from shared.domain.text import UnfitText, clean_text


class Body(BaseModel):
    """What callers send: exact types, no unknown fields."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True
    )


class Query(BaseModel):
    """What stands behind the question mark: text, turned into values."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class View(BaseModel):
    """What callers get: every field is always there, null when unknown."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_serialization_defaults_required=True,
    )


@dataclass(frozen=True)
class Words(GroupedMetadata):
    """Words that people write; see `clean_text` for what is fit."""

    max_length: int
    lines: bool = False

    def __iter__(self) -> Iterator[object]:
        yield AfterValidator(self._fit)
        yield Field(json_schema_extra={"minLength": 1, "maxLength": self.max_length})

    def _fit(self, raw: str) -> str:
        try:
            return clean_text(raw, max_length=self.max_length, lines=self.lines)
        except UnfitText as unfit:
            raise PydanticCustomError(unfit.code, "{reason}", {"reason": str(unfit)}) from unfit


@dataclass(frozen=True)
class IdOf(GroupedMetadata):
    """An id in a body: one that cannot be an id is one that does not exist."""

    kind: Kind

    def __iter__(self) -> Iterator[object]:
        yield AfterValidator(lambda raw: existing_id(self.kind, raw))
        yield Field(json_schema_extra={"pattern": id_pattern(self.kind)})


def existing_id(kind: Kind, raw: str) -> str:
    """`raw`, checked before any key is built from it. Raises NotFound."""
    if not is_id(kind, raw):
        raise NotFound(f"There is no such {kind.name.lower().replace('_', ' ')}.")
    return raw


Slug = Annotated[str, Field(pattern=SLUG_PATTERN)]
Seed = Annotated[int, Field(ge=0, lt=SEED_LIMIT)]


def _four_places(strength: float) -> float:
    """More makes no difference to a picture, and a store holds no number as small as a float."""
    return round(strength, 4)


Strength = Annotated[float, Field(ge=0, le=1), AfterValidator(_four_places)]


def digits(raw: object) -> object:
    """A whole number of a query string, checked before it is turned into one."""
    if isinstance(raw, str) and not (raw.isascii() and raw.isdecimal()):
        raise PydanticCustomError("int_parsing", "Input should be a whole number")
    return raw


def yes_or_no(raw: object) -> object:
    """A yes or no of a query string, which is written as JSON writes it."""
    if raw not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "Input should be true or false")
    return raw == "true"


YesOrNo = Annotated[bool, BeforeValidator(yes_or_no)]


class PageQuery(Query):
    """`cursor` is the `next_cursor` of the page before."""

    limit: Annotated[int, Field(ge=1, le=100), BeforeValidator(digits)] = 20
    cursor: Annotated[str, Field(max_length=1024)] | None = None

    def page(self) -> PageRequest:
        return PageRequest(limit=self.limit, cursor=self.cursor)


class ListView[T](View):
    """One page, newest first. `next_cursor` is null on the last one."""

    data: list[T]
    next_cursor: str | None

    @classmethod
    def of[S](cls, page: Page[S], data: list[T]) -> Self:
        return cls(data=data, next_cursor=page.next_cursor)


def usd(micro_usd: int) -> float:
    """Decimal USD; six places hold every micro-USD exactly enough to be read back."""
    return micro_usd / 1_000_000
