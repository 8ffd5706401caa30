"""Runs inside a bundle: clients of the services named on the command line, and signed URLs."""

import sys
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

session: Any = boto3.Session(
    aws_access_key_id="id", aws_secret_access_key="secret", region_name="eu-central-1"
)
assert sorted(session.get_available_services()) == sorted(sys.argv[1:])
for service in sys.argv[1:]:
    client = session.client(service)
    assert ".eu-central-1." in client.meta.endpoint_url
    if service == "s3":
        url = client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
        assert "Signature" in url
        form = client.generate_presigned_post("bucket", "key", Fields={}, Conditions=[])
        assert form["fields"]["key"] == "key"
assert TypeDeserializer().deserialize(TypeSerializer().serialize({"a": [1]})) == {"a": [1]}
print("complete")
