"""Open one page again and again, from a process of its own, until stdin ends: `python looker.py URL COOKIES`.

A line of seconds for each look. A process of its own, so that what its starter does meanwhile is not measured.
"""

import sys
import threading
import time
import urllib.error
import urllib.request

PAUSE_S = 0.05


def main(url: str, cookies: str) -> None:
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    request = urllib.request.Request(url, headers={"Cookie": cookies})
    while not over.wait(PAUSE_S):
        began = time.monotonic()
        with urllib.request.urlopen(request, timeout=40) as response:
            response.read()
        print(time.monotonic() - began, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
