"""Promises of links: what each option shows and to whom, how a link is opened, and how it ends."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from generations import imaging, signing
from generations.models import Album, Origin, Output, Placement, Prediction, Share, Status, Upload
from generations.services import doors, outputs, shares
from generations.services.shares import Options
from generations.signing import token_of
from tests.generations.pictures import gradient, saved

pytestmark = pytest.mark.django_db

CRAWLER = "Mozilla/5.0 (compatible; Twitterbot/1.0)"
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
ASKERS = ("owner", "other", "guest", "crawler")

Askers = dict[str, Client]
Link = Callable[..., str]


@pytest.fixture(autouse=True)
def ada(alice: User) -> None:
    alice.name, alice.handle = "Ada Lovelace", "ada"
    alice.save(update_fields=["name", "handle"])


@pytest.fixture
def askers(client_of, alice: User, bob: User, guest: User) -> Askers:
    """The browsers of each kind of asker."""
    found = {
        "owner": client_of(alice),
        "other": client_of(bob),
        "guest": client_of(guest),
        "crawler": Client(),
    }
    for name, client in found.items():
        client.defaults["HTTP_USER_AGENT"] = CRAWLER if name == "crawler" else PERSON
    return found


@pytest.fixture
def picture(alice: User, make_output) -> Output:
    """With files that are pictures."""
    developed = imaging.develop(saved(gradient(64, 48), "PNG"))
    found = make_output(alice, prompt="a secret fox", width=64, height=48)
    default_storage.delete(f"{found.key}/master.png")
    default_storage.save(f"{found.key}/master.png", ContentFile(developed.master))
    return found


@pytest.fixture
def link(alice: User, picture: Output) -> Link:
    """link(subject, **options): the address of a new link of alice's; of her picture where no subject is given."""

    def make(subject=None, **options) -> str:
        share = shares.create(alice, subject or picture, Options(**options))
        return f"/s/{token_of('share', share)}/"

    return make


def share_of(address: str) -> Share:
    return Share.objects.get(pk=address.split("/")[2][:26])


def text(response) -> str:
    return response.content.decode()


# What a link shows


@pytest.mark.parametrize("who", ASKERS)
@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("shows_prompt", "a secret fox"),
        ("shows_seed", '<dd class="mono">7</dd>'),
        ("shows_recipe", "<dt>Steps</dt>"),
        ("shows_name", "Ada Lovelace"),
    ],
)
def test_option_shows_and_hides(askers: Askers, link: Link, who: str, option: str, words: str) -> None:
    """What is ticked stands on the page, and what is not does not, whoever looks."""
    assert words in text(askers[who].get(link(**{option: True})))
    assert words not in text(askers[who].get(link(**{option: False})))


@pytest.mark.parametrize("who", ASKERS)
def test_addresses_are_hidden_unless_ticked(askers: Askers, link: Link, picture: Output, who: str) -> None:
    """A start image is shown only where its publisher ticked it."""
    version = picture.prediction.version
    version.schema["properties"]["image"] = {"type": "string", "format": "uri", "title": "Start image"}
    version.save(update_fields=["schema"])
    picture.prediction.input["image"] = "https://example.org/at-home.png"
    picture.prediction.save(update_fields=["input"])
    assert "at-home" not in text(askers[who].get(link()))
    assert "at-home" in text(askers[who].get(link(shows_origins=True)))


@pytest.mark.parametrize("who", ASKERS)
def test_origins_are_hidden_unless_ticked(
    askers: Askers, link: Link, picture: Output, alice: User, make_output, who: str
) -> None:
    """A start image and a parent are shown only where ticked, their files too; never their prompts."""
    parent = make_output(alice, prompt="the parent's words")
    Origin.objects.create(
        prediction=picture.prediction, kind="vary", parent=parent.prediction, output=parent, root=parent.pk
    )
    brought = Upload.objects.create(
        user=alice, key="uploads/te/x", size=4, sha256="7" * 64, width=8, height=8, expires_at=timezone.now()
    )
    brought.predictions.add(picture.prediction)
    default_storage.save("uploads/te/x/thumb.webp", ContentFile(b"webp"))
    assert brought.pk not in text(askers[who].get(link()))
    address = link(shows_origins=True)
    page = text(askers[who].get(address))
    files = [re.search(rf'"(/media/s/[^"]+/{each.pk}/[^"]+)"', page)[1] for each in (brought, parent)]
    assert {askers[who].get(file).status_code for file in files} == {200}
    assert "parent's words" not in page
    Share.objects.update(shows_origins=False)
    assert {askers[who].get(file).status_code for file in files} == {404}


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_download_carries_what_is_shown(client: Client, link: Link, picture: Output, format: str) -> None:
    """A file that is taken away holds the recipe as far as the page shows it."""
    recipe = imaging.read_recipe(client.get(f"{link()}download/{picture.pk}/{format}/").content)
    assert recipe == {"prompt": "a secret fox", "steps": 12, "seed": 7}
    address = link(shows_prompt=False, shows_seed=False)
    assert imaging.read_recipe(client.get(f"{address}download/{picture.pk}/{format}/").content) == {
        "steps": 12
    }


