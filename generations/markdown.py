"""A README's Markdown as HTML that may stand in a page of ours: no HTML of its own, no pictures from elsewhere. Pure.

Headings go one step down, since the page has its own first one. Only addresses of the web and of mail are links.
"""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 100_000  # characters
_TEXT = {"p", "br", "hr", "blockquote", "pre", "code", "h2", "h3", "h4", "h5", "h6"}
_MARKS = {"a", "del", "em", "s", "strong"}
_LISTS = {"ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
TAGS = _TEXT | _MARKS | _LISTS
SCHEMES = {"http", "https", "mailto"}
_READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def to_html(text: str) -> str:
    tokens = _READER.parse(text[:LONGEST])
    for token in tokens:
        _lower(token)
        _link(token)
    html = _READER.renderer.render(tokens, _READER.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_kept,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )


def _kept(tag: str, name: str, value: str) -> str | None:
    """A README knows nothing of our addresses: what is no whole one leads nowhere here."""
    return None if name == "href" and value.partition(":")[0].lower() not in SCHEMES else value


def _link(token: Token) -> None:
    """A picture becomes a link to it, by what stands for it: nothing is fetched from elsewhere. Inside of a link it
    is words alone."""
    kept: list[Token] = []
    depth = 0
    for child in token.children or []:
        depth += child.nesting if child.type in {"link_open", "link_close"} else 0
        kept += [child] if child.type != "image" else _told(child, is_linked=depth > 0)
    if token.children is not None:
        token.children = kept


def _told(image: Token, *, is_linked: bool) -> list[Token]:
    address = str(image.attrs.get("src", ""))
    words = Token("text", "", 0, content=image.content or address.rpartition("/")[2] or "picture")
    if is_linked:
        return [words]
    return [Token("link_open", "a", 1, attrs={"href": address}), words, Token("link_close", "a", -1)]


def _lower(token: Token) -> None:
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    token.attrs = {name: value for name, value in token.attrs.items() if name != "style"}  # of table cells
