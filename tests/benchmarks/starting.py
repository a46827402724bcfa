"""The second start, and what the first visit of the studio weighs.

The time runs from `manage.py up` to the studio's page with a composer in it, on a data folder that has been used
before; what `make` does before it (a look at the environment's stamp) is not in it. The weight is that of the page and
of everything it names but pictures, as compressed by the server for a browser, without headers.

What would make it lie: Python's compiled files and the disk's cache, which are warm here as on any second start; a
page that is served before there is anything to draw with (the composer is asked for, and the engine's own readiness
is printed beside it); a style sheet or a script that only another one names (they are followed).
"""

import asyncio
import gzip
import re
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

import brotli

from tests.benchmarks.figures import Findings, Goal, Line, alone, table
from tests.site import Site, running_site

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NAMED = {
    "html": re.compile(
        r"""<(?:script[^>]*\ssrc|use[^>]*\shref|link[^>]*\srel="(?:stylesheet|icon|modulepreload|preload)"[^>]*\shref)"""
        r"""="([^"#]+)"""
    ),
    "css": re.compile(r"""(?:@import\s+|url\()["']?(?!data:|#)([^"')#]+)"""),
    "js": re.compile(r"""(?:from|import)\s*["']([./][^"']+)["']"""),
}


async def run(rounds: int = 5) -> Findings:
    return await asyncio.to_thread(_run, rounds)


def _run(rounds: int) -> Findings:
    with (
        tempfile.TemporaryDirectory(prefix="bench") as folder,
        running_site(Path(folder) / "data", models="safelight/picto") as site,
    ):
        found = weigh(site.url)
        starts = [_start(site) for _ in range(rounds)]
    whole = sum(found.values()) / 1000
    goal = Goal(at_most=90)
    lines = [
        alone(
            "second start → the studio's page",
            [page for page, _ in starts],
            form="{:.2f} s",
            goal=Goal(at_most=3),
        ),
        alone("second start → an engine that draws", [engine for _, engine in starts], form="{:.2f} s"),
        Line(
            "first visit of the studio, compressed",
            f"{whole:.0f} KB",
            goal=f"{goal} KB",
            is_met=goal.holds(whole),
        ),
    ]
    rows = [(name, f"{size / 1000:.1f}") for name, size in sorted(found.items(), key=lambda each: -each[1])]
    return Findings(lines, [table(("what the studio's first visit loads", "KB"), rows)])


def _start(site: Site) -> tuple[float, float]:
    """Stop it, start it; seconds until the page and until the engine."""
    site.stop()
    boot = site.engine()["boot"]
    began = time.monotonic()
    site.start(wait=False)
    site.until(lambda: _has_composer(site.url), within_s=60)
    page_s = time.monotonic() - began
    site.until_engine(other_than=boot)
    return page_s, time.monotonic() - began


def _has_composer(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return b'name="prompt"' in answer.read()
    except OSError:
        return False


def weigh(url: str) -> dict[str, int]:
    """Bytes on the wire of the page at `url` and of all that it names, by a short name."""
    found: dict[str, int] = {}
    waiting = [url + "/"]
    seen = set(waiting)
    while waiting:
        address = waiting.pop()
        size, text = _fetch(address)
        found[re.sub(r"\.[0-9a-f]{12}\.", ".", address.removeprefix(url))] = size
        for name in _names(address, text):
            named = urljoin(address, name)
            if named.startswith(url) and named not in seen:
                seen.add(named)
                waiting.append(named)
    return found


def _names(address: str, text: str) -> list[str]:
    kind = "html" if address.endswith("/") else address.rpartition(".")[2]
    return NAMED[kind].findall(COMMENT.sub("", text)) if kind in NAMED else []


def _fetch(address: str) -> tuple[int, str]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "br, gzip"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        body, coding = answer.read(), answer.headers.get("Content-Encoding", "")
    plain = {"br": brotli.decompress, "gzip": gzip.decompress}.get(coding, bytes)(body)
    return len(body), plain.decode("utf-8", "replace")
