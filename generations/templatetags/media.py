"""Template filters that turn an output into the addresses of its files; used by every page that shows pictures."""

from django import template

from generations.models import Output
from generations.signing import media_url

register = template.Library()


@register.filter
def media(output: Output, name: str) -> str:
    """`{{ output|media:"320.avif" }}`"""
    return media_url(output, name)


@register.filter
def srcset(output: Output, format: str) -> str:
    """`{{ output|srcset:"avif" }}`: every width of one format, for `<source srcset>`; "" when there is none."""
    widths = [made["width"] for made in output.renditions if made["format"] == format]
    return ", ".join(f"{media_url(output, f'{width}.{format}')} {width}w" for width in widths)


@register.filter
def smallest(output: Output, format: str = "webp") -> str:
    """The address of the smallest rendition of a format, or of the master where there is none."""
    widths = [made["width"] for made in output.renditions if made["format"] == format]
    return media_url(output, f"{min(widths)}.{format}" if widths else "master.png")
