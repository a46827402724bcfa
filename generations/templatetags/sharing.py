"""Template filters of shares: data for programs, what a link shows in words."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from generations import standing
from generations.models import Share
from generations.signing import shown_url

register = template.Library()

# What could end the script or begin another inside it; JSON reads them the same.
ESCAPES = {
    ord(">"): "\\u003E",
    ord("<"): "\\u003C",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


@register.filter
def ld_json(told: dict[str, Any]) -> SafeString:
    """JSON-LD as a block of data, which no policy on scripts concerns."""
    text = mark_safe(json.dumps(told, ensure_ascii=False).translate(ESCAPES))  # noqa: S308 - escaped above
    return format_html('<script type="application/ld+json">{}</script>', text)


@register.filter
def shows(share: Share) -> str:
    """ "prompt, seed, recipe, name" or "the picture alone"."""
    parts = {
        "prompt": share.shows_prompt,
        "seed": share.shows_seed,
        "settings": share.shows_recipe,
        "your name": share.shows_name,
        "origins": share.shows_origins,
    }
    return ", ".join(name for name, is_shown in parts.items() if is_shown) or "the picture alone"


@register.filter
def named(share: Share) -> str:
    """What a link leads to, as its owner knows it: the prompt, or the name of an album or a grid."""
    prediction = share.prediction or (share.output and share.output.prediction)
    collected = share.album or share.grid
    return (prediction.prompt if prediction else collected.name if collected else "") or "Untitled"


@register.filter
def cover(share: Share) -> str:
    """The address of the small picture of what a link leads to, "" while there is none."""
    output = share.output or share.cover
    if output is None or output.standing >= standing.HOLD:
        return ""
    widths = [made["width"] for made in output.renditions if made["format"] == "webp"]
    return shown_url(share, output, f"{min(widths)}.webp" if widths else "master.png")
