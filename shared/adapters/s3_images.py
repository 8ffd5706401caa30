"""Image bytes in S3: a key is written once, read by signed addresses; and what a bucket holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.domain.collecting import ListedObject, ListedPage
from shared.domain.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef

URL_SECONDS = 3600
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class S3Images:
    client: "S3Client"
    bucket: str

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """An object that is there already has the same bytes: the key names their writer."""
        try:
            self.client.put_object(
                Bucket=self.bucket, Key=key, Body=data, ContentType=media_type, IfNoneMatch="*"
            )
        except ClientError as exc:
            match exc.response["Error"]["Code"]:
                case "PreconditionFailed":
                    return
                case "ConditionalRequestConflict":
                    raise Unavailable("The same object is being written.") from exc
                case _:
                    raise

    def get(self, key: str) -> bytes:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.client.exceptions.NoSuchKey as exc:
            raise NotFound("There is no such object.") from exc

    def delete(self, keys: Sequence[str]) -> None:
        """Raises Unavailable when some remain: deleting all of them again finishes the work."""
        for some in batched(keys, _BATCH, strict=False):
            objects: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in some]
            answer = self.client.delete_objects(
                Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True}
            )
            if answer.get("Errors"):
                raise Unavailable("Some objects could not be deleted.")

    def page(self, after: str) -> ListedPage:
        start: dict[str, Any] = {"StartAfter": after} if after else {}
        answer = self.client.list_objects_v2(Bucket=self.bucket, **start)
        objects = (
            ListedObject(key=one["Key"], size_bytes=one["Size"], stored_at=one["LastModified"])
            for one in answer.get("Contents", ())
        )
        return ListedPage(objects=tuple(objects), more=answer["IsTruncated"])

    def url(self, key: str) -> str:
        return self.client.generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=URL_SECONDS
        )
