"""A file that a program sent, as the API shows it. `name` and `etag` are there for a client that cannot miss them."""

from typing import Any
from urllib.parse import urlencode

from ninja import Schema

from generations.api.objects.account import username_of
from generations.api.times import moment
from generations.models import Upload
from generations.signing import download_signature


class FileChecksums(Schema):
    sha256: str
    md5: str


class FileUrls(Schema):
    get: str
    download: str


class FileObject(Schema):
    id: str
    name: str
    content_type: str
    size: int
    etag: str
    checksums: FileChecksums
    metadata: dict[str, Any]
    created_at: str
    expires_at: str
    urls: FileUrls


def file_object(file: Upload, *, origin: str) -> dict[str, Any]:
    at = f"{origin}/v1/files/{file.pk}"
    return {
        "id": file.pk,
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "etag": file.md5,
        "checksums": {"sha256": file.sha256, "md5": file.md5},
        "metadata": file.metadata,
        "created_at": moment(file.created_at),
        "expires_at": moment(file.expires_at),
        "urls": {"get": at, "download": f"{at}/download?{_signed(file)}"},
    }


def _signed(file: Upload) -> str:
    """As long as the file is there, whoever has this may load it down."""
    expiry = int(file.expires_at.timestamp())
    signature = download_signature(file, expiry=expiry)
    return urlencode({"owner": username_of(file.user), "expiry": expiry, "signature": signature})
