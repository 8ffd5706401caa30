"""The base of all records: immutable, compared by value."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, always 24 characters, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


Timestamp = Annotated[AwareDatetime, PlainSerializer(rfc3339, when_used="json")]
"""An aware time, written as RFC 3339 UTC with milliseconds."""


class Entity(BaseModel):
    """Frozen; a change is a copy: `item.model_copy(update={...})`. Built on first use."""

    model_config = ConfigDict(
        frozen=True, defer_build=True, extra="ignore", hide_input_in_errors=True
    )
