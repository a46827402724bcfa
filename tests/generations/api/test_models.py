"""Models through the API: as the strictest client reads them, found by every spelling of a search, refused."""

import json
from typing import Any

import pytest
from django.utils import timezone
from replicate.collection import Collection as ClientCollection
from replicate.hardware import Hardware
from replicate.model import Model as ClientModel
from replicate.version import Version as ClientVersion

from accounts import handles
from accounts.models import User
from generations.models import Collection, Example, Output, Prediction, RegisteredModel, Version
from inference.runners.picto.schema import SCHEMA as PICTO
from tests.generations.api.conftest import Program

pytestmark = pytest.mark.django_db
NEW = {"owner": "alice", "name": "new", "visibility": "private", "hardware": "cpu"}


@pytest.fixture
def handle(alice: User) -> User:
    return handles.take(alice, "alice")


@pytest.fixture
def picto(db: None) -> Version:
    model = RegisteredModel.objects.create(
        owner="safelight", name="picto", title="Picto", description="Draws."
    )
    return Version.objects.create(pk="a" * 64, model=model, schema=PICTO, output={"mime": "image/png"})


@pytest.fixture
def example(picto: Version, bob: User) -> Prediction:
    """One of bob's, shown with the model."""
    row = Prediction.objects.create(
        user=bob,
        version=picto,
        input={"prompt": "a fox"},
        prompt="a fox",
        status="succeeded",
        source="api",
        completed_at=timezone.now(),
    )
    Output.objects.create(
        prediction=row,
        user=bob,
        index=0,
        key="outputs/x/y",
        seed=1,
        width=1,
        height=1,
        size=1,
        is_published=True,
    )
    Example.objects.create(model=picto.model, prediction=row)
    return row


def test_model_is_read_by_the_strictest_client(program: Program, example: Prediction) -> None:
    """Every null and every enum as it demands, with version and example."""
    told = program.get("/models/safelight/picto").json()
    model = ClientModel.parse_obj(told)
    assert (model.owner, model.name, model.visibility) == ("safelight", "picto", "public")
    assert told["url"] == "http://testserver/models/safelight/picto/"
    assert model.latest_version is not None
    assert model.latest_version.openapi_schema["components"]["schemas"]["Input"]["required"] == ["prompt"]
    assert model.default_example is not None
    assert model.default_example.input == {"prompt": "a fox"}
    assert model.default_example.output[0].startswith("http://testserver/media/")
    assert told["is_official"] is True
    assert None not in told["default_example"]["urls"].values()


def test_example_tells_nothing_of_its_maker(program: Program, example: Prediction) -> None:
    """Whoever reads the model does not learn whom its maker's program calls back."""
    found = program.get("/models/safelight/picto/examples").json()
    assert [each["id"] for each in found["results"]] == [example.pk]
    assert not {"webhook", "webhook_events_filter", "deployment"} & set(found["results"][0])
    assert program.get(f"/predictions/{example.pk}").status_code == 404


def test_bare_model_is_read_too(program: Program, handle: User) -> None:
    """One without a version, an example or a description."""
    told = program.post("/models", NEW)
    assert told.status_code == 201
    model = ClientModel.parse_obj(told.json())
    assert (model.run_count, model.latest_version, model.default_example) == (0, None, None)
    assert ClientModel.parse_obj(program.get("/models/alice/new").json()).visibility == "private"


def test_versions_are_read(program: Program, picto: Version) -> None:
    """Each with an id, a Cog version and a schema that are never null."""
    listed = program.get("/models/safelight/picto/versions").json()["results"]
    one = program.get(f"/models/safelight/picto/versions/{picto.pk}").json()
    assert listed == [one]
    assert ClientVersion.parse_obj(one).id == picto.pk
    for wrong in ("b" * 64, "x", "%00", "a" * 300):
        assert program.get(f"/models/safelight/picto/versions/{wrong}").status_code == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"picto draws", "text/plain"),
        (b'"picto draws"', "text/plain"),
        (b'"picto draws"', "application/json"),
        (b"Picto", "text/plain;charset=UTF-8"),
    ],
)
def test_search_in_every_spelling(program: Program, picto: Version, body: bytes, kind: str) -> None:
    """Plain, between quotes, as JSON: the same words."""
    found = program.ask("QUERY", "/models", body, Content_Type=kind)
    assert found.status_code == 200
    assert [each["name"] for each in found.json()["results"]] == ["picto"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"\xff\xfe", 400), (b"\x00", 200), (b"[" * 60_000, 200), (b"", 200), (b"5", 200), (b"%_\\", 200)],
)
def test_search_for_anything(program: Program, picto: Version, body: bytes, status: int) -> None:
    """Whatever is asked, there is an answer; only what is no text at all is refused."""
    assert program.ask("QUERY", "/models", body, Content_Type="text/plain").status_code == status


