"""The studio: writing a prompt, sending it once, and what comes back when it cannot be sent."""

import html
import re

import pytest
from django.test import Client

from accounts.models import User
from generations.ids import new_id
from generations.models import Engine, Prediction, RegisteredModel, Status, Version
from generations.services import predictions

HTMX = {"HX-Request": "true"}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "title": "Prompt", "minLength": 1, "maxLength": 100, "x-order": 0},
        "mood": {
            "type": "string",
            "title": "Mood",
            "enum": ["calm", "wild"],
            "default": "calm",
            "x-order": 1,
        },
        "num_outputs": {
            "type": "integer",
            "title": "Images",
            "minimum": 1,
            "maximum": 4,
            "default": 2,
            "x-order": 2,
        },
        "steps": {
            "type": "integer",
            "title": "Steps",
            "minimum": 1,
            "maximum": 50,
            "default": 12,
            "x-order": 3,
        },
        "seed": {"type": "integer", "title": "Seed", "minimum": 0, "maximum": 4294967295, "x-order": 4},
    },
}


@pytest.fixture
def version(db) -> Version:
    model = RegisteredModel.objects.create(
        owner="safelight", name="picto", hint="It draws <things>.", examples=["an owl at night"]
    )
    return Version.objects.create(id="a" * 64, model=model, schema=SCHEMA, output={"width": 64, "height": 48})


def page_of(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode()


def chosen(page: str, name: str) -> str:
    """The value of the chosen radio of a setting."""
    return re.search(rf'name="{name}" value="([^"]*)" checked', page)[1]


def typed_prompt(page: str) -> str:
    return html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.S)[1])


def test_looking_makes_no_guest(client, version):
    """A visit alone makes nobody: crawlers would fill the table."""
    assert client.get("/").status_code == 200
    assert not User.objects.exists()


def test_shows_the_models_own_settings(client, version):
    """The settings are the schema's: their titles, their defaults as chips, the button with its count."""
    page = page_of(client)
    assert "Mood" in page
    assert "12 steps" in page
    assert re.search(r"Create <span data-count>2</span> <span data-noun>images</span>", page)
    assert chosen(page, "mood") == "calm"


def test_says_what_the_model_is_good_at(client, version):
    """The hint stands under the composer, escaped, with prompts that work."""
    page = page_of(client)
    assert "It draws &lt;things&gt;." in page
    assert 'data-example data-fill="an owl at night"' in page


def test_first_visit_shows_real_examples(client, version):
    """Who has made nothing sees three pictures of the shipped model, each with its prompt and seed."""
    page = page_of(client)
    assert len(re.findall(r"data-example data-fill=\"[^\"]+\" data-seed=\"\d+\"", page)) == 3


def test_another_models_composer_shows_no_pictures_of_picto(client, version):
    """A model that could not have made them is not credited with them."""
    RegisteredModel.objects.update(name="other")
    assert "data-send" not in page_of(client)


def test_creates_and_shows_the_prediction(client, version):
    """A prompt sent by htmx comes back as its fragment, with a fresh key for the next."""
    response = client.post("/", {"prompt": "a fox", "num_outputs": "3"}, headers=HTMX)
    made = Prediction.objects.get()
    page = response.content.decode()
    assert response.status_code == 200
    assert f'id="prediction-{made.pk}"' in page
    assert page.count('class="tray"') == 3
    assert 'hx-target="#composer-key"' in page


def test_makes_a_guest_with_a_line_of_their_own(client, version):
    """The first prompt of a stranger makes a guest, and their page starts to listen."""
    page = client.post("/", {"prompt": "a fox"}, headers=HTMX).content.decode()
    assert User.objects.get().is_guest
    assert 'hx-ws:connect="/live/?person=1"' in page


def test_works_without_scripts(client, version):
    """A plain form leads to the page of its prediction."""
    response = client.post("/", {"prompt": "a fox"})
    assert response["Location"] == f"/predictions/{Prediction.objects.get().pk}/"


