"""Rekognition as botocore's model describes it: what is sent, and what each answer comes to."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import ANY, Stubber
from PIL import Image

from shared.adapters.faces_rekognition import RekognitionFaces
from shared.domain.errors import InvalidImage, LikenessError, MultipleFaces, NoFace, Unavailable
from shared.domain.faces import Face
from tests.contract.photographs import encoded
from tests.contract.simulator_clients import astronaut
from tests.face_builders import a_reading, a_reading_without_a_face

if TYPE_CHECKING:
    from types_boto3_rekognition import RekognitionClient

DETECT = {"Image": ANY, "Attributes": ["DEFAULT", "FACE_OCCLUDED"]}
COMPARE = {
    "SourceImage": ANY,
    "TargetImage": ANY,
    "SimilarityThreshold": 0,
    "QualityFilter": "NONE",
}


@pytest.fixture(scope="module")
def client() -> "RekognitionClient":
    """Made once: that costs more than all that is tried on it."""
    return boto3.client("rekognition", region_name="eu-central-1")


@pytest.fixture
def aws(client: "RekognitionClient") -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def analyzer(client: "RekognitionClient", aws: Stubber) -> RekognitionFaces:
    return RekognitionFaces(client)


@pytest.fixture
def sent(client: "RekognitionClient") -> Iterator[list[dict[str, Any]]]:
    """The parameters of every call."""
    calls: list[dict[str, Any]] = []

    def keep(params: dict[str, Any], **_: Any) -> None:
        calls.append(params)

    client.meta.events.register("provide-client-params.rekognition", keep)
    yield calls
    client.meta.events.unregister("provide-client-params.rekognition", keep)


def a_detail(left: float = 0.35, width: float = 0.17, confidence: float = 99.9) -> dict[str, Any]:
    return {
        "BoundingBox": {"Left": left, "Top": 0.16, "Width": width, "Height": width * 1.3},
        "Confidence": confidence,
        "Pose": {"Roll": 3.4, "Yaw": -12.5, "Pitch": 5.0},
        "Quality": {"Brightness": 80.0, "Sharpness": 90.0},
        "FaceOccluded": {"Value": False, "Confidence": 97.0},
        "Landmarks": [],
    }


def found(*details: dict[str, Any]) -> dict[str, Any]:
    return {"FaceDetails": list(details)}


def matches(*similarities: float) -> dict[str, Any]:
    return {"FaceMatches": [{"Similarity": each} for each in similarities], "UnmatchedFaces": []}


def reference_to(analyzer: RekognitionFaces) -> Any:
    return analyzer.refer(a_reading(), "characters/ada.png")


def test_a_face_is_read_with_our_own_metrics(analyzer: RekognitionFaces, aws: Stubber) -> None:
    """Else the limits of quality would not hold: AWS's sharpness of this picture is 90."""
    aws.add_response("detect_faces", found(a_detail()), DETECT)

    reading = analyzer.read(astronaut())

    (face,) = reading.faces
    assert (reading.width, reading.height) == (512, 512)
    assert (face.yaw, face.pitch, face.roll) == (-12.5, 5.0, 3.4)
    assert face.confidence == pytest.approx(0.999)
    assert face.occluded is False
    assert face.width_px == 87
    assert face.vector is None
    assert face.sharpness < 3
    assert 140 < face.brightness < 200


def test_the_largest_face_comes_first(analyzer: RekognitionFaces, aws: Stubber) -> None:
    aws.add_response("detect_faces", found(a_detail(width=0.1), a_detail(width=0.3)), DETECT)

    widths = [face.width_px for face in analyzer.read(astronaut()).faces]

    assert widths == [154, 51]


