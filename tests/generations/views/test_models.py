"""Pages of the catalogue: what each shows, and to whom."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts import handles
from accounts.models import User
from generations.models import Collection, Example, Output, Prediction, RegisteredModel, Version
from generations.services import collections
from inference.runners.picto.schema import SCHEMA as PICTO

MODEL = "/models/safelight/picto/"


@pytest.fixture
def version(db: None) -> Version:
    """The shipped model, with its own schema."""
    model = RegisteredModel.objects.create(
        owner="safelight", name="picto", title="Picto", description="Draws things.", run_count=1234
    )
    found = Version.objects.create(pk="a" * 64, model=model, schema=PICTO, output={"mime": "image/png"})
    collections.sort_in(found)
    return found


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss@example.org", "a quiet amber lamp")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_list_finds_by_words_and_by_kind(client: Client, version: Version) -> None:
    """A model stands in the list, in a search for it and in its collection, and not in another."""
    assert "safelight/picto" in text_of(client, "/models/")
    assert "safelight/picto" in text_of(client, "/models/?q=PICT")
    assert "No model holds these words" in text_of(client, "/models/?q=walrus")
    assert "safelight/picto" in text_of(client, "/collections/text-to-image/")
    Collection.objects.create(slug="empty", name="Empty", description="Nothing.")
    assert "safelight/picto" not in text_of(client, "/collections/empty/")
    assert client.get("/collections/none/").status_code == 404


def test_list_of_many_asks_no_more(
    client: Client,
    version: Version,
    make_output: Callable[..., Output],
    alice: User,
    django_assert_max_num_queries: Any,
) -> None:
    """Forty models with examples take as many queries as one."""
    for index in range(40):
        model = RegisteredModel.objects.create(owner="alice", name=f"m{index}")
        Version.objects.create(pk=f"{index:064x}", model=model, schema={})
        Example.objects.create(model=model, prediction=make_output(alice).prediction)
    with django_assert_max_num_queries(6):
        page = text_of(client, "/models/")
    assert page.count('class="model-card"') == 41


def test_playground_sends_to_this_model(
    client_of: Callable[..., Client], alice: User, version: Version
) -> None:
    """The composer of its page makes a prediction of this model, though another one is newer."""
    other = RegisteredModel.objects.create(owner="safelight", name="newer")
    Version.objects.create(pk="b" * 64, model=other, schema=PICTO)
    client = client_of(alice)
    page = text_of(client, f"{MODEL}?prompt=a+red+fox")
    assert 'name="composer-model" value="safelight/picto"' in page
    assert "a red fox" in page
    assert "1,234 runs" in page
    client.post("/", {"composer-model": "safelight/picto", "prompt": "a red fox"})
    assert Prediction.objects.get().version == version
    assert f'id="prediction-{Prediction.objects.get().pk}"' in text_of(client, MODEL)


def test_playground_of_ones_own_private_model(
    client_of: Callable[..., Client], alice: User, bob: User, version: Version
) -> None:
    """Its maker runs it from its page; to anybody else neither page nor model exists."""
    handles.take(alice, "alice")
    model = RegisteredModel.objects.create(owner="alice", name="mine", user=alice, visibility="private")
    mine = Version.objects.create(pk="c" * 64, model=model, schema=PICTO)
    assert 'value="alice/mine"' in text_of(client_of(alice), "/models/alice/mine/")
    client_of(alice).post("/", {"composer-model": "alice/mine", "prompt": "a fox"})
    assert Prediction.objects.get().version == mine
    assert client_of(bob).get("/models/alice/mine/").status_code == 404
    assert client_of(bob).post("/", {"composer-model": "alice/mine", "prompt": "a fox"}).status_code == 422
    assert Prediction.objects.count() == 1
    assert "alice/mine" not in text_of(client_of(bob), "/models/")


def test_model_without_a_version_says_so(client: Client, db: None) -> None:
    """Its pages are there; what cannot be run yet is said."""
    RegisteredModel.objects.create(owner="alice", name="soon")
    for end in ("", "api/", "versions/"):
        assert "No version yet" in text_of(client, f"/models/alice/soon/{end}")


def test_programs_hold_this_input_and_this_address(client: Client, version: Version) -> None:
    """All six languages, with what the address asks for and nothing that is default anyway."""
    page = text_of(client, f"{MODEL}api/?prompt=a+%22red%22+fox&steps=12&num_outputs=2&size=512")
    for label in ("curl", "Python", "Node", "Elixir", "Swift", "Go"):
        assert f'data-tab="{label}"' in page
    assert "http://testserver/v1/models/safelight/picto/predictions" in page
    assert r'"prompt": "a \"red\" fox"' in page
    assert '"num_outputs": 2' in page
    assert '"size": 512' in page
    assert '"steps"' not in re.search(r"<pre[^>]*>(curl.*?)</pre>", page, re.DOTALL)[1]
    assert "r8_…" in page


def test_programs_begin_with_an_example(client: Client, version: Version) -> None:
    """Without an input in the address the programs draw what ships with the site."""
    assert '"prompt": "a penguin in the snow"' in text_of(client, f"{MODEL}api/")


def test_input_that_does_not_fit_is_said(client: Client, version: Version) -> None:
    """The field is named, and the programs keep an input that works."""
    page = text_of(client, f"{MODEL}api/?prompt=fox&steps=1000")
    assert 'aria-invalid="true"' in page
    assert '"prompt": "a penguin in the snow"' in page


@pytest.mark.parametrize(
    "query", ["prompt=%00", "steps=x", "seed=" + "9" * 50, "prompt=" + "x" * 5000, "x=1"]
)
def test_bad_input_in_an_address_is_no_error(client: Client, version: Version, query: str) -> None:
    """Whatever stands in it, there is a page."""
    assert client.get(f"{MODEL}api/?{query}").status_code == 200
    assert client.get(f"{MODEL}?{query}").status_code == 200


def test_readme_is_clean(client: Client, version: Version) -> None:
    """Markdown becomes prose; HTML in it is text, pictures of other sites are not there."""
    assert 'readme/">README' not in text_of(client, MODEL)
    RegisteredModel.objects.update(readme="# Hello\n\n<script>x</script> ![a](https://e.org/a.png) **bold**")
    page = client.get(f"{MODEL}readme/").content.decode()
    assert "<h2>Hello</h2>" in page
    assert "<strong>bold</strong>" in page
    assert "<script>x" not in page
    assert '<img src="https://e.org' not in page
    assert 'readme/">README' in text_of(client, MODEL)


def test_versions_are_listed(client: Client, version: Version) -> None:
    """Newest first, those that were deleted not at all."""
    Version.objects.create(pk="b" * 64, model=version.model, schema={})
    Version.objects.create(pk="c" * 64, model=version.model, schema={}, removed_at=version.created_at)
    page = text_of(client, f"{MODEL}versions/")
    assert re.findall(r'class="mono model-version" title="(\w)', page) == ["b", "a"]


def test_examples_are_shown_and_taken_back(
    client_of: Callable[..., Client],
    client: Client,
    boss: User,
    alice: User,
    version: Version,
    make_output: Callable[..., Output],
) -> None:
    """Who may change the model shows a picture of their own to everyone, and takes it back; nobody else can."""
    mine = make_output(boss, prompt="an example fox")
    page = text_of(client_of(boss), f"{MODEL}examples/")
    assert "an example fox" in page
    client_of(boss).post(f"{MODEL}examples/show/", {"prediction": mine.prediction_id})
    assert "an example fox" in text_of(client, f"{MODEL}examples/")
    assert "/media/" in text_of(client, "/models/")
    assert "Take it back" not in text_of(client_of(alice), f"{MODEL}examples/")
    assert (
        client_of(alice).post(f"{MODEL}examples/hide/", {"prediction": mine.prediction_id}).status_code == 403
    )
    client_of(boss).post(f"{MODEL}examples/hide/", {"prediction": mine.prediction_id})
    assert "an example fox" not in text_of(client, f"{MODEL}examples/")


def test_pictures_of_others_are_no_examples(
    client_of: Callable[..., Client],
    boss: User,
    alice: User,
    version: Version,
    make_output: Callable[..., Output],
) -> None:
    """Not even an administrator shows what is somebody else's."""
    theirs = make_output(alice)
    answer = client_of(boss).post(f"{MODEL}examples/show/", {"prediction": theirs.prediction_id})
    assert answer.status_code == 404
    assert not Example.objects.exists()


def test_reference_lists_every_operation(client: Client, db: None) -> None:
    """The page for people and the document for tools hold the same operations."""
    told = client.get("/v1/openapi.json").json()
    page = text_of(client, "/docs/")
    ids = {
        operation["operationId"]
        for item in told["paths"].values()
        for key, operation in item.items()
        if key.removeprefix("x-") in {"get", "post", "patch", "delete", "query"}
    }
    assert told["openapi"] == "3.1.0"
    assert told["servers"][0]["url"] == "http://testserver/v1"
    assert set(re.findall(r'class="operation" id="(\w+)"', page)) == ids
    assert "http://testserver/v1/deployments" in page
