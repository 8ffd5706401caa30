"""Runs inside a bundle: dlib reads the picture named on the command line, and knows it again."""

import sys
from pathlib import Path

import boto3

from shared.adapters.faces_dlib import DlibFaces
from shared.adapters.faces_rekognition import RekognitionFaces

picture = Path(sys.argv[1]).read_bytes()
analyzer = DlibFaces()
reading = analyzer.read(picture)
reference = analyzer.refer(reading, "picture.png")
assert analyzer.similarity(reference, reading, picture, lambda: picture) == 100.0
amazon = RekognitionFaces(boto3.client("rekognition", region_name="eu-central-1"))
assert amazon.model_version == "2016-06-27"
assert "face_recognition_models" not in sys.modules
print("complete")