def test_search_body_is_bounded(program: Program, picto: Version) -> None:
    """Words of more than 64 KB are not read."""
    assert program.ask("QUERY", "/models", b"x" * (2 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"visibility": "unlisted"}, "visibility"),
        ({"name": "No"}, "name"),
        ({"hardware": "gpu-t4"}, "hardware"),
        ({"github_url": "javascript:alert(1)"}, "github_url"),
        ({"owner": None}, "owner"),
        ({"description": 5}, "description"),
    ],
)
def test_model_that_does_not_fit(program: Program, handle: User, change: dict[str, Any], field: str) -> None:
    """422, the field by its name, nothing made."""
    answer = program.post("/models", {**NEW, **change})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [each["field"] for each in answer.json()["invalid_fields"]] == [field]
    assert not RegisteredModel.objects.exists()


def test_model_is_made_once(program: Program, handle: User) -> None:
    """409 for the second, which says not to try again."""
    program.post("/models", NEW)
    again = program.post("/models", NEW)
    assert again.status_code == 409
    assert again["X-Should-Retry"] == "false"


def test_model_is_changed_in_part(program: Program, handle: User) -> None:
    """What is left out stays; null takes away; the README is served as text."""
    program.post("/models", {**NEW, "description": "Mine.", "github_url": "https://example.org/x"})
    told = program.ask("PATCH", "/models/alice/new", {"readme": "# Hers", "github_url": None}).json()
    assert (told["description"], told["github_url"]) == ("Mine.", None)
    readme = program.get("/models/alice/new/readme")
    assert (readme.content, readme["Content-Type"]) == (b"# Hers", "text/plain; charset=utf-8")
    assert program.ask("PATCH", "/models/alice/new", {}).status_code == 200
    assert program.ask("PATCH", "/models/alice/new", {"readme": "x" * 200_000}).status_code == 422


def test_public_models_stay(program: Program, handle: User, picto: Version) -> None:
    """Neither one's own public model is deleted, nor the site's."""
    program.post("/models", {**NEW, "visibility": "public"})
    assert program.ask("DELETE", "/models/alice/new").status_code == 403
    assert program.ask("DELETE", "/models/safelight/picto").status_code == 403
    assert program.ask("DELETE", f"/models/safelight/picto/versions/{picto.pk}").status_code == 403
    program.post("/models", {**NEW, "name": "other"})
    gone = program.ask("DELETE", "/models/alice/other")
    assert (gone.status_code, gone.content) == (204, b"")
    assert program.get("/models/alice/other").status_code == 404


def test_version_is_deleted_in_the_background(program: Program, handle: User) -> None:
    """202, and gone from that moment."""
    program.post("/models", NEW)
    Version.objects.create(pk="d" * 64, model=RegisteredModel.objects.get(), schema={})
    gone = program.ask("DELETE", f"/models/alice/new/versions/{'d' * 64}")
    assert (gone.status_code, gone.content) == (202, b"")
    assert program.get(f"/models/alice/new/versions/{'d' * 64}").status_code == 404
    assert program.get("/models/alice/new").json()["latest_version"] is None
    asked = program.post("/predictions", {"version": "d" * 64, "input": {}})
    assert asked.status_code == 422
    assert asked.json()["title"] == "Invalid version or not permitted"


