"""The page of one prediction: watching it, canceling it, making it again."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from generations import queries
from generations.models import Prediction, Preview, Status
from generations.services import predictions

HTMX = {"HX-Request": "true"}


@pytest.fixture
def waiting(alice, version) -> Prediction:
    return predictions.create(alice, version, {"prompt": "a fox", "steps": 12, "seed": 7})


def run(prediction: Prediction, **changes: object) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(status=Status.PROCESSING, seq=5, **changes)


def end(prediction: Prediction, **changes: object) -> None:
    changes = {"status": Status.SUCCEEDED, "completed_at": timezone.now(), **changes}
    Prediction.objects.filter(pk=prediction.pk).update(**changes)


def page_of(client, prediction: Prediction) -> str:
    return client.get(f"/predictions/{prediction.pk}/").content.decode()


def test_shows_the_recipe(client_of, alice, waiting):
    """Prompt, seed, settings by their titles, model and version."""
    page = page_of(client_of(alice), waiting)
    assert 'data-copy="7"' in page
    assert "<dt>Steps</dt><dd>12</dd>" in page
    assert "safelight/picto" in page


def test_listens_while_it_is_not_over(client_of, alice, waiting):
    """The page listens to this one prediction, and without scripts offers to look again."""
    page = page_of(client_of(alice), waiting)
    assert f'hx-ws:connect="/live/?prediction={waiting.pk}"' in page
    assert re.search(r"<noscript><a [^>]*>Check again</a></noscript>", page)


def test_does_not_listen_when_it_is_over(client_of, alice, waiting):
    """What has ended changes no more."""
    end(waiting)
    page = page_of(client_of(alice), waiting)
    assert "hx-ws:connect" not in page
    assert "Check again" not in page


def test_shows_steps_and_the_newest_preview(client_of, alice, waiting):
    """While it runs: how far it is, in words and as a line, over the newest preview."""
    run(waiting, step=5, steps=12)
    Preview.objects.create(prediction=waiting, index=0, step=5, mime="image/jpeg", b64="/9j/4A==")
    page = page_of(client_of(alice), waiting)
    assert "step 5 of 12" in page
    assert re.search(r'<progress [^>]*max="12" value="5"', page)
    assert 'src="data:image/jpeg;base64,/9j/4A=="' in page
    assert 'data-seq="5" data-status="processing"' in page


def test_says_that_it_was_picked_up_again(client_of, alice, waiting):
    """After a crash the page says what happened to the picture."""
    run(waiting, failures=1)
    assert "Your picture was picked up again." in page_of(client_of(alice), waiting)


def test_says_how_it_was_read(client_of, alice, waiting):
    """A model that tells how it understood the prompt is quoted."""
    read = {"index": 0, "things": ["fox"], "traits": ["two of them"], "place": "forest", "style": "3d"}
    end(waiting, metrics={"read_as": [read]})
    assert "read as: fox · two of them · forest · 3d" in page_of(client_of(alice), waiting)


def test_unsure_offers_what_it_knows(client_of, alice, waiting):
    """Below half confidence it says so and offers two near things, each a prompt to click."""
    read = {
        "index": 0,
        "things": ["owl"],
        "place": "",
        "style": "",
        "unsure": True,
        "near": ["cat", "red fox"],
    }
    end(waiting, metrics={"read_as": [read]})
    page = page_of(client_of(alice), waiting)
    assert "Not sure about this one" in page
    assert 'href="/?prompt=cat" data-fill="cat"' in page
    assert 'href="/?prompt=red%20fox"' in page


def test_names_what_it_does_not_know_and_did_not_use(client_of, alice, waiting):
    """Words for unknown things and words without effect are named to whoever wrote them, each once."""
    read = {
        "things": [],
        "place": "plain",
        "style": "3d",
        "unknown": ["stapler"],
        "unused": ["cyberpunk", "4k"],
    }
    end(waiting, metrics={"read_as": [read | {"index": 0}, read | {"index": 1}]})
    page = page_of(client_of(alice), waiting)
    assert "Does not know: stapler." in page
    assert "Did not use: cyberpunk, 4k." in page


def test_nothing_is_said_for_a_silent_model(client_of, alice, waiting):
    """A model that says nothing is not spoken for."""
    end(waiting)
    assert "read as" not in page_of(client_of(alice), waiting)


def test_finished_picture_and_its_acts(client_of, alice, picture):
    """A finished picture can be used again, varied, marked and downloaded."""
    page = page_of(client_of(alice), picture.prediction)
    assert f'id="final-{picture.pk}"' in page
    assert f'formaction="/gallery/{picture.pk}/vary/"' in page
    assert f'id="favourite-{picture.pk}"' in page
    assert f'href="/gallery/{picture.pk}/download/png/"' in page


def test_unpublished_picture_has_no_page_yet(client_of, alice, picture):
    """A picture of a prediction that still runs is shown, but leads nowhere."""
    type(picture).objects.update(is_published=False)
    page = page_of(client_of(alice), picture.prediction)
    assert f'id="final-{picture.pk}"' in page
    assert f'href="/gallery/{picture.pk}/"' not in page


def test_binned_picture_is_not_shown(client_of, alice, picture):
    """What lies in the bin is named, not shown."""
    type(picture).objects.update(trashed_at=timezone.now())
    page = page_of(client_of(alice), picture.prediction)
    assert "In the bin" in page
    assert f'id="final-{picture.pk}"' not in page


def test_cancel_without_scripts(client_of, alice, waiting):
    """The cancel button of a plain form ends it and comes back to the page."""
    response = client_of(alice).post(f"/predictions/{waiting.pk}/cancel/")
    waiting.refresh_from_db()
    assert response["Location"] == f"/predictions/{waiting.pk}/"
    assert waiting.status == Status.CANCELED


def test_cancel_answers_with_the_fragment(client_of, alice, waiting):
    """By htmx the answer is the prediction as it is now, quietly canceled."""
    page = client_of(alice).post(f"/predictions/{waiting.pk}/cancel/", headers=HTMX).content.decode()
    assert 'data-status="canceled"' in page
    assert "Canceled" in page


def test_cancel_of_a_running_one_says_that_it_stops(client_of, alice, waiting):
    """Between asking and the end it says that it is stopping, and offers no second cancel."""
    run(waiting, step=2, steps=12, owner="d1")
    page = client_of(alice).post(f"/predictions/{waiting.pk}/cancel/", headers=HTMX).content.decode()
    assert "Stopping" in page
    assert "prediction-cancel" not in page


def test_again_leads_to_the_studio(client_of, alice, waiting):
    """The address for making it again is the studio with the composer filled."""
    assert client_of(alice).get(f"/predictions/{waiting.pk}/again/")["Location"] == f"/?again={waiting.pk}"


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("post", "cancel/"), ("get", "again/")])
def test_others_find_nothing(client_of, bob, waiting, method, path):
    """Another person's prediction is not there, for looking, canceling or making again."""
    response = getattr(client_of(bob), method)(f"/predictions/{waiting.pk}/{path}")
    waiting.refresh_from_db()
    assert response.status_code == 404
    assert waiting.status == Status.STARTING


def test_page_holds_the_fragment(client_of, alice, waiting):
    """The page shows the very fragment that the live line sends, so a frame replaces like by like."""
    waiting.refresh_from_db()
    fragment = render_to_string(
        "generations/_prediction.html", {"snapshot": queries.snapshot(waiting), "audience": "owner"}
    )
    assert fragment.strip() in page_of(client_of(alice), waiting)