@pytest.mark.parametrize("who", ASKERS)
@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_download_without_metadata(
    askers: Askers, link: Link, picture: Output, who: str, format: str
) -> None:
    """With "leave the recipe out" a file holds none, but still the mark of AI, and its name tells no prompt."""
    address = link(strips_metadata=True, shows_prompt=False)
    response = askers[who].get(f"{address}download/{picture.pk}/{format}/")
    assert imaging.read_recipe(response.content) is None
    assert b"trainedAlgorithmicMedia" in response.content
    assert "secret" not in response["Content-Disposition"]


@pytest.mark.parametrize(("is_public", "robots"), [(False, "noindex"), (True, None)])
@pytest.mark.parametrize("who", ASKERS)
def test_only_what_is_public_is_indexed(
    askers: Askers, link: Link, who: str, is_public: bool, robots: str | None
) -> None:
    """An unlisted page says so to search engines, in its header and its head; a public one does not."""
    response = askers[who].get(link(is_public=is_public))
    assert response.get("X-Robots-Tag") == robots
    assert ('<meta name="robots" content="noindex">' in text(response)) == (not is_public)


# Who may open it


@pytest.mark.parametrize("who", ["other", "guest", "crawler"])
def test_password_keeps_the_door_shut(askers: Askers, link: Link, who: str) -> None:
    """Before the password nothing is told but that something was shared; with it all is shown, in this session only."""
    address = link(password="open sesame")
    before = askers[who].get(address)
    assert "secret" not in text(before)
    assert "Ada" not in text(before)
    assert "og:image" not in text(before)
    assert askers[who].post(f"{address}open/", {"password": "wrong"}).status_code == 422
    assert askers[who].post(f"{address}open/", {"password": "open sesame"}).status_code == 302
    assert "a secret fox" in text(askers[who].get(address))
    assert "a secret fox" not in text(Client().get(address))


def test_owner_needs_no_password(askers: Askers, link: Link) -> None:
    """Whoever made the link sees what is behind."""
    assert "a secret fox" in text(askers["owner"].get(link(password="open sesame")))