def test_double_click_makes_one(client, version):
    """The same form sent twice makes one prediction, and shows the same one both times."""
    form = {"prompt": "a fox", "composer-key": new_id()}
    first, second = (client.post("/", form, headers=HTMX) for _ in range(2))
    made = Prediction.objects.get()
    assert made.pk in first.content.decode()
    assert made.pk in second.content.decode()


def test_error_at_its_field_and_everything_kept(client, version):
    """What is wrong is said at its field, in an opened disclosure, and everything typed is still there."""
    response = client.post("/", {"prompt": "a <b>fox</b>", "mood": "wild", "steps": "many"}, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#composer"
    assert re.search(r'id="error-steps" data-error>Steps must be a whole number from 1 to 50\.', page)
    assert typed_prompt(page) == "a <b>fox</b>"
    assert chosen(page, "mood") == "wild"
    assert 'name="steps" min="1" max="50" step="1" value="many"' in page
    assert '<details class="composer-settings" open' in page


def test_empty_prompt_says_the_way_out(client, version):
    """An empty prompt makes neither a prediction nor a guest."""
    response = client.post("/", {"prompt": "  "})
    assert response.status_code == 422
    assert "That prompt is empty. Write what you want to see." in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("model", ["safelight/gone", "nonsense", "\0"])
def test_unknown_model_draws_nothing(client, version, model):
    """A model that is not here is refused in a sentence, with what was typed kept, and no other takes its place."""
    form = {"prompt": "a fox", "mood": "wild", "composer-model": model}
    response = client.post("/", form, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'role="alert" data-error>There is no such model on this site.' in page
    assert (typed_prompt(page), chosen(page, "mood")) == ("a fox", "wild")
    assert not Prediction.objects.exists()


def test_long_prompt_is_not_cut(client, version):
    """A prompt over the limit comes back whole, with its length said."""
    response = client.post("/", {"prompt": "fox " * 50}, headers=HTMX)
    assert typed_prompt(response.content.decode()) == "fox " * 50
    assert "at most 100 characters" in response.content.decode()


def test_over_the_limit(client_of, alice, version, settings):
    """Who has too much waiting is told so beside the button, and machines are told when to come back."""
    settings.LIMITS = {**settings.LIMITS, "queued": 1}
    client = client_of(alice)
    client.post("/", {"prompt": "the first"}, headers=HTMX)
    response = client.post("/", {"prompt": "the second"}, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert 'id="composer-sentence" role="alert" data-error>You have 1 prompt waiting' in page
    assert typed_prompt(page) == "the second"


def test_full_site(client_of, alice, version, settings):
    """When the whole site is full it is the site's fault, and says so."""
    settings.LIMITS = {**settings.LIMITS, "queue": 0}
    response = client_of(alice).post("/", {"prompt": "a fox"})
    assert response.status_code == 503
    assert response["Retry-After"] == "60"


def test_sign_in_keeps_what_was_typed(client, version, settings):
    """Where guests may not create, sign-in leads back to the studio with the prompt and the settings."""
    settings.GUESTS = False
    response = client.post("/", {"prompt": "a fox & a hen", "mood": "wild"}, headers=HTMX)
    assert response.status_code == 204
    back = response["HX-Redirect"].partition("next=")[2]
    assert back.startswith("/%3Fprompt%3Da%2Bfox%2B%2526%2Ba%2Bhen%26mood%3Dwild")


def test_engine_is_starting(client, db):
    """Before any model is known one can write, the page says why it waits, and it looks again by itself."""
    page = page_of(client, "/?prompt=a+fox")
    assert "The engine is starting." in page
    assert 'hx-trigger="every 3s"' in page
    assert '<meta http-equiv="refresh"' in page
    assert typed_prompt(page) == "a fox"


@pytest.fixture
def broken_engine(db) -> Engine:
    return Engine.objects.create(name="embedded", base_url="http://127.0.0.1:1", status="SETUP_FAILED")


def test_engine_is_out_of_order(client, broken_engine):
    """An engine whose model could not be loaded is not said to be starting; a prompt sent to it comes back."""
    page = page_of(client, "/?prompt=a+fox")
    assert "The engine is out of order" in page
    assert "The engine is starting." not in page
    response = client.post("/", {"prompt": "a fox"})
    assert response.status_code == 503
    assert typed_prompt(response.content.decode()) == "a fox"


def test_engine_of_a_known_model_is_out_of_order(client, version, broken_engine):
    """With a model known from before, what is sent waits, and the page says so. One engine that works is enough."""
    assert "What you send now waits" in page_of(client, "/")
    Engine.objects.create(name="other", base_url="http://127.0.0.1:2", status="READY")
    assert "out of order" not in page_of(client, "/")


def test_sent_while_the_engine_starts(client, db):
    """A prompt that nobody can take yet comes back, with a time to try again."""
    response = client.post("/", {"prompt": "a fox"})
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert typed_prompt(response.content.decode()) == "a fox"


def test_again(client_of, alice, version):
    """Use again fills the composer with the same settings and the same seed."""
    made = predictions.create(alice, version, {"prompt": "a fox", "mood": "wild", "seed": 7})
    page = page_of(client_of(alice), f"/?again={made.pk}")
    assert typed_prompt(page) == "a fox"
    assert chosen(page, "mood") == "wild"
    assert 'name="seed" value="7"' in page


def test_from_an_output_and_vary(client_of, alice, picture):
    """From a picture comes its very recipe; to vary it is the same with a new seed."""
    client = client_of(alice)
    assert 'name="seed" value="7"' in page_of(client, f"/?from={picture.pk}")
    assert 'name="seed" value=""' in page_of(client, f"/?from={picture.pk}&vary=1")


@pytest.mark.parametrize("query", ["again={prediction}", "from={output}"])
def test_nobody_elses_recipe(client_of, bob, picture, query):
    """Another person's recipe is not there."""
    asked = query.format(prediction=picture.prediction_id, output=picture.pk)
    assert client_of(bob).get(f"/?{asked}").status_code == 404


def test_strip_is_ones_own(client_of, alice, bob, version):
    """The strip shows one's own predictions, newest first, and nobody else's."""
    old = predictions.create(alice, version, {"prompt": "old"})
    new = predictions.create(alice, version, {"prompt": "new"})
    foreign = predictions.create(bob, version, {"prompt": "foreign"})
    page = page_of(client_of(alice))
    assert re.findall(r'data-prediction="(\w+)"', page) == [new.pk, old.pk]
    assert foreign.pk not in page


def test_strip_costs_a_constant_number_of_queries(client_of, alice, version, django_assert_max_num_queries):
    """Twelve predictions cost no more queries than one."""
    client = client_of(alice)
    for n in range(12):
        predictions.create(alice, version, {"prompt": f"fox {n}"})
    with django_assert_max_num_queries(14):
        client.get("/")


def test_prompt_is_escaped(client_of, alice, version):
    """A prompt is text: nothing in it becomes markup."""
    predictions.create(alice, version, {"prompt": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page_of(client_of(alice))


def test_page_is_fit_for_a_strict_policy(client, version):
    """No inline script, style or handler: the content policy would refuse it."""
    page = page_of(client)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|hx-on", page)


def test_waiting_says_its_place(client_of, alice, version):
    """Who waits sees the place in the line."""
    for n in range(2):
        predictions.create(alice, version, {"prompt": f"fox {n}"})
    page = page_of(client_of(alice))
    assert "<b>Next in line</b>" in page
    assert "<b>2nd in line</b>" in page


def test_reserves_the_ratio(client_of, alice, version):
    """The frame of a tray has the ratio of the picture to come."""
    predictions.create(alice, version, {"prompt": "a fox"})
    assert 'viewBox="0 0 64 48"' in page_of(client_of(alice))


def test_failed_says_why_and_the_way_out(client_of, alice, version):
    """A failed prediction shows its sentence and a way to try again, with everything kept."""
    made = predictions.create(alice, version, {"prompt": "a fox"})
    Prediction.objects.filter(pk=made.pk).update(
        status=Status.FAILED, error="The model ran out of memory.", completed_at=made.created_at
    )
    page = page_of(client_of(alice))
    assert "The model ran out of memory." in page
    assert f'href="/?again={made.pk}"' in page
