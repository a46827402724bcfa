"""What is public, for programs: Atom and RSS feeds, the map of the site, and what robots may read."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.utils.html import escape
from django.views.decorators.http import require_safe

from generations import exhibits, queries
from generations.exhibits import SOMEONE, Exhibit
from generations.models import Share
from generations.signing import token_of
from generations.views.share_meta import titled

ENTRIES = 40
KINDS = {"atom": Atom1Feed, "rss": Rss201rev2Feed}
ROBOTS = """User-agent: *
Disallow: /account/
Disallow: /admin/
Disallow: /gallery/
Disallow: /links/
Disallow: /live/
Disallow: /predictions/
Sitemap: {map}
"""


@require_safe
def explore_feed(request: HttpRequest) -> HttpResponse:
    return _feed(
        request, queries.explore(None, limit=ENTRIES).items, title="Explore", home=reverse("explore")
    )


@require_safe
def model_feed(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    model = queries.registered_model(owner, name)
    rows = queries.explore(None, model=model, limit=ENTRIES).items
    return _feed(request, rows, title=model.ref, home=reverse("explore-model", args=[owner, name]))


@require_safe
def profile_feed(request: HttpRequest, handle: str) -> HttpResponse:
    person = queries.profile(handle)
    rows = queries.explore(None, person=person, limit=ENTRIES).items
    return _feed(request, rows, title=f"@{handle}", home=reverse("profile", args=[handle]))


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    parts = [f"<url><loc>{escape(each)}</loc></url>" for each in _public_addresses(request)]
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    )
    return HttpResponse("\n".join([head, *parts, "</urlset>"]), content_type="application/xml; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    text = ROBOTS.format(map=request.build_absolute_uri(reverse("sitemap")))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _public_addresses(request: HttpRequest) -> Iterator[str]:
    pages = [reverse("studio"), reverse("explore")]
    pages += [reverse("explore-model", args=[model.owner, model.name]) for model in queries.models_shown()]
    pages += [reverse("profile", args=[person.handle]) for person in queries.profiles()]
    pages += [reverse("share", args=[token_of("share", share)]) for share in queries.public_shares()]
    return (request.build_absolute_uri(page) for page in pages)


def _feed(request: HttpRequest, rows: list[Share], *, title: str, home: str) -> HttpResponse:
    kind = "rss" if request.GET.get("format") == "rss" else "atom"
    feed = KINDS[kind](
        title=f"{title} · Safelight",
        link=request.build_absolute_uri(home),
        feed_url=request.build_absolute_uri(),
        description="What people made and published.",
        language="en",
    )
    published = {share.pk: share.published_at for share in rows}
    for exhibit in exhibits.covers_of(rows):
        address = request.build_absolute_uri(exhibit.path)
        feed.add_item(
            title=titled(exhibit),
            link=address,
            unique_id=address,
            description=_described(request, exhibit),
            author_name=exhibit.by if exhibit.by != SOMEONE else None,
            pubdate=published[exhibit.id],
            updateddate=published[exhibit.id],
            enclosures=_enclosed(request, exhibit),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _described(request: HttpRequest, exhibit: Exhibit) -> str:
    """Markup as feed readers show it; every word of a person's is escaped."""
    if exhibit.cover is None:
        return "<p>Marked as sensitive.</p>"
    picture = request.build_absolute_uri(exhibit.cover.small)
    image = f'<img src="{escape(picture)}" alt="{escape(exhibit.cover.alt)}">'
    return f"<p>{image}</p><p>Made by AI with {escape(exhibit.model)}.</p>"


def _enclosed(request: HttpRequest, exhibit: Exhibit) -> list[Enclosure]:
    if exhibit.cover is None:
        return []
    return [Enclosure(request.build_absolute_uri(exhibit.cover.master), "0", "image/png")]
