"""Lists: newest first, a page at a time."""

from shared.domain.entity import Entity


class PageRequest(Entity):
    """`cursor` is what the page before gave; it is bound to the filters it was made with."""

    limit: int = 20
    cursor: str | None = None


class Page[T](Entity):
    data: tuple[T, ...]
    next_cursor: str | None = None
