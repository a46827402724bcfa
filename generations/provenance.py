"""What a picture file says of its making: the mark that a model made it, and the recipe; for imaging.py.

The mark is IPTC's digital source type, in XMP, where other programs look for it. The recipe is JSON in the same
packet, and in a PNG also as text. XMP is kept uncompressed so that it can be found by scanning, whatever the format.
"""

import json
import struct
import zlib
from typing import Any
from xml.sax.saxutils import escape, unescape

from generations.containers import PNG_SIGNATURE, png_chunks

DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
RECIPE_BYTES = 1_048_576  # a longer one is not read
XMP_KEYWORD = "XML:com.adobe.xmp"
SEAL_CHARACTERS = 2048
_OPEN, _CLOSE = "<safelight:recipe>", "</safelight:recipe>"
_SEAL_OPEN, _SEAL_CLOSE = b"<safelight:seal>", b"</safelight:seal>"
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:safelight="urn:safelight:1.0/">
   <xmp:CreatorTool>Safelight</xmp:CreatorTool>
   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>{recipe}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def xmp(recipe: dict[str, Any] | None = None, *, seal: str = "") -> bytes:
    """The packet: the AI mark, the seal of manifest.py, and the recipe, when there are such."""
    sealed = f"\n   {_SEAL_OPEN.decode()}{seal}{_SEAL_CLOSE.decode()}" if seal else ""
    told = "" if recipe is None else f"\n   {_OPEN}{escape(_json(recipe))}{_CLOSE}"
    return _PACKET.format(source=DIGITAL_SOURCE_TYPE, recipe=sealed + told).encode()


def write_png(data: bytes, recipe: dict[str, Any] | None, *, seal: str = "") -> bytes:
    """The same PNG, pixels untouched, with our texts in place of all that it carried. Raises BadPicture."""
    texts = _texts(recipe, seal)
    parts = [PNG_SIGNATURE]
    for kind, content in png_chunks(data):
        if kind not in {b"tEXt", b"zTXt", b"iTXt"}:
            parts.append(_chunk(kind, content))
        if kind == b"IHDR":
            parts += [_text_chunk(keyword, text) for keyword, text in texts]
    return b"".join(parts)


def read(data: bytes) -> dict[str, Any] | None:
    """The recipe in a file of ours, None where there is none. Not to be trusted: anyone can write one."""
    start = data.find(_OPEN.encode())
    end = data.find(_CLOSE.encode(), start, start + RECIPE_BYTES)
    if start < 0 or end < 0:
        return None
    try:
        found = json.loads(unescape(data[start + len(_OPEN) : end].decode()), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read_seal(data: bytes) -> str:
    """The seal in a file, "" where there is none; manifest.py says whether it is one of ours."""
    start = data.find(_SEAL_OPEN)
    end = data.find(_SEAL_CLOSE, start, start + SEAL_CHARACTERS)
    return data[start + len(_SEAL_OPEN) : end].decode("ascii", "replace") if 0 <= start < end else ""


def has_mark(data: bytes) -> bool:
    """Does the file say itself, in XMP that anyone can write, that a model made it?"""
    return DIGITAL_SOURCE_TYPE.rpartition("/")[2].encode() in data


def _texts(recipe: dict[str, Any] | None, seal: str) -> list[tuple[str, bytes]]:
    texts = [(XMP_KEYWORD, xmp(recipe, seal=seal))]
    if recipe is not None:
        texts += [("parameters", _parameters(recipe)), ("Safelight", _json(recipe).encode())]
    return texts


def _json(recipe: dict[str, Any]) -> str:
    """In ASCII: whatever a prompt holds, it is valid in XML and in a PNG's text."""
    return json.dumps(recipe, ensure_ascii=True, allow_nan=False)


def _parameters(recipe: dict[str, Any]) -> bytes:
    """The text that other image programs write and read: prompt, negative prompt, then "Steps: 12, Seed: 7"."""
    lines = [str(recipe.get("prompt", ""))]
    if recipe.get("negative_prompt"):
        lines.append(f"Negative prompt: {recipe['negative_prompt']}")
    rest = {key: value for key, value in recipe.items() if key not in {"prompt", "negative_prompt"}}
    lines.append(", ".join(f"{key.replace('_', ' ').capitalize()}: {value}" for key, value in rest.items()))
    return "\n".join(lines).replace("\0", "").encode("utf-8", "replace")


def _text_chunk(keyword: str, text: bytes) -> bytes:
    """iTXt: keyword, NUL, not compressed (two NULs), no language, no translated keyword, UTF-8."""
    return _chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text)


def _chunk(kind: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
