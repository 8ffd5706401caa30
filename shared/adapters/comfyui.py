"""ComfyUI, on a server of one's own: runs a workflow under an id of ours and is asked for it.

The server's `prompt_id` follows from the attempt's id. Whatever gets lost, a reply, a worker, the
server's own memory, the id says what became of the work.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from shared.adapters.comfyui_reply import leaves_out_the_image, read_ended, read_refusal
from shared.adapters.comfyui_server import ComfyUiServer
from shared.adapters.comfyui_workflows import fill_in, prompt_id_of
from shared.domain.errors import (
    ModelRetired,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
    WorkLost,
)
from shared.domain.generation import Attempt
from shared.domain.limits import PROVIDER_CALL
from shared.domain.pricing.catalogue import recorded_model
from shared.domain.provider import (
    Failed,
    Finished,
    Output,
    Pending,
    PredictionReport,
    ProviderCall,
)
from shared.domain.request import ProviderName
from shared.domain.workflows.catalogue import find_workflow
from shared.domain.workflows.workflow import InputName, Workflow

_ANSWER_WITHIN: Final = timedelta(seconds=20)
"""One question, upload or download; drawing takes none of it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How a running workflow is watched. After `watch` the poll messages go on asking; a server
    that cannot be asked may be starting again, and is waited for as long as `away`."""

    every: timedelta = timedelta(seconds=1)
    # The last question may take as long as one may, and still end within the call.
    watch: timedelta = PROVIDER_CALL - _ANSWER_WITHIN - timedelta(seconds=5)
    away: timedelta = timedelta(seconds=10)


def connect(
    base_url: str,
    *,
    answer_within: timedelta = _ANSWER_WITHIN,
    patience: Patience = Patience(),
) -> "ComfyUi":
    """`base_url` as a browser opens it; it may hold the name and password of a proxy."""
    return ComfyUi(ComfyUiServer(base_url, answer_within), patience)


class ComfyUi:
    """An ImageProvider."""

    def __init__(self, server: ComfyUiServer, patience: Patience) -> None:
        self.name = ProviderName.COMFYUI
        self.calls_back = True
        self._server = server
        self._patience = patience

    async def start(self, call: ProviderCall) -> Finished | Pending:
        """Pending when the image takes longer than a call may: it is drawn all the same."""
        ends_at = _now() + self._patience.watch.total_seconds()
        workflow = find_workflow(call.model)
        model = recorded_model(self.name, call.model)
        if workflow is None or model is None:
            raise ModelRetired("This deployment no longer has this workflow.")
        graph = fill_in(workflow, model, call, await self._reference(workflow, call))
        try:
            status, said = await self._server.submit(graph, prompt_id_of(call.attempt_id))
        except ProviderTimedOut:
            # A lost reply is no failure: whether the server took it is found by our own id.
            status, said = HTTPStatus.OK, {}
        if status != HTTPStatus.OK or leaves_out_the_image(said, workflow):
            raise read_refusal(status, said, workflow)
        return await self._watch(workflow, call.attempt_id, ends_at)

    async def poll(self, attempt: Attempt) -> PredictionReport:
        assert attempt.prediction_id is not None, "bound before it was called"
        workflow = find_workflow(attempt.model)
        if workflow is None:
            return Failed(ModelRetired("This deployment no longer has this workflow."))
        return await self._look(workflow, attempt.prediction_id)

    async def cancel(self, prediction_id: str) -> None:
        """Best effort. Interrupted only while it runs: a server that is older than the id in
        this request would stop whatever runs."""
        prompt_id = prompt_id_of(prediction_id)
        await self._server.unqueue(prompt_id)
        if prompt_id in (await self._server.queue()).running:
            await self._server.interrupt(prompt_id)

    def report(self, payload: Mapping[str, object], attempt: Attempt) -> PredictionReport:
        """It never calls back, so nobody's word is taken: polls ask the server itself."""
        return Pending(prediction_id=attempt.prediction_id or attempt.id)

    async def close(self) -> None:
        await self._server.close()

    async def _reference(self, workflow: Workflow, call: ProviderCall) -> str | None:
        if not workflow.takes(InputName.REFERENCE):
            return None
        if not call.references:
            raise ProviderRefused(
                "The workflow needs a reference picture.", code="reference_required"
            )
        return await self._server.upload(call.references[0])

    async def _watch(
        self, workflow: Workflow, attempt_id: str, ends_at: float
    ) -> Finished | Pending:
        """Raises how the work ended, or ProviderUnavailable when the server stays away."""
        pause = self._patience.every.total_seconds()
        heard_at = _now()
        while True:
            report: PredictionReport = Pending(prediction_id=attempt_id)
            try:
                report = await self._look(workflow, attempt_id)
                heard_at = _now()
            except ProviderUnavailable:
                if _now() - heard_at >= self._patience.away.total_seconds():
                    raise
            if isinstance(report, Failed):
                raise report.error
            if isinstance(report, Finished) or _now() + pause >= ends_at:
                return report
            await asyncio.sleep(pause)

    async def _look(self, workflow: Workflow, attempt_id: str) -> PredictionReport:
        """Raises ProviderUnavailable when the server cannot be asked."""
        prompt_id = prompt_id_of(attempt_id)
        entry = await self._server.history(prompt_id)
        if entry is None and prompt_id in frozenset().union(*await self._server.queue()):
            return Pending(prediction_id=attempt_id)
        # It may have ended between the two questions.
        entry = entry or await self._server.history(prompt_id)
        if entry is None:
            return Failed(WorkLost("The ComfyUI server no longer knows of this work."))
        try:
            data = await self._server.download(read_ended(entry, workflow, attempt_id))
        except ProviderRefused as ended:
            return Failed(ended)
        return Finished(output=Output(data=data), cost_micro_usd=0)


def _now() -> float:
    return asyncio.get_running_loop().time()
