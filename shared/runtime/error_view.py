"""How the API shows why there is no image."""

from typing import Self

from pydantic import Field

from shared.domain.errors import FailureClass
from shared.domain.generation import Failure, FailureStage
from shared.runtime.models import View


class ErrorView(View):
    """Why an item has no image. `class` is AUTH_ERROR, RATE_LIMIT, TEMPORARY, PERMANENT or
    TIMEOUT."""

    code: str
    failure_class: FailureClass = Field(serialization_alias="class")
    failure_stage: FailureStage
    message: str

    @classmethod
    def of(cls, failure: Failure) -> Self:
        return cls(
            code=failure.code,
            failure_class=failure.failure_class,
            failure_stage=failure.stage,
            message=failure.message,
        )
