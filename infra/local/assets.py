"""Publishes a cloud assembly's files to the local engine's asset buckets."""

import json
import os
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.bundles import forget_unused
from infra.local.layout import PROJECT, REGION, STACK_NAME

ACCOUNT = "000000000000"
EPOCH = (1980, 1, 1, 0, 0, 0)
SIDE_BY_SIDE = 2
# By the names that the CDK gives assets, which are digests: any assembly may have the same one.
ZIPS = PROJECT / ".build" / "zips"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file to publish, and where the template expects it."""

    bucket: str
    key: str
    source: Path
    zipped: bool


def assets_of(assembly: Path) -> Iterator[Asset]:
    """What the assembly's manifest lists, names resolved for the engine's one account."""
    manifest = json.loads((assembly / f"{STACK_NAME}.assets.json").read_text())
    for file in manifest["files"].values():
        for destination in file["destinations"].values():
            yield Asset(
                bucket=_resolve(destination["bucketName"]),
                key=_resolve(destination["objectKey"]),
                source=assembly / file["source"]["path"],
                zipped=file["source"]["packaging"] == "zip",
            )


def publish(assets: list[Asset], s3: Any) -> None:
    """Upload every asset; folders as zips, bytecode included."""
    for bucket in {asset.bucket for asset in assets}:
        _ensure_bucket(bucket, s3)
    forget_unused(ZIPS)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        sources = pool.map(_to_upload, assets)
        for asset, source in zip(assets, sources, strict=True):
            with source.open("rb") as body:
                s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=body)


def unpublish(assets: list[Asset], s3: Any) -> None:
    """Remove what was published: the engine has its own copy of deployed code."""
    for asset in assets:
        s3.delete_object(Bucket=asset.bucket, Key=asset.key)


def _to_upload(asset: Asset) -> Path:
    if not asset.zipped:
        return asset.source
    ZIPS.mkdir(parents=True, exist_ok=True)
    return zip_of(asset.source, ZIPS / asset.key)


def zip_of(folder: Path, target: Path) -> Path:
    """A reproducible zip of the folder, made once."""
    if target.exists():
        os.utime(target)  # It is in use.
    else:
        # Another run may be making the same zip: each has a draft of its own.
        draft = target.with_suffix(f".{os.getpid()}.draft")
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    entry = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
                    entry.external_attr = (path.stat().st_mode & 0o777) << 16
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
        draft.rename(target)
    return target


def _resolve(name: str) -> str:
    return name.replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)


def _ensure_bucket(bucket: str, s3: Any) -> None:
    try:
        s3.create_bucket(Bucket=bucket)
    except ClientError as refused:
        if refused.response["Error"]["Code"] not in {
            "BucketAlreadyOwnedByYou",
            "BucketAlreadyExists",
        }:
            raise
