"""Views of shares, counted: people, not programs that preview links, and each once in a minute."""

import hashlib
import re
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import F

from generations.models import Share

AGAIN_S = 60
# Those that fetch a page to preview, index or watch it. Whoever hides its name is counted as a person.
PROGRAM = re.compile(
    r"bot\b|crawl|spider|slurp|preview|unfurl|embed|scrap|externalhit|facebookcatalog|whatsapp/|slack-imgproxy"
    r"|mastodon|pleroma|misskey|akkoma|lemmy|iframely|vkshare|google-|googleother|mediapartners|feedfetcher"
    r"|monitor|uptime|lighthouse|headlesschrome|phantomjs|curl/|wget|python|java/|okhttp|go-http|node-fetch|axios"
    r"|libwww|ruby|perl/|php/|rss|validator|linkcheck",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who opens a page, as far as counting needs to know: a person's id or a network, and what the browser says."""

    place: str
    agent: str
    is_prefetch: bool = False  # the browser loads it on suspicion; nobody has seen it yet

    @property
    def is_program(self) -> bool:
        return not self.agent or bool(PROGRAM.search(self.agent))


def count(share: Share, visitor: Visitor) -> bool:
    """Count one view of a link without a limit (a limited one counts at its door): whether it was counted."""
    if share.views_most is not None or visitor.is_prefetch or visitor.is_program:
        return False
    told = hashlib.sha256(f"{visitor.place}|{visitor.agent}".encode()).hexdigest()[:32]
    if not cache.add(f"seen:{share.pk}:{told}", 1, timeout=AGAIN_S):
        return False
    Share.objects.filter(pk=share.pk).update(views=F("views") + 1)
    return True