def test_only_a_jpeg_of_ours_is_sent(
    analyzer: RekognitionFaces, aws: Stubber, sent: list[dict[str, Any]]
) -> None:
    """Neither WebP, which is not taken, nor where the photograph was made."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "at home"
    out = BytesIO()
    Image.open(BytesIO(astronaut())).crop((0, 0, 512, 256)).save(out, "WEBP", exif=exif)
    aws.add_response("detect_faces", found(), DETECT)

    analyzer.read(out.getvalue())

    bytes_sent = sent[0]["Image"]["Bytes"]
    picture = Image.open(BytesIO(bytes_sent))
    assert picture.format == "JPEG"
    assert picture.size == (256, 512)
    assert b"at home" not in bytes_sent


def test_the_largest_picture_fits_into_what_is_taken(
    analyzer: RekognitionFaces, aws: Stubber, sent: list[dict[str, Any]]
) -> None:
    noise = Image.effect_noise((2048, 2048), 120).convert("RGB")
    aws.add_response("detect_faces", found(), DETECT)

    analyzer.read(encoded(noise))

    assert len(sent[0]["Image"]["Bytes"]) < 5_242_880


@pytest.mark.parametrize("size", [(79, 400), (8000, 300)])
def test_a_picture_too_small_to_be_taken_shows_no_face(
    analyzer: RekognitionFaces, size: tuple[int, int]
) -> None:
    """One that is long is too small once it is as long as what is sent."""
    assert analyzer.read(encoded(Image.new("RGB", size, "teal"))).faces == ()


def test_a_picture_that_cannot_be_looked_at_shows_no_face(
    analyzer: RekognitionFaces, aws: Stubber
) -> None:
    aws.add_client_error("detect_faces", "InvalidParameterException", http_status_code=400)

    assert analyzer.read(astronaut()).faces == ()


def test_the_score_is_that_of_the_best_match(
    analyzer: RekognitionFaces, aws: Stubber, sent: list[dict[str, Any]]
) -> None:
    aws.add_response("compare_faces", matches(3.25, 97.46), COMPARE)
    source = encoded(Image.new("RGB", (100, 120), "white"))

    score = analyzer.similarity(reference_to(analyzer), a_reading(), astronaut(), lambda: source)

    assert score == 97.5
    sizes = [
        Image.open(BytesIO(sent[0][side]["Bytes"])).size for side in ("SourceImage", "TargetImage")
    ]
    assert sizes == [(100, 120), (512, 512)]


def test_nobody_is_asked_about_a_picture_without_a_face(analyzer: RekognitionFaces) -> None:
    def never() -> bytes:
        raise AssertionError("nothing is compared")

    nobody = a_reading_without_a_face()
    assert analyzer.similarity(reference_to(analyzer), nobody, astronaut(), never) is None


def test_what_is_called_an_invalid_parameter_is_a_picture_without_a_face(
    analyzer: RekognitionFaces, aws: Stubber
) -> None:
    aws.add_client_error("compare_faces", "InvalidParameterException", http_status_code=400)

    assert analyzer.similarity(reference_to(analyzer), a_reading(), astronaut(), astronaut) is None


def test_a_reference_is_the_picture_itself(analyzer: RekognitionFaces) -> None:
    reference = reference_to(analyzer)

    assert (reference.provider, reference.model_version) == ("rekognition", "2016-06-27")
    assert reference.vector is None
    assert reference.image_key == "characters/ada.png"


@pytest.mark.parametrize(
    ("more", "error"), [((), NoFace), ((a_reading().faces[0],), MultipleFaces)]
)
def test_nobody_or_two_persons_are_no_reference(
    analyzer: RekognitionFaces, more: tuple[Face, ...], error: type[LikenessError]
) -> None:
    reading = a_reading(*more) if more else a_reading_without_a_face()

    with pytest.raises(error):
        analyzer.refer(reading, "characters/ada.png")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingException", Unavailable),
        ("ProvisionedThroughputExceededException", Unavailable),
        ("InternalServerError", Unavailable),
        ("InvalidImageFormatException", InvalidImage),
        ("ImageTooLargeException", InvalidImage),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    analyzer: RekognitionFaces, aws: Stubber, code: str, error: type[LikenessError]
) -> None:
    aws.add_client_error("detect_faces", code)
    with pytest.raises(error):
        analyzer.read(astronaut())

    aws.add_client_error("compare_faces", code)
    with pytest.raises(error):
        analyzer.similarity(reference_to(analyzer), a_reading(), astronaut(), astronaut)


def test_a_lost_connection_is_tried_again(
    client: "RekognitionClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://rekognition.example")

    monkeypatch.setattr(client, "detect_faces", lost)
    with pytest.raises(Unavailable):
        RekognitionFaces(client).read(astronaut())
