"""A bucket for the studio's files, on any server that speaks S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO, Any

import boto3
import botocore.session
import structlog
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from nexus.lib.storage import StorageFault

# Seconds: a server that is away is known at once, one that says nothing is not waited for long.
CONNECT_PATIENCE, READ_PATIENCE, TRIES = 2, 3, 2
IN_MEMORY = 1024 * 1024
WRITE_CHECK = ".nexus-write-check"
FULL = frozenset(
    {
        "InsufficientStorage",
        "QuotaExceeded",
        "XMinioStorageFull",
        "XMinioAdminBucketQuotaExceeded",
    }
)
WRONG_KEYS = frozenset(
    {"AccessDenied", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"}
)
NO_BUCKET = frozenset({"NoSuchBucket", "InvalidBucketName"})
logger = structlog.get_logger("nexus.storage")


class BucketStorage(S3Storage):
    """A bucket that nobody but the studio reads: no public access, no address of its own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "default_acl": None,
                # Names are never used twice: what is there already is an earlier try of the same.
                "file_overwrite": True,
                "max_memory_size": IN_MEMORY,
                "client_config": _client_config(bool(options.get("endpoint_url"))),
            }
            | options
        )

    def _create_session(self) -> boto3.Session:
        """Make a session for this thread from the one copy of what the library knows of S3.

        Reading that again took half a second in each thread.
        """
        core = botocore.session.get_session()
        core.register_component("data_loader", _loader())
        return boto3.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            botocore_session=core,
        )

    def check(self) -> None:
        """Write a few bytes where files are kept; raise StorageFault when that cannot be."""
        self.save(WRITE_CHECK, ContentFile(b"Nexus may write here.\n"))

    def url(self, name: str | None, *args: Any, **options: Any) -> str:
        """Refuse: files are handed out by views that ask who wants them."""
        raise ValueError("Stored files have no address; a view of Nexus hands them out.")

    def exists(self, name: str) -> bool:
        with self._faults():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with self._faults():
            super().delete(name)

    def size(self, name: str) -> int:
        with self._faults():
            return int(super().size(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with self._faults():
            folders, files = super().listdir(path)
        return folders, files

    def get_modified_time(self, name: str) -> Any:
        with self._faults():
            return super().get_modified_time(name)

    def _open(self, name: str, mode: str = "rb") -> Any:
        """Bring the whole file over before anything of it is handed on.

        Then whatever may go wrong does so here, and a slow reader keeps no connection.
        """
        with self._faults():
            try:
                opened = super()._open(name, mode)
            except FileNotFoundError:
                # A bucket that is not there answers in the same words as a file that is not.
                self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
                raise
            if "r" in mode:
                _brought = opened.file
            return opened

    def _save(self, name: str, content: IO[bytes]) -> str:
        with self._faults():
            return str(super()._save(name, content))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, Boto3Error) as error:
            fault = self._fault(error)
            logger.warning("storage_fault", reason=str(fault), cause=type(error).__name__)
            raise fault from error

    def _fault(self, error: Exception) -> StorageFault:
        where = f"The bucket “{self.bucket_name}” at {self.endpoint_url or 'Amazon S3'}"
        refusal = _refusal_in(error)
        if refusal is None:
            return StorageFault(f"{where} cannot be reached: {type(error).__name__}.")
        code = str(refusal.response.get("Error", {}).get("Code", ""))
        status = refusal.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in FULL or status == 507:
            return StorageFault(f"{where} is full.", is_full=True)
        if code in NO_BUCKET or status == 404:
            return StorageFault(f"{where} does not exist.")
        if code in WRONG_KEYS or status in {401, 403}:
            return StorageFault(f"{where} refuses the key and secret of STORAGE_URL ({code}).")
        return StorageFault(f"{where} failed: {code or status}.")


@cache
def _loader() -> Any:
    return botocore.session.get_session().get_component("data_loader")


def _client_config(is_own_server: bool) -> Config:
    return Config(
        connect_timeout=CONNECT_PATIENCE,
        read_timeout=READ_PATIENCE,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        signature_version="s3v4",
        # A server of one's own seldom has a name for each bucket, nor the newest checksums.
        s3={"addressing_style": "path" if is_own_server else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _refusal_in(error: BaseException | None) -> ClientError | None:
    """Return what the server said, also from within what the transfer made of it."""
    while error is not None:
        if isinstance(error, ClientError):
            return error
        error = error.__cause__ or error.__context__
    return None
