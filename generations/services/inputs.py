"""What a program writes where a model takes a picture or a file: an address of the web, of a file or a picture of
ours, or a data URI. Each becomes a copy of ours before anything runs: engines fetch nothing from anybody.
"""

import base64
import binascii
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.files import File

from accounts.models import User
from generations import file_rights, outgoing, references, schema, sentences
from generations.errors import (
    BadPicture,
    FieldError,
    GenerationsError,
    InvalidInput,
    NotFound,
    OverLimit,
    StorageFull,
)
from generations.fields import Field
from generations.models import Output, Upload
from generations.references import Reference
from generations.services import api_files, copies, files, uploads

FETCH_S = 20.0
FETCHES_MAX = 20  # addresses and data URIs of one input
HANDED_MAX = 32 * 2**20  # bytes of the files of one input: what an engine is handed at once
NO_ID = "0" * 26
OURS = "That file of this site is not there any more, or is not yours. Send it again."
NO_ADDRESS = (
    "Give an address that begins with https://, a data URI, or the address of a file that you have sent."
)
FILE_PATH = re.compile(r"/v1/files/([0-9a-z]{26})(?:/download)?/?")
OUTPUT_PATH = re.compile(r"/media/(?:api/)?([0-9a-z]{26})/([\w-]{22})/[\w.-]{1,40}")
UPLOAD_PATH = re.compile(r"/media/uploads/([0-9a-z]{26})/([\w-]{22})/picture\.webp")
DATA = re.compile(r"data:([^,;]*)((?:;[^,;]*)*?)(;base64)?,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """`values`: the input, with references of ours. `given`: by field, the address that stood there."""

    values: dict[str, Any]
    given: dict[str, Any]


def resolve(
    user: User, rules: dict[str, Any], input: Any, *, origins: Sequence[str], with_pictures: bool = True
) -> Resolved:
    """`origins`: under which this site answers, such as "https://example.org": what lies there is not fetched.

    `with_pictures`: false on pages, where pictures are chosen and only other files may be named by an address.

    Raises InvalidInput, naming each wrong field; OverLimit, QueueFull, RoomUsed, StorageFull. Slow: it fetches.
    """
    pictures = references.picture_fields(rules) if with_pictures else {}
    takers = {**pictures, **references.file_fields(rules)}
    if not isinstance(input, Mapping) or not any(_texts(input.get(name)) for name in takers):
        return Resolved(input, {})
    schema.validate(rules, {**input, **_placeholders(takers, input)})  # the rest, before anything is fetched
    _check_count(takers, input)
    hosts = {urlsplit(origin).netloc.lower() for origin in origins if origin}
    found, wrong, given = dict(input), [], {}
    for name, field in takers.items():
        texts = _texts(input.get(name))
        try:
            kept = [_kept(user, field, text, hosts=hosts) for text in texts]
        except (OverLimit, StorageFull):
            raise
        except GenerationsError as error:
            wrong.append(FieldError(name, f"{field.label}: {sentences.after_colon(error.sentence)}"))
            continue
        if kept:
            found[name] = kept if isinstance(input[name], list) else kept[0]
            shown = [text if _is_web(text) else None for text in texts]
            if any(shown):
                given[name] = shown if isinstance(input[name], list) else shown[0]
    if wrong:
        raise InvalidInput(wrong)
    _check_handed(user, takers, found)
    return Resolved(found, given)


def _texts(value: object) -> list[str]:
    """What in a value is text; anything else the schema refuses."""
    return [
        each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str) and each
    ]


def _placeholders(takers: Mapping[str, Field], input: Mapping[str, Any]) -> dict[str, Any]:
    """In place of what is to be resolved, something of the length that a reference has."""
    reference = str(Reference("upload", NO_ID))
    found: dict[str, Any] = {}
    for name in takers:
        value = input.get(name)
        if isinstance(value, str) and value:
            found[name] = reference
        elif isinstance(value, list):
            found[name] = [reference if isinstance(each, str) and each else each for each in value]
    return found


def _check_count(takers: Mapping[str, Field], input: Mapping[str, Any]) -> None:
    if sum(len(_texts(input.get(name))) for name in takers) > FETCHES_MAX:
        name, field = next(iter(takers.items()))
        raise InvalidInput(
            [FieldError(name, f"{field.label}: one prediction takes {FETCHES_MAX} files at most.")]
        )


def _kept(user: User, field: Field, text: str, *, hosts: set[str]) -> str:
    """The reference of ours for one text."""
    if references.parse(text) is not None:
        return text  # sources.check() says whether it is theirs
    is_picture = references.takes_picture(field)
    is_data = text[:5].lower() == "data:"
    if not is_data and not _is_web(text):
        raise BadPicture(NO_ADDRESS)
    api_files.count(user)  # before anything is fetched or decoded
    if is_data:
        return _kept_data(user, text, is_picture=is_picture)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise BadPicture(NO_ADDRESS) from None
    if parts.netloc.lower() in hosts | _own_hosts():
        return _kept_own(user, parts.path, is_picture=is_picture)
    return _kept_remote(user, text, is_picture=is_picture)


def _is_web(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _own_hosts() -> set[str]:
    origins = (settings.MEDIA_ORIGIN, settings.API_ORIGIN)
    return {urlsplit(origin).netloc.lower() for origin in origins if origin}


def _kept_own(user: User, path: str, *, is_picture: bool) -> str:
    """A file that they sent, a picture that they made, or one whose link they were given: nothing is fetched."""
    path = path.replace("/v1/v1/", "/v1/", 1)
    if match := FILE_PATH.fullmatch(path if path.startswith("/v1/") else f"/v1{path}"):
        file = file_rights.file_read(user, match[1])
        if not is_picture:
            return f"file:{file.pk}"
        return _as_upload(user, api_files.as_picture(file), original=file.copy_of)
    if match := OUTPUT_PATH.fullmatch(path):
        output = file_rights.output_by_api_link(user, match[1], match[2])
        if output.user_id == user.pk and output.is_published:
            return f"output:{output.pk}"
        return _copied(user, output, "master.png", is_picture=is_picture)
    if match := UPLOAD_PATH.fullmatch(path):
        upload = file_rights.upload_by_link(user, match[1], match[2])
        if upload.user_id == user.pk:
            return f"upload:{upload.pk}"
        return _copied(user, upload, "picture.webp", is_picture=is_picture)
    raise NotFound(OURS)


def _copied(user: User, owner: Output | Upload, name: str, *, is_picture: bool) -> str:
    """A copy stays tied to what it was taken from: what is removed there is not kept here."""
    data = files.read(owner.key, name)
    original = (owner.copy_of if isinstance(owner, Upload) else "") or owner.pk
    if is_picture:
        return _as_upload(user, data, original=original)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return _as_file(user, File(file, name), name=name, type="", original=original)


def _kept_data(user: User, text: str, *, is_picture: bool) -> str:
    """Whatever it calls itself: the bytes say what it is."""
    head = DATA.match(text)
    if head is None:
        raise BadPicture("This is no data URI: it must read data:image/png;base64,….")
    body = text[head.end() :]
    try:
        data = base64.b64decode(unquote(body), validate=True) if head[3] else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        raise BadPicture("The data URI is broken: what follows its comma is no base64.") from None
    api_files.check_size(len(data))
    if is_picture:
        return _as_upload(user, data)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return _as_file(user, File(file, "data"), name="data", type=head[1])


def _kept_remote(user: User, url: str, *, is_picture: bool) -> str:
    most = settings.LIMITS["upload_mb" if is_picture else "file_mb"] * 2**20
    with tempfile.TemporaryFile() as file:
        type = async_to_sync(outgoing.fetch)(url, file.write, most=most, within_s=FETCH_S)
        if is_picture:
            file.seek(0)
            return _as_upload(user, file.read())
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        return _as_file(user, File(file, name or "file"), name=name, type=type)


def _as_upload(user: User, data: bytes, *, original: str = "") -> str:
    upload = uploads.keep(user, data, is_counted=False)
    copies.tie(upload, original)
    return f"upload:{upload.pk}"


def _as_file(user: User, file: File, *, name: str, type: str, original: str = "") -> str:
    upload = api_files.keep(user, file, name=name, type=type, is_counted=False)
    copies.tie(upload, original)
    return f"file:{upload.pk}"


def _check_handed(user: User, takers: Mapping[str, Field], values: Mapping[str, Any]) -> None:
    """All of it goes to the engine at once."""
    named = [(name, each) for name in takers for each in references.all_in(values.get(name)) if each]
    ids = [reference.id for _, reference in named if reference.kind == "file"]
    size = sum(Upload.objects.filter(user=user, pk__in=ids).values_list("size", flat=True))
    if size > HANDED_MAX:
        name = next(name for name, reference in named if reference.kind == "file")
        raise InvalidInput(
            [
                FieldError(
                    name,
                    f"{takers[name].label}: the files of one prediction may have {HANDED_MAX // 2**20} MB.",
                )
            ]
        )
