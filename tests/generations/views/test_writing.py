"""Pages of predictions that write: the text on them, what a model printed, and the way to such a model."""

import json

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from generations import queries
from generations.models import Chunk, Engine, Prediction, RegisteredModel, Share, Status, Version
from generations.services import predictions, running
from generations.text import printed
from inference.runners import canary, scribe


@pytest.fixture
def scribe_version(db) -> Version:
    return _version("scribe", scribe.SCHEMA, id="b" * 64)


def _version(name: str, schema: dict, *, id: str) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name=name, title=name.capitalize())
    return Version.objects.create(id=id, model=model, schema=schema, output={"mime": "text/plain"})


@pytest.fixture
def writing(alice: User, scribe_version: Version) -> Prediction:
    """Under way, with some words said and a log."""
    row = predictions.create(alice, scribe_version, {"prompt": "a fox"})
    Prediction.objects.filter(pk=row.pk).update(status=Status.PROCESSING, owner="me", claim=1)
    row.refresh_from_db()
    running.advance(row, engine_seq=1, yields={0: "The", 1: " fox"}, log="50%|█ | 1/2\n")
    row.refresh_from_db()
    return row


def page_of(client, row: Prediction) -> str:
    return client.get(f"/predictions/{row.pk}/").content.decode()


def frame_of(row: Prediction) -> str:
    context = {"snapshot": queries.snapshot(row), "audience": "owner"}
    return render_to_string("generations/_prediction.html", context)


def test_the_text_grows_in_the_frame(writing):
    """The fragment that the live line brings has the words so far, and more with the next."""
    assert ">The fox<" in frame_of(writing)
    running.advance(writing, engine_seq=2, yields={2: " waits."})
    assert ">The fox waits.<" in frame_of(writing)


def test_the_whole_text_stays(client_of, alice, writing):
    """After the end the page shows all of it, without a place for a picture and without a link to share it."""
    running.finish(writing, Status.SUCCEEDED, output=["The", " fox", " waits."])
    page = page_of(client_of(alice), writing)
    assert ">The fox waits.<" in page
    assert 'class="tray"' not in page
    assert f"/predictions/{writing.pk}/share/" not in page


def test_a_text_is_no_markup(client_of, alice, writing):
    """Markup of a model is text, and so are the escapes of a terminal."""
    words = "<script>alert(1)</script>\x1b[31mred\x1b[0m\u202etxt.exe"
    running.finish(writing, Status.SUCCEEDED, output=[words])
    page = page_of(client_of(alice), writing)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;redtxt.exe" in page
    assert "<script>alert" not in page


def test_a_stopped_text_can_still_be_read(client_of, alice, writing):
    """Canceled or failed: what was written is there, with why it ended."""
    running.finish(writing, Status.FAILED, error="The model broke its pen.")
    page = page_of(client_of(alice), writing)
    assert ">The fox<" in page
    assert "The model broke its pen." in page


def test_a_text_that_is_no_longer_kept(client_of, alice, writing):
    """What a program made is kept for a while; the page says so, instead of calling it empty."""
    running.finish(writing, Status.SUCCEEDED, output=["The fox"])
    gone = {"output_json": None, "data_removed_at": timezone.now()}
    Prediction.objects.filter(pk=writing.pk).update(**gone)
    Chunk.objects.filter(prediction=writing).delete()
    assert "is gone now" in page_of(client_of(alice), writing)


def test_the_log_is_on_the_page_of_its_owner(client_of, alice, writing):
    """What the model printed, in the end of the page, never in the frame."""
    assert "50%|█ | 1/2" in page_of(client_of(alice), writing)
    assert "1/2" not in frame_of(writing)


def test_the_log_shows_no_control_characters(client_of, alice, writing):
    """A model may print what it likes: no escape, no bell, no turned text and no markup comes through."""
    log = "\x1b]0;title\x07\x1b[2Jdone\x08\x00\x9b31m <b>\u202eevil\x85next"
    Chunk.objects.create(prediction=writing, seq=9, kind="log", data=log.replace("\0", ""))
    page = page_of(client_of(alice), writing)
    assert "&lt;b&gt;evil" in page
    assert not [char for char in page if ord(char) < 32 and char not in "\n\t"]
    assert not [char for char in page if 0x7F <= ord(char) < 0xA0 or 0x202A <= ord(char) <= 0x202E]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("10%\r20%\r30%\nnext", "30%\nnext"),
        ("one\r\ntwo", "one\ntwo"),
        ("\x1b[1;31mred\x1b[m", "red"),
        ("a\x07b", "a\N{REPLACEMENT CHARACTER}b"),
        ("tab\tstays", "tab\tstays"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
    ],
)
def test_printed(raw, shown):
    """A line that was written over is shown as it was in the end; colours are left out."""
    assert printed(raw) == shown


