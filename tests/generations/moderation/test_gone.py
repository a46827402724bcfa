"""What is hidden or removed is gone from everywhere at once, and comes back whole."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts import tokens
from accounts.models import User
from generations import queries
from generations.models import Album, Case, Notice, Output, Placement, Share, Tag, Tagging
from generations.services import cases, decisions, notices
from generations.services.verifying import verify
from generations.signing import media_url, shown_url, token_of
from tests.generations.moderation.test_decisions import decide
from tests.generations.pictures import png

PROMPT = "a very odd heron"


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss@example.org", "a quiet amber lamp")


@pytest.fixture
def shown(alice: User, make_output: Callable[..., Output]) -> Output:
    """A public picture with a real file, in an album, with links of every kind."""
    User.objects.filter(pk=alice.pk).update(handle="alice", has_profile=True)
    alice.refresh_from_db()
    output = make_output(alice, prompt=PROMPT)
    default_storage.delete(f"{output.key}/master.png")
    default_storage.save(f"{output.key}/master.png", ContentFile(png(64, 48)))
    told = {"user": alice, "is_public": True, "published_at": timezone.now(), "cover": output}
    Share.objects.create(output=output, model=output.prediction.version.model, **told)
    Share.objects.create(prediction=output.prediction, **told)
    album = Album.objects.create(user=alice, name="mine", cover=output)
    Placement.objects.create(album=album, output=output)
    Placement.objects.create(album=album, output=make_output(alice, prompt="a sibling"))
    Share.objects.create(album=album, user=alice)
    Tagging.objects.create(tag=Tag.objects.create(user=alice, name="blue"), output=output)
    return output


def public_places(output: Output) -> Iterator[tuple[str, str]]:
    """Name and address of every place where somebody without an account may come upon it."""
    single = Share.objects.get(output=output)
    several = Share.objects.get(album__isnull=False)
    token = token_of("share", single)
    yield "explore", "/explore/"
    yield "model", "/explore/safelight/picto/"
    yield "profile", "/@alice/"
    yield "feed", "/explore/feed/"
    yield "feed of the model", "/explore/safelight/picto/feed/"
    yield "feed of the person", "/@alice/feed/?format=rss"
    yield "sitemap", "/sitemap.xml"
    yield "share", f"/s/{token}/"
    yield "share of the prediction", f"/s/{token_of('share', Share.objects.get(prediction__isnull=False))}/"
    yield "album", f"/s/{token_of('share', several)}/"
    yield "embed", f"/s/{token}/embed/"
    yield "card", f"/s/{token}/card.jpg"
    yield "oembed", f"/oembed/?url=http://testserver/s/{token}/"
    yield "download", f"/s/{token}/download/{output.pk}/png/"
    yield "download from the album", f"/s/{token_of('share', several)}/download/{output.pk}/png/"
    yield "file", media_url(output, "master.png")
    yield "small file", media_url(output, "320.webp")
    yield "shown file", shown_url(single, output, "master.png")
    yield "shown file of the album", shown_url(several, output, "320.webp")


def owners_places(output: Output) -> Iterator[tuple[str, str]]:
    yield "gallery", "/gallery/"
    yield "search", "/gallery/?q=heron"
    yield "album", f"/albums/{Album.objects.get().pk}/"
    yield "albums", "/albums/"
    yield "detail", f"/gallery/{output.pk}/"
    yield "download", f"/gallery/{output.pk}/download/png/"
    yield "lineage", f"/gallery/{output.pk}/lineage/"
    yield "prediction", f"/predictions/{output.prediction_id}/"
    yield "studio", "/"
    yield "start", f"/?start={output.pk}"


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def traces(client: Client, places: Iterator[tuple[str, str]], output: Output) -> dict[str, str]:
    """Where it can be seen: a file that comes, or an address of one of its files on the page."""
    found = {}
    single = Share.objects.get(output=output)
    for name, address in places:
        response = client.get(address)
        body = body_of(response)
        is_file = response.status_code == 200 and response["Content-Type"].startswith("image/")
        links = (
            f"/media/{output.pk}/",
            f"/{output.pk}/master",
            f"/{output.pk}/320",
            token_of("share", single),
        )
        if is_file or (response.status_code == 200 and any(link.encode() in body for link in links)):
            found[name] = f"{response.status_code} {response['Content-Type']}"
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outcome", ["hide", "remove"])
def test_gone_from_everywhere_and_back(
    shown: Output, alice: User, boss: User, client_of: Callable[[User | None], Client], outcome: str
) -> None:
    """Every place that showed it shows nothing of it from the next request on; reversed, each shows it as before."""
    stranger, owner = client_of(None), client_of(alice)
    before = traces(stranger, public_places(shown), shown), traces(owner, owners_places(shown), shown)
    assert len(before[0]) >= 17, before[0]
    assert len(before[1]) >= 7, before[1]
    made = decide(cases.file_signal(shown, kind="report", category="violence"), boss, outcome)
    assert traces(stranger, public_places(shown), shown) == {}
    assert traces(owner, owners_places(shown), shown) == {}
    decisions.undo(made, boss)
    assert traces(stranger, public_places(shown), shown) == before[0]
    assert traces(owner, owners_places(shown), shown) == before[1]


@pytest.mark.django_db(transaction=True)
def test_siblings_stay(shown: Output, boss: User, client_of: Callable[[User | None], Client]) -> None:
    """What is withheld spoils nothing beside it: the album still opens, with the other picture in it."""
    decide(cases.file_signal(shown, kind="report", category="violence"), boss, "remove")
    page = client_of(None).get(f"/s/{token_of('share', Share.objects.get(album__isnull=False))}/")
    sibling = Output.objects.exclude(pk=shown.pk).get()
    assert page.status_code == 200
    assert sibling.pk in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_its_owner_is_told_why(
    shown: Output,
    alice: User,
    boss: User,
    client_of: Callable[[User | None], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The owner finds it withheld, with the way to the notice; nobody else finds anything."""
    monkeypatch.setattr(notices, "UNDO", timezone.timedelta(0))
    decide(cases.file_signal(shown, kind="report", category="violence"), boss, "remove")
    page = client_of(alice).get(f"/gallery/{shown.pk}/")
    notice = alice.notices.get()
    assert f"/account/notices/{notice.pk}/" in page.content.decode()
    assert client_of(None).get(f"/account/notices/{notice.pk}/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_verify_knows_it_no_more(shown: Output, boss: User) -> None:
    """What is withheld is not found again by its likeness either."""
    image = Image.effect_noise((256, 256), 90).convert("RGB")
    import io

    file = io.BytesIO()
    image.save(file, "PNG")
    from generations import fingerprint

    Output.objects.filter(pk=shown.pk).update(fingerprint=fingerprint.of(image).hash)
    assert verify(file.getvalue()).kind == "published"
    decide(cases.file_signal(shown, kind="report", category="violence"), boss, "hide")
    assert verify(file.getvalue()).kind == "unknown"


@pytest.mark.django_db(transaction=True)
def test_what_is_unlisted_still_opens(
    shown: Output, boss: User, client_of: Callable[[User | None], Client]
) -> None:
    """Unlisted: in no list, and its link works."""
    decide(cases.file_signal(shown, kind="report", category="spam"), boss, "unlist")
    seen = traces(client_of(None), public_places(shown), shown)
    assert "share" in seen
    assert not {"explore", "feed", "profile", "sitemap", "model"} & seen.keys()


@pytest.mark.django_db(transaction=True)
def test_what_is_for_adults_asks_first(
    shown: Output, boss: User, client_of: Callable[[User | None], Client]
) -> None:
    """For adults: nothing of it in lists, cards and frames; its page asks, and opens to who says so."""
    decide(cases.file_signal(shown, kind="report", category="unmarked"), boss, "age_gate")
    stranger = client_of(None)
    seen = traces(stranger, public_places(shown), shown)
    assert not {"explore", "feed", "profile", "sitemap", "album", "download"} & seen.keys()
    token = token_of("share", Share.objects.get(output=shown))
    assert "I am an adult" in stranger.get(f"/s/{token}/").content.decode()
    assert stranger.post(f"/s/{token}/open/").status_code == 422
    assert stranger.post(f"/s/{token}/open/", {"is_adult": "1"}).status_code == 302
    assert shown.pk in stranger.get(f"/s/{token}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_suspended_person(
    shown: Output, alice: User, boss: User, client_of: Callable[[User | None], Client]
) -> None:
    """What they published is gone while it lasts; they can neither make nor share; they read why, and export."""
    decide(cases.file_signal(alice, kind="report", category="hate"), boss, "suspend", days=3)
    assert (
        traces(client_of(None), (each for each in public_places(shown) if "file" not in each[0]), shown) == {}
    )
    owner = client_of(alice)
    refused = owner.post("/", {"prompt": "a fox"})
    assert refused.status_code == 403
    assert "suspended until" in refused.content.decode()
    assert owner.post(f"/gallery/{shown.pk}/share/", {}).status_code in (403, 422)
    assert "Your account is suspended" in owner.get("/account/").content.decode()
    assert owner.post("/account/export/").status_code == 200
    assert owner.get("/gallery/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_programs_do_not_get_it_either(shown: Output, alice: User, boss: User) -> None:
    """The API lists no address of its file, from the next request on; reversed, it does again."""
    _, secret = tokens.create(alice, "a program")
    program = Client(headers={"Authorization": f"Bearer {secret}"})

    def told() -> str:
        return program.get(f"/v1/predictions/{shown.prediction_id}").content.decode()

    assert shown.pk in told()
    made = decide(cases.file_signal(shown, kind="report", category="violence"), boss, "remove")
    assert shown.pk not in told()
    decisions.undo(made, boss)
    assert shown.pk in told()


def test_the_queue_counts(shown: Output) -> None:
    """The numbers of the desk come from the rows."""
    cases.file_signal(shown, kind="report", category="violence")
    assert queries.desk_counts()["serious"] == 1 == Case.objects.count()
    assert json.dumps(queries.desk_counts())


@pytest.mark.parametrize(
    ("outcome", "said", "unsaid"),
    [
        ("hide", "Nothing was deleted", "was removed"),
        ("remove", "This picture was removed", "Nothing was deleted"),
    ],
)
def test_its_page_says_what_its_notice_says(
    shown: Output, alice: User, boss: User, client_of: Any, outcome: str, said: str, unsaid: str
) -> None:
    decide(cases.file_signal(shown, kind="report", category="violence"), boss, outcome)
    page = client_of(alice).get(f"/gallery/{shown.pk}/").content.decode()
    assert said in page
    assert unsaid not in page


def test_among_others_its_place_says_that_it_is_withheld(shown: Output, boss: User) -> None:
    """On a link to the whole prediction: it was not deleted."""
    decide(cases.file_signal(shown, kind="report", category="violence"), boss, "hide")
    link = Share.objects.get(prediction__isnull=False)
    page = Client().get(f"/s/{token_of('share', link)}/").content.decode()
    assert "Withheld" in page
    assert "Deleted" not in page


def test_a_reversed_decision_says_so_first(shown: Output, alice: User, boss: User, client_of: Any) -> None:
    """Its notice stays as it was written; what it threatens no longer holds, and the page says that before it."""
    made = decide(cases.file_signal(shown, kind="report", category="violence"), boss, "remove")
    Notice.objects.update(leaves_at=timezone.now())
    address = f"/account/notices/{Notice.objects.get().pk}/"
    assert "was reversed" not in client_of(alice).get(address).content.decode()
    with transaction.atomic():
        decisions.overturn(made, by=boss)
    page = client_of(alice).get(address).content.decode()
    assert page.index("This decision was reversed.") < page.index("We have decided about")