def test_lists_are_walked(program: Program, handle: User, django_assert_max_num_queries: Any) -> None:
    """Each model once, by either order and direction, by absolute addresses, with as many queries for 100 as for 1."""
    for index in range(103):
        model = RegisteredModel.objects.create(owner="alice", name=f"m{index}")
        Version.objects.create(pk=f"{index:064x}", model=model, schema={})
    for sort, way in (("model_created_at", "asc"), ("latest_version_created_at", "desc")):
        with django_assert_max_num_queries(10):
            page = program.get(f"/models?sort_by={sort}&sort_direction={way}").json()
        assert page["next"].startswith("http://testserver/v1/models?")
        rest = program.get(page["next"].removeprefix("http://testserver")).json()
        names = [each["name"] for each in [*page["results"], *rest["results"]]]
        ordered = [f"m{index}" for index in range(103)]
        assert names == (ordered if way == "asc" else ordered[::-1])
        assert rest["next"] is None
        assert rest["previous"] is not None


@pytest.mark.parametrize("query", ["sort_by=x", "sort_direction=up", "cursor=x", "cursor=%00"])
def test_list_that_cannot_be(program: Program, query: str) -> None:
    assert program.get(f"/models?{query}").status_code == 422


def test_private_models_of_others_are_nowhere(program: Program, bob: User, alice: User) -> None:
    """Not in the list, a search, a collection, nor by name or version."""
    model = RegisteredModel.objects.create(owner="bob", name="secret", user=bob, visibility="private")
    Version.objects.create(pk="e" * 64, model=model, schema={})
    collection = Collection.objects.create(slug="all", name="All", description="Everything.")
    collection.models.add(model)
    for answer in (
        program.get("/models"),
        program.ask("QUERY", "/models", b"secret"),
        program.get("/collections/all"),
        program.get("/search?query=bob"),
    ):
        assert answer.status_code == 200
        assert "bob/secret" not in answer.content.decode()
        assert '"secret"' not in answer.content.decode()
    assert program.get("/models/bob/secret").status_code == 404
    made = program.post("/predictions", {"version": "e" * 64, "input": {}})
    assert made.status_code == 422


def test_collections_are_read(program: Program, picto: Version) -> None:
    """As a list, and one with its models."""
    Collection.objects.create(slug="draw", name="Draw", description="Drawing.").models.add(picto.model)
    listed = program.get("/collections").json()["results"]
    assert [ClientCollection.parse_obj(each).slug for each in listed] == ["draw"]
    one = ClientCollection.parse_obj(program.get("/collections/draw").json())
    assert [each.name for each in one.models or []] == ["picto"]
    assert program.get("/collections/none").status_code == 404


def test_hardware_is_a_bare_list(program: Program) -> None:
    """The one list without an envelope."""
    assert [Hardware.parse_obj(each).sku for each in program.get("/hardware").json()] == ["cpu"]


def test_search_finds_models_collections_and_pages(program: Program, picto: Version) -> None:
    """The shape of each kind, the best first."""
    Collection.objects.create(slug="draw", name="Picto and others", description="Drawing.")
    told = program.get("/search?query=picto&limit=5").json()
    assert told["query"] == "picto"
    assert [each["model"]["name"] for each in told["models"]] == ["picto"]
    assert told["models"][0]["metadata"]["score"] == 1.0
    assert [each["slug"] for each in told["collections"]] == ["draw"]
    pages = program.get("/search?query=models").json()["pages"]
    assert pages == [{"name": "Models", "href": "http://testserver/models/"}]


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("query=", 400), ("query=x&limit=0", 422), ("query=x&limit=51", 422)]
)
def test_search_that_cannot_be(program: Program, query: str, status: int) -> None:
    assert program.get(f"/search?{query}").status_code == status


def test_alias_runs_guides_unedited(program: Program, picto: Version, settings: Any) -> None:
    """A foreign name gets the local model, which says its own name."""
    body = {"input": {"prompt": "a fox"}}
    foreign = "/models/black-forest-labs/flux-schnell"
    assert program.post(f"{foreign}/predictions", body).status_code == 404
    settings.MODEL_ALIASES = {"black-forest-labs/flux-schnell": "safelight/picto"}
    made = program.post(f"{foreign}/predictions", body)
    assert made.status_code == 201
    assert made.json()["model"] == "safelight/picto"
    assert json.loads(program.get(foreign).content)["name"] == "picto"
