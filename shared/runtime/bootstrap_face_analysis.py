"""The composition root of face analysis; the model is loaded by its first picture."""

from functools import cache

from shared.domain.ports import FaceAnalyzer
from shared.runtime import aws
from shared.runtime.settings import Analyzer, FaceAnalysisSettings
from shared.services.analyse_image import AnalyseImage, RecordScore
from shared.services.analyse_kit import AnalyseKit
from shared.services.analyse_source import AnalyseSource


@cache
def settings() -> FaceAnalysisSettings:
    return FaceAnalysisSettings.read()


@cache
def analyzer() -> FaceAnalyzer:
    if settings().face_analyzer is Analyzer.REKOGNITION:
        from shared.adapters.faces_rekognition import RekognitionFaces

        return RekognitionFaces(aws.client("rekognition"))
    from shared.adapters.faces_dlib import DlibFaces

    return DlibFaces()


@cache
def analyse_source() -> AnalyseSource:
    from shared.adapters.dynamo.characters import DynamoCharacters

    return AnalyseSource(
        characters=DynamoCharacters(aws.table(settings().table_name)),
        store=aws.image_store(settings().images_bucket),
        analyzer=analyzer(),
    )


@cache
def analyse_kit() -> AnalyseKit:
    from shared.adapters.dynamo.reference_kits import DynamoReferenceKits

    return AnalyseKit(
        kits=DynamoReferenceKits(aws.table(settings().table_name)),
        store=aws.image_store(settings().images_bucket),
        analyzer=analyzer(),
    )


@cache
def analyse_image() -> AnalyseImage:
    from shared.adapters.dynamo.images import DynamoImages
    from shared.adapters.sqs_work import SqsWork

    return AnalyseImage(
        record_score=RecordScore(
            images=DynamoImages(aws.table(settings().table_name)),
            generations=aws.generations(settings().table_name),
            queue=SqsWork(aws.client("sqs"), {}, settings().ingest_queue_url),
        ),
        characters=analyse_source().characters,
        store=aws.image_store(settings().images_bucket),
        analyzer=analyzer(),
        analyse_source=analyse_source(),
        analyse_kit=analyse_kit(),
    )
