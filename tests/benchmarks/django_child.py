"""A process with the site's code and a database of its own under SAFELIGHT_DATA, without a server: asked by
gallery.py and claims.py."""

import os
import time
from datetime import timedelta
from itertools import islice
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY  # noqa: E402 - the apps must be ready
from allauth.mfa.models import Authenticator  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Value  # noqa: E402
from django.db.models.functions import Concat  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import roles  # noqa: E402
from accounts.models import User  # noqa: E402
from generations.models import Case, Engine, Output, Prediction, SearchEntry, Signal, Status  # noqa: E402
from generations.services import claims, engines, running  # noqa: E402
from inference.runners import echo  # noqa: E402
from tests.benchmarks.child import answer_forever  # noqa: E402

OWNER = "benchmark"
ENDED = 2  # ids of events: started, ended
CLIENT = Client(headers={"host": "localhost"})


def main() -> None:
    answer_forever(
        {
            "gallery": gallery,
            "page": page,
            "queue": queue,
            "claim": claim,
            "deepest": deepest,
            "desk": desk,
            "next_case": next_case,
        }
    )


def gallery(*, outputs: int, marked: int) -> None:
    """Somebody with this many pictures, who is signed in from here on; `marked` of their prompts hold a rare word."""
    call_command("seed_gallery", "keeper@example.org", str(outputs), verbosity=0)
    ids = list(SearchEntry.objects.order_by("pk").values_list("pk", flat=True))
    spread = ids[:: max(1, len(ids) // marked)][:marked]
    SearchEntry.objects.filter(pk__in=spread).update(words=Concat("words", Value(" with a lighthouse")))
    CLIENT.force_login(User.objects.get(email="keeper@example.org"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def page(*, path: str, times: int) -> dict[str, Any]:
    """The path by the whole stack of middleware and views: seconds of each time, and the count of queries."""
    spent: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        answer = CLIENT.get(path)
        spent.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.status_code
    with CaptureQueriesContext(connection) as queries:
        CLIENT.get(path)
    return {"spent_s": spent, "queries": len(queries), "size": len(answer.content)}


def deepest() -> str:
    """The address of the last stretch of the gallery."""
    last = Output.objects.order_by("id").values_list("pk", flat=True)[59]
    return f"/gallery/?after={last}"


def desk(*, waiting: int) -> None:
    """A moderator, signed in from here on, and so many cases about pictures of somebody; the first 20 are claimed."""
    call_command("seed_gallery", "shown@example.org", str(waiting), verbosity=0)
    person, other = User.objects.get(email="shown@example.org"), User.objects.create_user("other@example.org")
    moderator = User.objects.create_user("desk@example.org")
    roles.give(moderator, roles.Role.MODERATOR, by="site")
    now = timezone.now()
    rows = []
    for number, id in enumerate(Output.objects.order_by("pk").values_list("pk", flat=True)):
        case = Case(subject_kind="output", subject_id=id, person=person, category="hate", due_at=now)
        case.cluster, case.score, case.severity = case.pk, (number * 37 % 1000) / 10, 2
        if number < 20:
            case.claimed_by, case.claim_ends_at, case.score = other, now + timedelta(days=1), case.score + 100
        rows.append(case)
    Case.objects.bulk_create(rows, batch_size=1000)
    Signal.objects.bulk_create(
        [Signal(case=row, kind="report", category="hate") for row in rows], batch_size=1000
    )
    CLIENT.force_login(moderator)
    factor = Authenticator.objects.create(user=moderator, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    session = CLIENT.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": 0.0, "type": "totp", "id": factor.pk}
    ]
    session.save()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def next_case(*, times: int) -> float:
    """Seconds of one "next" with the page that it leads to, the mean of several."""
    spent_s = 0.0
    for _ in range(times):
        began = time.perf_counter()
        led = CLIENT.post("/moderation/next/")
        answer = CLIENT.get(led["Location"])
        spent_s += time.perf_counter() - began
        assert "data-case" in answer.content.decode(), answer.status_code
        mine = Case.objects.get(pk=led["Location"].rstrip("/").rpartition("/")[2])
        Case.objects.filter(pk=mine.pk).update(claimed_by=None, claim_ends_at=None, score=0)
    return spent_s / times


def queue(*, total: int, heavy_share: float, others: int) -> None:
    """`total` predictions waiting: one person owns `heavy_share` of them, `others` people the rest."""
    engine = engines.record(name="bench", base_url="http://127.0.0.1:9", token="", boot="bench")
    card = echo.load().card
    fields = ("ref", "version", "name", "description", "hint", "schema", "output", "examples")
    engines.hear(engine, {"models": [{name: getattr(card, name) for name in fields}], "status": "READY"})
    people = [User.objects.create_user(f"person{number}@example.org") for number in range(others + 1)]
    heavy = int(total * heavy_share)
    counts = [heavy, *[(total - heavy) // others] * others]
    rows = [
        _waiting(person, card.version, number)
        for person, count in zip(people, counts, strict=True)
        for number in range(count)
    ]
    Prediction.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _waiting(person: User, version: str, number: int) -> Prediction:
    """Stamped as services/predictions.py stamps them: each of a person's own comes one cost after the one before."""
    return Prediction(
        user=person,
        version_id=version,
        input={"prompt": "a queue"},
        prompt="a queue",
        vtime=float(number),
        cost=1.0,
    )


def claim(*, total: int) -> dict[str, Any]:
    """Claim one at a time, as slots come free one by one, and end each a little later; eight run at a time."""
    engine = Engine.objects.get(name="bench")
    heavy = User.objects.get(email="person0@example.org").pk
    held: list[Prediction] = []
    spent_s, cycle_began, of_heavy = 0.0, time.perf_counter(), 0
    for _ in range(total):
        began = time.perf_counter()
        (row,) = claims.claim(OWNER, engine, outputs=1, predictions=1)
        spent_s += time.perf_counter() - began
        of_heavy += row.user_id == heavy
        running.start(row, engine_seq=1)
        row.status = Status.PROCESSING
        held.append(row)
        for over in islice(list(held), max(0, len(held) - 7)):
            held.remove(over)
            running.finish(over, Status.FAILED, error="Ended by the benchmark.", code="benchmark")
    whole_s = time.perf_counter() - cycle_began
    for row in held:
        running.finish(row, Status.FAILED, error="Ended by the benchmark.", code="benchmark")
    left = Prediction.objects.filter(status=Status.STARTING).count()
    return {
        "claim_s": spent_s,
        "whole_s": whole_s,
        "of_heavy": of_heavy,
        "left": left,
        "at": str(timezone.now()),
    }


if __name__ == "__main__":
    main()