def test_password_is_hashed_with_argon2id(link: Link, settings) -> None:
    """The password itself is kept nowhere."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert share_of(link(password="open sesame")).password.startswith("argon2$argon2id$")


def test_ten_tries_an_hour(client: Client, link: Link) -> None:
    """After ten passwords from one place even the right one must wait."""
    address = link(password="open sesame")
    told = [client.post(f"{address}open/", {"password": f"no {n}"}).status_code for n in range(doors.TRIES)]
    assert set(told) == {422}
    refused = client.post(f"{address}open/", {"password": "open sesame"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_new_password_shuts_the_door_again(client: Client, link: Link, picture: Output) -> None:
    """Who came in with the old password is asked for the new one, and the addresses of files die with the old."""
    address = link(password="open sesame")
    client.post(f"{address}open/", {"password": "open sesame"})
    master = re.search(r'src="(/media/s/[^"]+master\.png)"', text(client.get(address)))[1]
    assert client.get(master).status_code == 200
    shares.change(share_of(address), Options(password="another one"))
    assert "a secret fox" not in text(client.get(address))
    assert client.get(master).status_code == 404


@pytest.mark.parametrize("who", ASKERS)
def test_link_ends(askers: Askers, link: Link, who: str) -> None:
    """After its time a link leads nowhere, for anyone."""
    address = link(expires_at=timezone.now() + timedelta(hours=1))
    assert askers[who].get(address).status_code == 200
    Share.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert askers[who].get(address).status_code == 404


def test_view_limit(link: Link) -> None:
    """As many people as the limit says open it; to look at its door costs nothing; afterwards it is gone."""
    address = link(views_most=2)
    for _ in range(2):
        person = Client()
        assert "a secret fox" not in text(person.get(address))
        assert person.post(f"{address}open/").status_code == 302
        assert "a secret fox" in text(person.get(address))
        assert "a secret fox" in text(person.get(address))
    assert Client().get(address).status_code == 404
    assert Client().post(f"{address}open/").status_code == 404
    assert share_of(address).views == 2


@pytest.mark.parametrize("who", ["other", "guest", "crawler"])
def test_one_view_is_one_persons(askers: Askers, link: Link, who: str) -> None:
    """Before the button nothing is told; then one sees it, and it is gone for all others but the owner."""
    address = link(views_most=1)
    before = askers[who].get(address)
    assert "secret" not in text(before)
    assert "/media/" not in text(before)
    askers[who].post(f"{address}open/")
    assert "a secret fox" in text(askers[who].get(address))
    others = [name for name in ASKERS if name not in {who, "owner"}]
    assert {askers[name].get(address).status_code for name in others} == {404}
    assert "a secret fox" in text(askers["owner"].get(address))


@pytest.mark.parametrize("who", ASKERS)
def test_revoked_for_everyone(askers: Askers, link: Link, who: str) -> None:
    """Whoever asks, the owner as well, finds nothing at a link that was taken back, nor at the files it showed."""
    address = link()
    page = askers[who].get(address)
    files = {*re.findall(r'"(/media/s/[^" ]+)', text(page))}
    assert {askers[who].get(file).status_code for file in files} == {200}
    shares.revoke(share_of(address))
    assert {askers[who].get(part).status_code for part in [address, *files]} == {404}


@pytest.mark.parametrize("who", ASKERS)
def test_explore_holds_what_is_public(askers: Askers, link: Link, who: str) -> None:
    """A public link stands in Explore for everyone, an unlisted one for nobody, its owner included."""
    public, unlisted = link(is_public=True), link()
    page = text(askers[who].get("/explore/"))
    assert public in page
    assert unlisted not in page


def test_files_of_a_limited_link_end(client: Client, link: Link, monkeypatch) -> None:
    """The addresses that one view gave open nothing once its ten minutes are over."""
    address = link(views_most=1)
    client.post(f"{address}open/")
    master = re.search(r'src="(/media/s/[^"]+master\.png)"', text(client.get(address)))[1]
    assert client.get(master).status_code == 200
    real = doors.time.time
    monkeypatch.setattr("generations.access.time.time", lambda: real() + doors.ONCE_S + 1)
    assert client.get(master).status_code == 404


def test_crawler_uses_no_view_up(askers: Askers, link: Link) -> None:
    """A program that previews a limited link sees its door alone."""
    address = link(views_most=1)
    askers["crawler"].get(address)
    assert share_of(address).views == 0


# How it is counted


def test_views_are_counted(askers: Askers, link: Link) -> None:
    """Each person counts once in a minute; the owner, programs, HEAD and loading on suspicion do not count."""
    address = link()
    for who in ASKERS:
        for _ in range(2):
            askers[who].get(address)
    Client().head(address, headers={"User-Agent": PERSON})
    Client().get(address, headers={"User-Agent": PERSON, "Sec-Purpose": "prefetch;prerender"})
    assert share_of(address).views == 2  # the other person and the guest


# How it ends


def test_revoked_at_once(
    client: Client, link: Link, picture: Output, django_capture_on_commit_callbacks
) -> None:
    """Taken back, a link, its files, card, frame and feed entries are 404, with no trace of what they were."""
    address = link(is_public=True)
    page = text(client.get(address))
    files = {*re.findall(r'"(/media/s/[^" ]+)', page)}
    parts = [address, f"{address}card.jpg", f"{address}embed/", f"{address}report/", *files]
    oembed = f"/oembed/?url=http://testserver{address}"
    assert {client.get(part).status_code for part in [*parts, oembed]} == {200}
    with django_capture_on_commit_callbacks(execute=True):
        shares.revoke(share_of(address))
    answers = [client.get(part) for part in [*parts, oembed]]
    assert {answer.status_code for answer in answers} == {404}
    assert not any("secret" in text(answer) for answer in answers)
    assert address not in text(client.get("/explore/"))
    assert address not in text(client.get("/explore/feed/"))
    assert address not in text(client.get("/sitemap.xml"))
    assert not default_storage.exists(f"cards/{share_of(address).pk}")


@pytest.mark.parametrize("end", ["bin", "purge"])
def test_deleted_picture_is_gone(
    client: Client, link: Link, picture: Output, end: str, django_capture_on_commit_callbacks
) -> None:
    """What lies in the bin, or was deleted for ever, no link shows, and no address of a file opens."""
    address = link()
    master = re.search(r'src="(/media/s/[^"]+master\.png)"', text(client.get(address)))[1]
    with django_capture_on_commit_callbacks(execute=True):
        outputs.trash(picture) if end == "bin" else outputs.purge(picture)
    assert client.get(address).status_code == client.get(master).status_code == 404


def test_switched_off_person_shares_nothing(client: Client, link: Link, alice: User) -> None:
    """The links of an account that was switched off lead nowhere."""
    address = link()
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(address).status_code == 404


def test_blocked_person_sees_nothing(askers: Askers, link: Link, alice: User, bob: User) -> None:
    """Whom the publisher has blocked finds nothing at the link; others do."""
    address = link()
    askers["owner"].post("/account/profile/", {"name": "Ada", "handle": "ada", "has_profile": "on"})
    bob.handle = "bob"
    bob.save(update_fields=["handle"])
    assert askers["owner"].post("/@bob/block/", {"is_blocked": "1"}).status_code == 302
    assert askers["other"].get(address).status_code == askers["other"].get("/@ada/").status_code == 404
    assert askers["guest"].get(address).status_code == 200
    askers["owner"].post("/@bob/block/", {"is_blocked": "0"})
    assert askers["other"].get(address).status_code == 200


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token[:26],
        lambda token: "1" + token[1:],
        lambda token: token + "A",
        lambda token: token.upper(),
        lambda token: "é" * 48,
        lambda token: "a" * 3000,
    ],
)
def test_forged_link_leads_nowhere(client: Client, link: Link, forge) -> None:
    """A link with another id or signature is a 404."""
    token = link().split("/")[2]
    assert client.get(f"/s/{forge(token)}/").status_code == 404


def test_link_of_another_kind_does_not_fit(client: Client, link: Link) -> None:
    """The signature of one kind of link opens no other."""
    share = share_of(link())
    forged = share.pk + signing.signature(django_settings.SECRET_KEY, "media", id=share.pk, epoch=share.epoch)
    assert client.get(f"/s/{forged}/").status_code == 404


# How it is made


def test_new_link_is_made_by_form(askers: Askers, picture: Output) -> None:
    """The form makes a link with what was ticked and nothing else."""
    answer = askers["owner"].post(f"/gallery/{picture.pk}/share/", {"shows_prompt": "on", "expires": "1d"})
    share = Share.objects.get()
    assert answer["Location"] == f"/links/{share.pk}/"
    assert (share.shows_prompt, share.shows_seed, share.shows_name) == (True, False, False)
    assert timedelta(hours=23) < share.expires_at - timezone.now() < timedelta(hours=25)
    assert f"/s/{token_of('share', share)}/" in text(askers["owner"].get(answer["Location"]))


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"views_most": "0"}, "views_most"),
        ({"views_most": "1.5"}, "views_most"),
        ({"views_most": "9" * 30}, "views_most"),
        ({"expires": "next year"}, "expires"),
        ({"password": "abc"}, "password"),
        ({"password": "a" * 201}, "password"),
        ({"visibility": "everywhere"}, "visibility"),
        ({"visibility": "public", "password": "open sesame"}, "visibility"),
        ({"visibility": "public", "views_most": "3"}, "visibility"),
    ],
)
def test_wrong_options_are_refused(askers: Askers, picture: Output, data: dict, field: str) -> None:
    """What cannot be is said at its field, and nothing is made."""
    answer = askers["owner"].post(f"/gallery/{picture.pk}/share/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Share.objects.exists()


def test_guest_makes_unlisted_links_only(client_of, guest: User, make_output) -> None:
    """A guest may share by link; what asks for more is not offered, and not done when asked all the same."""
    theirs = make_output(guest)
    browser = client_of(guest)
    assert "Everyone, in Explore" not in text(browser.get(f"/gallery/{theirs.pk}/share/"))
    browser.post(f"/gallery/{theirs.pk}/share/", {"visibility": "public"})
    assert not Share.objects.get().is_public


def test_publishing_needs_a_handle(client_of, bob: User, make_output) -> None:
    """Without a handle nothing is published, and the sentence says how to get one."""
    answer = client_of(bob).post(f"/gallery/{make_output(bob).pk}/share/", {"visibility": "public"})
    assert answer.status_code == 422
    assert "choose a handle" in text(answer)


def test_links_are_listed_in_few_queries(
    askers: Askers, link: Link, make_output, alice: User, django_assert_max_num_queries
) -> None:
    """All links stand in one list, which costs no more queries however many there are."""
    addresses = [link() for _ in range(12)]
    with django_assert_max_num_queries(4):
        page = text(askers["owner"].get("/links/"))
    assert all(address in page for address in addresses)
    assert not any(address in text(askers["other"].get("/links/")) for address in addresses)


def test_each_link_is_called_by_what_it_leads_to(
    askers: Askers, link: Link, picture: Output, alice: User
) -> None:
    """The prompt of a picture or a prediction, the name of an album: never the name of nothing."""
    link(), link(picture.prediction), link(Album.objects.create(user=alice, name="Harbours"))
    page = text(askers["owner"].get("/links/"))
    assert page.count(f">{picture.prediction.prompt}</a></p>") == 2
    assert ">Harbours</a></p>" in page
    assert "None" not in page


# Cards, frames and what programs read


def test_card_is_drawn_once(client: Client, link: Link, monkeypatch) -> None:
    """A card is a JPEG of 1200 × 630, drawn once and then served from storage, with 304 for who has it."""
    drawn = []
    real = imaging.decoded
    monkeypatch.setattr("generations.poster.decoded", lambda data: drawn.append(1) or real(data))
    first = client.get(f"{link()}card.jpg")
    assert Image.open(io.BytesIO(first.content)).size == (1200, 630)
    address = first.request["PATH_INFO"]
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert client.get(address).content == first.content
    assert (again.status_code, len(drawn)) == (304, 1)


@pytest.mark.parametrize("door", [{"password": "open sesame"}, {"views_most": 3}])
def test_link_with_a_door_has_no_card(askers: Askers, link: Link, door: dict) -> None:
    """With a password or a view limit there is no card, frame or oEmbed, and the head says nothing of the picture."""
    address = link(**door)
    page = text(askers["crawler"].get(address))
    assert "og:image" not in page
    assert "oembed" not in page
    assert "A shared picture" in page
    assert askers["crawler"].get(f"{address}card.jpg").status_code == 404
    assert askers["crawler"].get(f"{address}embed/").status_code == 404
    assert askers["crawler"].get(f"/oembed/?url=http://testserver{address}").status_code == 401


def test_frame_has_a_policy_of_its_own(client: Client, link: Link) -> None:
    """A frame may stand on any page, loads pictures and style of ours, runs nothing and sets no cookie."""
    answer = client.get(f"{link()}embed/")
    policy = answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in policy
    assert policy.startswith("default-src 'none'; img-src 'self' data:;")
    assert "script-src" not in policy
    assert "<script" not in text(answer)
    assert not answer.cookies


def test_oembed(client: Client, link: Link) -> None:
    """A program is given a frame that fits, and a thumbnail; nonsense is answered as the specification says."""
    address = link()
    page = text(client.get(address))
    discovered = re.search(r'type="application/json\+oembed" href="([^"]+)"', page)[1].replace("&amp;", "&")
    told = client.get(discovered.removeprefix("http://testserver")).json()
    assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", "a secret fox")
    assert f"{address}embed/" in told["html"]
    small = client.get(f"/oembed/?maxwidth=300&maxheight=200&url=http://testserver{address}").json()
    assert (small["width"], small["height"]) == (300, 200)
    asks = {"format=xml": 501, "x=1": 404, "url=http://elsewhere.example/s/x/": 404, "url=http://[": 404}
    assert {ask: client.get(f"/oembed/?{ask}&url=").status_code for ask in list(asks)[:1]} == {
        "format=xml": 501
    }
    assert {ask: client.get(f"/oembed/?{ask}").status_code for ask in asks} == asks


def test_json_ld_says_that_ai_made_it(client: Client, link: Link) -> None:
    """Search engines read who made the picture, and that it was made by a model; no prompt can break out of it."""
    Prediction.objects.update(prompt="</script><script>alert(1)</script>")
    page = text(client.get(link()))
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
    told = json.loads(block)
    assert told["digitalSourceType"] == "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
    assert told["description"] == "</script><script>alert(1)</script>"
    assert "<script>alert" not in page


def test_sensitive_picture_stands_on_no_card(client: Client, link: Link, picture: Output) -> None:
    """What is marked as sensitive is on no card, frame or feed, and is blurred until its viewer chooses otherwise."""
    address = link(is_public=True)
    before = client.get(f"{address}card.jpg").content
    outputs.mark_sensitive(picture, is_sensitive=True)
    assert client.get(f"{address}card.jpg").content != before
    assert "/media/" not in text(client.get(f"{address}embed/"))
    assert "/media/" not in text(client.get("/explore/feed/"))
    assert 'data-sees="blur"' in text(client.get(address))
    assert address in text(client.get("/explore/"))
    client.post("/viewing/", {"sensitive": "hide"})
    assert address not in text(client.get("/explore/"))
    client.post("/viewing/", {"sensitive": "show"})
    assert 'data-sees="show"' in text(client.get(address))


@pytest.mark.parametrize("who", ASKERS)
def test_make_one_like_this(askers: Askers, link: Link, who: str) -> None:
    """The composer is filled with what the link shows, and with nothing that it hides."""
    shown, hidden = link(), link(shows_prompt=False, shows_seed=False)
    composers = [
        askers[who].get(f"/?like={address.split('/')[2]}").context["composer"] for address in (shown, hidden)
    ]
    assert [composer.prompt.value for composer in composers] == ["a secret fox", ""]
    seeds = [
        control.value for composer in composers for control in composer.settings if control.name == "seed"
    ]
    assert seeds == [7, ""]


def test_nothing_like_what_is_behind_a_door(client: Client, link: Link) -> None:
    """The composer is no way round a password."""
    assert client.get(f"/?like={link(password='open sesame').split('/')[2]}").status_code == 404


# Several pictures


def test_album_shows_what_is_in_it(client: Client, link: Link, alice: User, make_output) -> None:
    """A shared album shows its pictures, each alone too; what is taken out or binned is gone, its files included."""
    album = Album.objects.create(user=alice, name="Best of winter")
    inside, other = make_output(alice, prompt="inside"), make_output(alice, prompt="outside")
    Placement.objects.create(album=album, output=inside)
    address = link(album)
    page = text(client.get(address))
    assert "Best of winter" in page
    assert inside.pk in page
    assert other.pk not in page
    assert "inside" in text(client.get(f"{address}?picture={inside.pk}"))
    assert client.get(f"{address}?picture={other.pk}").status_code == 404
    file = re.search(r'"(/media/s/[^" ]+)', page)[1]
    assert client.get(file).status_code == 200
    Placement.objects.all().delete()
    assert client.get(file).status_code == client.get(f"{address}?picture={inside.pk}").status_code == 404


def test_large_album_comes_in_stretches(
    client: Client, link: Link, alice: User, make_output, django_assert_max_num_queries
) -> None:
    """An album of many pictures is shown a stretch at a time, each at the same cost."""
    album = Album.objects.create(user=alice, name="Many")
    made = [make_output(alice) for _ in range(65)]
    Placement.objects.bulk_create(
        Placement(album=album, output=each, position=n) for n, each in enumerate(made)
    )
    address = link(album)
    with django_assert_max_num_queries(8):
        page = text(client.get(address))
    after = re.search(r'href="\?after=([^"]+)"', page)[1]
    rest = text(client.get(f"{address}?after={after}"))
    assert [each.pk in page for each in made] == [True] * 60 + [False] * 5
    assert [each.pk in rest for each in made] == [False] * 60 + [True] * 5
    assert client.get(f"{address}?after=1~x").status_code == 404


def test_prediction_without_pictures_says_so(client: Client, link: Link, alice: User, version) -> None:
    """A link to what failed says that it did not work out, and not why: the reason may speak of the prompt."""
    failed = Prediction.objects.create(
        user=alice,
        version=version,
        input={"prompt": "x"},
        prompt="x",
        status=Status.FAILED,
        error="Nobody knows a xyzzy.",
        completed_at=timezone.now(),
    )
    page = text(client.get(link(failed)))
    assert "This one did not work out." in page
    assert "xyzzy" not in page


# Albums: shared as a whole


def test_album_is_shared_by_its_form(client_of, alice: User, picture: Output) -> None:
    """An album has a form of its own, whose link shows what is in it."""
    album = Album.objects.create(user=alice, name="Winter")
    Placement.objects.create(album=album, output=picture)
    owner = client_of(alice)
    assert f"/albums/{album.pk}/share/" in text(owner.get(f"/albums/{album.pk}/"))
    sent = owner.post(f"/albums/{album.pk}/share/", {"shows_prompt": "on", "expires": "never"})
    assert sent["Location"] == f"/links/{Share.objects.get().pk}/"
    page = text(Client().get(f"/s/{token_of('share', Share.objects.get())}/"))
    assert "Winter" in page
    assert picture.pk in page


def test_adding_to_a_shared_album_says_so(client_of, alice: User, picture: Output, link: Link) -> None:
    """Before and after a picture is put into an album that others see, that is said; of any other it is not."""
    shared = Album.objects.create(user=alice, name="Winter", position=0)
    Album.objects.create(user=alice, name="Mine", position=1)
    link(shared)
    owner = client_of(alice)
    page = text(owner.get(f"/gallery/{picture.pk}/"))
    assert "Winter (shared)" in page
    assert "Mine (shared)" not in page
    assert "This album is shared" in text(owner.get(f"/albums/{shared.pk}/"))
    told = text(owner.post(f"/gallery/{picture.pk}/place/", {"album": shared.pk}, follow=True))
    assert "“Winter” is shared" in told
    assert "is shared" not in text(owner.post(f"/gallery/{picture.pk}/place/", {"name": "Mine"}, follow=True))


@pytest.mark.parametrize(("name", "is_said"), [("Winter", True), ("Mine", False)])
def test_adding_many_to_a_shared_album_says_so(
    client_of, alice: User, picture: Output, link: Link, name: str, is_said: bool
) -> None:
    """The same of many at once, with and without scripts, until it is undone."""
    link(Album.objects.create(user=alice, name="Winter"))
    owner = client_of(alice)
    sent = owner.post("/bulk/", {"verb": "place", "name": name, "id": picture.pk})
    address = sent["Location"]
    for headers in ({}, {"HX-Request": "true"}):
        assert ("That album is shared" in text(owner.get(address, headers=headers))) == is_said
    owner.post(f"{address}undo/")
    assert "That album is shared" not in text(owner.get(address))


@pytest.mark.parametrize("fields", [{"revoked_at": timezone.now()}, {"views_most": 1, "views": 1}])
def test_an_album_whose_links_have_ended_is_not_shared(client_of, alice: User, link: Link, fields) -> None:
    """Links that lead nowhere share nothing."""
    album = Album.objects.create(user=alice, name="Winter")
    link(album)
    Share.objects.update(**fields)
    assert "This album is shared" not in text(client_of(alice).get(f"/albums/{album.pk}/"))


# Reports


def test_mail_is_promised_only_where_it_is_sent(link: Link, settings) -> None:
    """Without mail the form asks for no address, and the receipt says where the outcome will stand."""
    address = f"{link()}report/"
    said = {"rule": "other", "words": "look", "email": "who@example.org"}
    settings.HAS_MAIL = False
    assert 'name="email"' not in text(Client().get(address))
    receipt = text(Client().post(address, said, follow=True))
    assert "who@example.org" not in receipt
    assert "Come back to it." in receipt
    settings.HAS_MAIL = True
    assert 'name="email"' in text(Client().get(address))
    assert "Word of it goes to who@example.org" in text(Client().post(address, said, follow=True))
