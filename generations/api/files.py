"""Files: sent to be named in an input, read, listed, loaded down by a signed link, deleted; gone after a day."""

import json
from typing import Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from ninja import Router, Status

from generations import access, queries, ranges
from generations.api.addresses import origin_of
from generations.api.auth import PREDICT, READ, WRITE
from generations.api.objects.account import username_of
from generations.api.objects.file import FileObject, file_object
from generations.api.paging import PageOf, page
from generations.api.problems import Problem, wrong
from generations.errors import InvalidInput
from generations.models import Upload
from generations.services import api_files

router = Router(tags=["files"])

SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["content"],
                    "properties": {
                        "content": {"type": "string", "format": "binary", "description": "The file."},
                        "filename": {"type": "string", "description": "Its name, if the part has none."},
                        "type": {"type": "string", "description": "Its content type, if the part has none."},
                        "metadata": {"type": "object", "description": "Whatever you want to keep with it."},
                    },
                }
            }
        },
    }
}


BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
OPENED = {
    "responses": {
        200: {"description": "The file.", "content": BYTES},
        206: {"description": "A range of it.", "content": BYTES},
        416: {"description": "Nothing of it is in that range.", "content": BYTES},
    }
}


@router.post("/files", auth=PREDICT, response={201: FileObject}, openapi_extra=SENT)
def files_create(request: HttpRequest) -> Status[dict[str, Any]]:
    """Send a file, whose address an input can name. It is kept for a day."""
    try:
        sent, fields = request.FILES, request.POST
    except MultiPartParserError:
        raise Problem(400, "The body of this request is no multipart form that can be read.") from None
    content = sent.get("content")
    if content is None:
        raise wrong("content", 'Send the file as the part "content" of a multipart form.')
    file = api_files.keep(
        request.user,
        content,
        name=fields.get("filename") or content.name or "file",
        type=fields.get("type") or content.content_type or "",
        metadata=_metadata(fields, sent.get("metadata")),
    )
    return Status(201, file_object(file, origin=origin_of(request)))


@router.get("/files", auth=READ, response=PageOf[FileObject])
def files_list(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """Your files, newest first, until they run out."""
    origin = origin_of(request)
    rows = queries.files_of(request.user)
    return page(request, rows, show=lambda rows: [file_object(row, origin=origin) for row in rows])


@router.get("/files/{file_id}", auth=READ, response=FileObject)
def files_get(request: HttpRequest, file_id: str) -> dict[str, Any]:
    """What is known of one file; its bytes are at `urls.download`."""
    return file_object(access.file_read(request.user, file_id), origin=origin_of(request))


@router.delete("/files/{file_id}", auth=WRITE, response={204: None})
def files_delete(request: HttpRequest, file_id: str) -> Status[None]:
    """Delete a file at once."""
    api_files.delete(access.file_write(request.user, file_id))
    return Status(204, None)


@router.get("/files/{file_id}/download", auth=None, response={200: None}, openapi_extra=OPENED)
async def files_download(
    request: HttpRequest, file_id: str, owner: str = "", expiry: str = "", signature: str = ""
) -> HttpResponseBase:
    """The bytes of a file, for whoever has the link of its owner; no token is asked."""
    until = int(expiry) if expiry.isascii() and expiry.isdecimal() and len(expiry) < 12 else 0
    file = await sync_to_async(_opened)(file_id, owner, signature, until)
    etag = f'"{file.md5}"'
    response = await ranges.respond(request, f"{file.key}/file", type=api_files.UNKNOWN_TYPE, etag=etag)
    response["ETag"] = etag
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _opened(id: str, owner: str, signature: str, until: int) -> Upload:
    file = access.file_by_link(id, signature, expiry=until)
    if owner != username_of(file.user):
        raise Problem(404, "There is no such file, or the link to it has run out.")
    return file


def _metadata(fields: Any, part: UploadedFile | None) -> dict[str, Any]:
    """As one client sends it as a field of JSON, another in brackets, the third as a file."""
    bracketed = {
        name.removeprefix("metadata[").removesuffix("]"): fields[name]
        for name in fields
        if name.startswith("metadata[") and name.endswith("]")
    }
    text = fields.get("metadata") if part is None else part.read(api_files.METADATA_MAX + 1)
    try:
        written = json.loads(text, parse_constant=_refuse) if text else {}
        return api_files.check_metadata(written | bracketed)
    except (ValueError, TypeError, RecursionError):
        raise wrong("metadata", "The metadata must be an object, written as JSON.") from None
    except InvalidInput as error:
        raise wrong("metadata", error.fields[0].sentence) from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)
