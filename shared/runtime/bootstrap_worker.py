"""The worker's composition root: every service made once, heavy SDKs imported on first use."""

import random
from functools import cache
from urllib.parse import urlencode

from shared.domain.errors import ProviderAuthFailed
from shared.domain.ids import new_id, new_token
from shared.domain.ports import ImageProvider
from shared.domain.request import ProviderName
from shared.domain.work import AttemptReference
from shared.runtime import aws
from shared.runtime.clock import clock
from shared.runtime.observability import count
from shared.runtime.provider_secret import provider_secret
from shared.runtime.settings import WorkerSettings
from shared.services.admit_calls import AdmitCalls
from shared.services.answer_workflow import AnswerWorkflow
from shared.services.apply_callback import ApplyCallback
from shared.services.close_generation import CloseGeneration
from shared.services.dispatching import Dispatcher
from shared.services.finish_work import FinishWork
from shared.services.gather_references import GatherReferences
from shared.services.judge_draws import Judge
from shared.services.poll_predictions import Poll
from shared.services.prepare_inputs import PrepareInputs
from shared.services.resume_upload import ResumeUpload
from shared.services.run_item import RunItem
from shared.services.run_message import RunMessage
from shared.services.settle_attempt import SettleAttempt
from shared.services.settle_report import SettleReport
from shared.services.show_pictures import ShowPictures
from shared.services.store_result import StoreResult
from shared.services.tell_provider import TellProvider


@cache
def settings() -> WorkerSettings:
    return WorkerSettings.read()


def _secret(name: str) -> str | None:
    return provider_secret(settings().provider_secret_name).get(name) or None


@cache
def _comfyui(base_url: str) -> ImageProvider:
    from shared.adapters.comfyui import connect

    return connect(base_url)


@cache
def _connected(name: ProviderName, api_key: str, base_url: str | None) -> ImageProvider:
    if name is ProviderName.GEMINI:
        from shared.adapters.gemini import connect as connect_gemini

        return connect_gemini(api_key, base_url)
    from shared.adapters.replicate import connect as connect_replicate

    return connect_replicate(api_key, base_url)


def provider(name: ProviderName) -> ImageProvider:
    """Connected with the secret of the moment: a rotated key makes a new connection. Raises
    ProviderAuthFailed when there is no key, or no address of a server that needs none."""
    if name is ProviderName.COMFYUI:
        address = _secret("LIKENESS_COMFYUI_URL")
        if address is None:
            raise ProviderAuthFailed(f"This deployment has no address for {name}.")
        return _comfyui(address)
    key = "GEMINI_API_KEY" if name is ProviderName.GEMINI else "REPLICATE_API_TOKEN"
    base_url = _secret(f"LIKENESS_{name.upper()}_BASE_URL")
    api_key = _secret(key)
    if api_key is None:
        raise ProviderAuthFailed(f"This deployment has no key for {name}.")
    return _connected(name, api_key, base_url)


def callback_url(name: ProviderName, reference: AttemptReference) -> str:
    base = _secret("LIKENESS_PUBLIC_URL") or settings().public_url
    return f"{base.rstrip('/')}/v1/webhooks/{name}?{urlencode({'attempt': str(reference)})}"


@cache
def dispatcher() -> Dispatcher:
    return Dispatcher(
        generations=aws.generations(settings().table_name),
        queue=aws.work_queue(settings()),
        clock=clock,
    )


@cache
def finish_work() -> FinishWork:
    generations = aws.generations(settings().table_name)
    answer_workflow = AnswerWorkflow(generations, aws.workflow_tasks(), clock, count)
    return FinishWork(CloseGeneration(generations, clock, answer_workflow), dispatcher())


@cache
def store_result() -> StoreResult:
    from shared.adapters import imaging
    from shared.adapters.dynamo.images import DynamoImages

    return StoreResult(
        generations=aws.generations(settings().table_name),
        images=DynamoImages(aws.table(settings().table_name)),
        store=aws.image_store(settings().images_bucket),
        imaging=imaging,
        clock=clock,
        new_id=new_id,
        count=count,
        measures_faces=settings().measures_faces,
    )


@cache
def settle_attempt() -> SettleAttempt:
    from shared.adapters.safe_download import SafeDownloader

    base_url = _secret("LIKENESS_REPLICATE_BASE_URL")
    return SettleAttempt(
        generations=aws.generations(settings().table_name),
        downloads=SafeDownloader(provider_base_urls=(base_url,) if base_url else ()),
        store_result=store_result(),
        dispatcher=dispatcher(),
        clock=clock,
        uniform=random.SystemRandom().uniform,
        count=count,
    )


@cache
def show_pictures() -> ShowPictures:
    from shared.adapters import imaging
    from shared.adapters.safe_download import SafeDownloader

    store = aws.image_store(settings().images_bucket)
    gather_references = GatherReferences(store)
    prepare_inputs = PrepareInputs(
        generations=aws.generations(settings().table_name),
        upload_store=aws.upload_store(settings().uploads_bucket),
        store=store,
        downloads=SafeDownloader(),
        imaging=imaging,
        gather_references=gather_references,
    )
    return ShowPictures(prepare_inputs, gather_references)


@cache
def admit_calls() -> AdmitCalls:
    from shared.adapters.dynamo.gates import DynamoGates

    return AdmitCalls(
        gates=DynamoGates(aws.table(settings().table_name)),
        rates=settings().rates,
        clock=clock,
        uniform=random.SystemRandom().uniform,
        count=count,
    )


@cache
def judge() -> Judge:
    return Judge(
        generations=aws.generations(settings().table_name),
        settle=settle_attempt(),
        finish_work=finish_work(),
        count=count,
    )


@cache
def run_message() -> RunMessage:
    generations = aws.generations(settings().table_name)
    store = aws.image_store(settings().images_bucket)
    return RunMessage(
        generations=generations,
        dispatcher=dispatcher(),
        admit_calls=admit_calls(),
        show_pictures=show_pictures(),
        run_item=RunItem(
            generations=generations,
            providers=provider,
            settle=settle_attempt(),
            resume_upload=ResumeUpload(
                generations=generations,
                store=store,
                providers=provider,
                settle=settle_attempt(),
                store_result=store_result(),
                clock=clock,
            ),
            judge=judge(),
            dispatcher=dispatcher(),
            callback_url=callback_url,
            clock=clock,
            new_id=new_id,
            new_token=new_token,
        ),
        finish_work=finish_work(),
        clock=clock,
        count=count,
    )


@cache
def apply_callback() -> ApplyCallback:
    return ApplyCallback(
        generations=aws.generations(settings().table_name),
        providers=provider,
        queue=aws.work_queue(settings()),
        settle_report=SettleReport(settle_attempt()),
        finish_work=finish_work(),
        count=count,
    )


@cache
def poll() -> Poll:
    return Poll(
        generations=aws.generations(settings().table_name),
        providers=provider,
        queue=aws.work_queue(settings()),
        settle_report=SettleReport(settle_attempt()),
        finish_work=finish_work(),
        clock=clock,
        count=count,
    )


@cache
def tell_provider() -> TellProvider:
    return TellProvider(providers=provider, count=count)
