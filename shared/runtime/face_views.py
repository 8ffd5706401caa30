"""How the API shows what was found in a picture of somebody."""

from typing import Self

from shared.domain.character import Embedding
from shared.domain.quality import CheckStatus, Quality, QualityCheck
from shared.runtime.models import View


class CheckView(View):
    """One check of a picture: what was measured, against which limit, in words."""

    name: str
    value: float
    limit: float
    outcome: CheckStatus
    message: str

    @classmethod
    def of(cls, check: QualityCheck) -> Self:
        return cls(**check.model_dump())


class QaView(View):
    """`checks` is empty until they have run, and where the deployment looks at no faces."""

    status: CheckStatus
    checks: list[CheckView]

    @classmethod
    def of(cls, quality: Quality) -> Self:
        checks = [CheckView.of(check) for check in quality.checks]
        return cls(status=quality.status, checks=checks)


class EmbeddingView(View):
    """The face as numbers; `provider` and `model_version` are known once it is made, and `reason`
    tells why there is no face to compare with."""

    status: CheckStatus
    provider: str | None
    model_version: str | None
    reason: str | None

    @classmethod
    def of(cls, embedding: Embedding) -> Self:
        return cls(**embedding.model_dump(exclude={"vector"}))
