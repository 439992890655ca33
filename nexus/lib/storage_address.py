"""Where uploads and exports are kept: reads `STORAGE_URL`. Imports nothing of Django."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
PREFIX = re.compile(r"([\w.-]+/)*[\w.-]+", re.ASCII)
REGION = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
FORM = "STORAGE_URL must be s3://key:secret@host:port/bucket/folder or s3://bucket/folder"


class WrongAddress(ValueError):
    """It names no place; the message is a sentence for the host and holds no secret."""


def options_of(url: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of `nexus.lib.storage.BucketStorage`; raise WrongAddress.

    `s3://key:secret@host:port/bucket/folder` is a server of one's own, by https unless it says
    `?tls=off`; `s3://bucket/folder` is Amazon's, or the one of `AWS_ENDPOINT_URL`, with the keys of
    the environment. `?region=` may follow both.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WrongAddress(f"{FORM}.") from error
    if parts.scheme != "s3" or not parts.hostname or parts.fragment:
        raise WrongAddress(f"{FORM}.")
    told = _told(parts.query)
    if "@" not in parts.netloc:
        return _of_environment(parts.netloc, parts.path, told, environment)
    bucket, _, folder = parts.path.strip("/").partition("/")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    scheme = "http" if told.get("tls") == "off" else "https"
    endpoint = f"{scheme}://{host}{f':{port}' if port else ''}"
    keys = (unquote(parts.username or ""), unquote(parts.password or ""))
    return _options(bucket, folder, keys, endpoint, told.get("region", "us-east-1"))


def _of_environment(
    bucket: str, path: str, told: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, Any]:
    if "tls" in told:
        raise WrongAddress("STORAGE_URL takes ?tls= only where it names a host.")
    keys = (
        environment.get("AWS_ACCESS_KEY_ID", ""),
        environment.get("AWS_SECRET_ACCESS_KEY", ""),
    )
    region = told.get("region") or environment.get("AWS_REGION") or "us-east-1"
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    return _options(bucket, path.strip("/"), keys, endpoint, region)


def _told(query: str) -> dict[str, str]:
    try:
        told = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError as error:
        raise WrongAddress(f"{FORM}.") from error
    if unknown := sorted(set(told) - {"tls", "region"}):
        raise WrongAddress(f"STORAGE_URL does not know ?{unknown[0]}=, only tls and region.")
    if told.get("tls", "on") not in {"on", "off"}:
        raise WrongAddress("STORAGE_URL: ?tls= must be on or off.")
    if not REGION.fullmatch(told.get("region", "x")):
        raise WrongAddress("STORAGE_URL: ?region= must be a region such as eu-central-1.")
    return told


def _options(
    bucket: str, folder: str, keys: tuple[str, str], endpoint: str, region: str
) -> dict[str, Any]:
    if not BUCKET.fullmatch(bucket):
        raise WrongAddress(f"{FORM}; the bucket has small letters, digits, dots and hyphens.")
    if folder and (not PREFIX.fullmatch(folder) or ".." in folder):
        raise WrongAddress(f"{FORM}; the folder has letters, digits and . _ - /.")
    if not all(keys):
        raise WrongAddress(
            "STORAGE_URL needs a key and a secret: key:secret@host, or AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY."
        )
    return {
        "bucket_name": bucket,
        "location": folder,
        "access_key": keys[0],
        "secret_key": keys[1],
        "endpoint_url": endpoint or None,
        "region_name": region,
    }
