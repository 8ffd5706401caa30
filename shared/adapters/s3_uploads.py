"""Uploads in S3: a form for exactly one file, and the file once it is there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.domain.errors import NotFound, TooLarge, UploadExpired
from shared.domain.upload import MAX_UPLOAD_BYTES, Upload, UploadForm

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3Uploads:
    client: "S3Client"
    bucket: str

    def form(self, upload: Upload) -> UploadForm:
        """The store itself refuses another key, another type, an empty or a longer file."""
        media_type = upload.format.media_type
        post = self.client.generate_presigned_post(
            Bucket=self.bucket,
            Key=upload.key,
            Fields={"Content-Type": media_type},
            Conditions=[
                {"Content-Type": media_type},
                ["content-length-range", 1, upload.size_bytes],
            ],
            ExpiresIn=int((upload.expires_at - upload.created_at).total_seconds()),
        )
        return UploadForm(url=post["url"], fields=post["fields"])

    def etag(self, upload: Upload) -> str:
        try:
            return self.client.head_object(Bucket=self.bucket, Key=upload.key)["ETag"]
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "404":
                raise NotFound("Nothing has been uploaded yet.") from exc
            raise

    def put(self, upload: Upload, data: bytes) -> str:
        answer = self.client.put_object(
            Bucket=self.bucket,
            Key=upload.key,
            Body=data,
            ContentType=upload.format.media_type,
        )
        return answer["ETag"]

    def read(self, upload: Upload) -> tuple[bytes, str]:
        """Content and ETag of one and the same version; of the used one, if it was used."""
        used: dict[str, Any] = {"IfMatch": upload.consumed_etag} if upload.consumed_etag else {}
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=upload.key, **used)
        except ClientError as exc:
            match exc.response["Error"]["Code"]:
                case "NoSuchKey":
                    raise NotFound("Nothing has been uploaded yet.") from exc
                case "PreconditionFailed":
                    raise UploadExpired("The upload was replaced after it was used.") from exc
                case _:
                    raise
        if answer["ContentLength"] > MAX_UPLOAD_BYTES:
            raise TooLarge("The uploaded file is larger than allowed.")
        return answer["Body"].read(), answer["ETag"]