def test_a_log_of_returns_alone_takes_no_time():
    """The cleaning is linear."""
    assert printed("x\r" * 200_000 + "y") == "y"
    assert printed("\x1b]" * 100_000).count("\x1b") == 0


def test_nobody_shares_a_text(client_of, alice, writing):
    """The page of a new link says why, and makes none."""
    answer = client_of(alice).post(f"/predictions/{writing.pk}/share/", {"shows_prompt": "on"})
    assert "this is a text" in answer.content.decode()
    assert not Share.objects.exists()


def test_the_gallery_has_pictures_alone(client_of, alice, writing, picture):
    """A text is nowhere in it, and breaks nothing."""
    running.finish(writing, Status.SUCCEEDED, output=["The fox"])
    page = client_of(alice).get("/gallery/").content.decode()
    assert page.count("data-output=") == 1


def test_the_strip_has_texts_too(client_of, alice, writing):
    """What was written lately stands among what was drawn."""
    assert f'data-prediction="{writing.pk}"' in client_of(alice).get("/").content.decode()


@pytest.fixture
def served(version, scribe_version) -> Engine:
    engine = Engine.objects.create(name="one", base_url="http://127.0.0.1:9", status="READY", slots_max=2)
    engine.versions.set([version, scribe_version])
    return engine


def test_the_studio_offers_a_model_that_draws_first(client_of, alice, served):
    """However new the one that writes is; the other is a click away."""
    page = client_of(alice).get("/").content.decode()
    assert 'name="composer-model" value="safelight/picto"' in page
    assert 'href="/?composer-model=safelight%2Fscribe"' in page
    other = client_of(alice).get("/?composer-model=safelight/scribe").content.decode()
    assert 'name="composer-model" value="safelight/scribe"' in other
    assert ">Write</button>" in other


def test_one_model_needs_no_choice(client_of, alice, served, version):
    served.versions.set([version])
    assert 'aria-label="Models"' not in client_of(alice).get("/").content.decode()


def test_a_text_is_sent_from_the_studio(client_of, alice, served):
    """Its prompt is what lists call it by; no file is asked for."""
    asked = {"composer-model": "safelight/scribe", "prompt": "a fox", "words": "20", "pace": "50", "seed": ""}
    client_of(alice).post("/", asked)
    row = Prediction.objects.get(user=alice)
    assert (row.prompt, row.outputs_asked, row.width, row.input["words"]) == ("a fox", 0, 0, 20)


def test_a_model_whose_prompt_has_another_name(alice, db):
    """Lists call it by what stands in the prompt's place."""
    version = _version("canary", canary.SCHEMA, id="c" * 64)
    assert predictions.create(alice, version, {"text": "Ada"}).prompt == "Ada"


def test_what_a_model_returns_is_shown_whatever_it_is(alice, scribe_version):
    """A single text, or an object of a model that somebody brought."""
    for output, shown in (("one", "one"), ({"score": 1}, json.dumps({"score": 1}, indent=2))):
        row = Prediction.objects.create(
            user=alice,
            version=scribe_version,
            input={},
            outputs_asked=0,
            output_json=output,
            status=Status.SUCCEEDED,
            completed_at=timezone.now(),
        )
        assert queries.texts_of([row]) == {row.pk: shown}


def test_a_strip_of_texts_costs_one_query(alice, scribe_version, django_assert_max_num_queries):
    """However many are being written."""

    def make() -> None:
        row = predictions.create(alice, scribe_version, {"prompt": "a fox"})
        Prediction.objects.filter(pk=row.pk).update(status=Status.PROCESSING, owner="me", claim=1)
        row.refresh_from_db()
        running.advance(row, engine_seq=1, yields={0: "The"})

    for _ in range(4):
        make()
    with django_assert_max_num_queries(8):
        assert [shown.text for shown in queries.strip(alice)] == ["The"] * 4
