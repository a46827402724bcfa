"""Models of people: made, changed, deleted, shown to the right ones; examples; run counts."""

from typing import Any

import pytest
from django.utils import timezone

from accounts import handles
from accounts.models import User
from generations import access, queries
from generations.errors import Conflict, InvalidInput, NotAllowed, NotFound
from generations.models import (
    Collection,
    Deployment,
    Example,
    Output,
    Prediction,
    RegisteredModel,
    Release,
    Version,
)
from generations.services import catalog, collections, models, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(alice: User) -> User:
    return handles.take(alice, "alice")


def make(owner: User, **fields: Any) -> RegisteredModel:
    given = {"owner": "alice", "name": "mine", "visibility": "private", "hardware": "cpu", "about": {}}
    return models.create(owner, **{**given, **fields})


def version_of(model: RegisteredModel, id: str = "a" * 64) -> Version:
    return Version.objects.create(pk=id, model=model, schema={"type": "object", "properties": {}})


def ended(user: User, version: Version, **fields: Any) -> Prediction:
    return Prediction.objects.create(
        user=user, version=version, input={}, status="succeeded", completed_at=timezone.now(), **fields
    )


def test_model_belongs_to_its_maker(owner: User, bob: User) -> None:
    """A private one is there for its maker alone; a public one for all, to change for its maker."""
    private = make(owner)
    public = make(owner, name="open", visibility="public")
    assert access.model_read(owner, "alice", "mine") == private
    with pytest.raises(NotFound):
        access.model_read(bob, "alice", "mine")
    assert access.model_read(bob, "alice", "open") == public
    with pytest.raises(NotAllowed):
        access.model_write(bob, "alice", "open")
    assert access.model_write(owner, "alice", "open") == public


def test_models_of_the_site_are_for_administrators(version: Version, alice: User, moderator: User) -> None:
    """What an engine brought changes only who may change the site."""
    with pytest.raises(NotAllowed):
        access.model_write(alice, "safelight", "test")
    with pytest.raises(NotAllowed):
        access.model_write(moderator, "safelight", "test")
    moderator.is_superuser = True
    assert access.model_write(moderator, "safelight", "test") == version.model


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "No Spaces"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"visibility": "unlisted"}, "visibility"),
        ({"hardware": "gpu-h100"}, "hardware"),
        ({"about": {"github_url": "javascript:alert(1)"}}, "github_url"),
        ({"about": {"paper_url": "https://"}}, "paper_url"),
        ({"about": {"license_url": "https://x/" + "y" * 300}}, "license_url"),
        ({"about": {"description": "x" * 2001}}, "description"),
    ],
)
def test_model_that_does_not_fit_is_refused(owner: User, wrong: dict[str, Any], field: str) -> None:
    """The error names the field, and nothing is made."""
    with pytest.raises(InvalidInput) as caught:
        make(owner, **wrong)
    assert list(caught.value.by_field()) == [field]
    assert not RegisteredModel.objects.exists()


def test_model_needs_a_handle_of_ones_own(alice: User, bob: User) -> None:
    """Nobody makes models under another's name, nor without one."""
    with pytest.raises(NotAllowed, match="handle"):
        make(bob)
    handles.take(bob, "bob")
    with pytest.raises(NotAllowed, match="bob"):
        make(bob)


def test_names_are_unique(owner: User) -> None:
    """The second of a name is a conflict."""
    make(owner)
    with pytest.raises(Conflict):
        make(owner)


def test_only_private_models_without_versions_are_deleted(owner: User) -> None:
    """Public ones stay, and those that have something in them."""
    with pytest.raises(NotAllowed, match="public"):
        models.delete(make(owner, name="open", visibility="public"))
    model = make(owner)
    version = version_of(model)
    with pytest.raises(NotAllowed, match="versions"):
        models.delete(model)
    models.remove_version(version)
    models.purge_removed()
    models.delete(model)
    assert not RegisteredModel.objects.filter(name="mine").exists()


def test_removed_version_is_gone_at_once_and_its_predictions_later(owner: User) -> None:
    """Nobody sees or runs it; the periodic work deletes what it made."""
    version = version_of(make(owner))
    prediction = ended(owner, version)
    models.remove_version(version)
    with pytest.raises(NotFound):
        access.version_read(owner, version.pk)
    assert list(queries.versions_of(version.model)) == []
    assert Prediction.objects.filter(pk=prediction.pk).exists()
    models.purge_removed()
    assert not Prediction.objects.filter(pk=prediction.pk).exists()
    assert not Version.objects.filter(pk=version.pk).exists()


def test_version_in_use_is_not_removed(owner: User, bob: User) -> None:
    """Public, deployed, or run by somebody else: refused."""
    public = version_of(make(owner, name="open", visibility="public"), "b" * 64)
    with pytest.raises(NotAllowed, match="public"):
        models.remove_version(public)
    deployed = version_of(make(owner), "c" * 64)
    made = Deployment.objects.create(user=owner, name="live")
    Release.objects.create(
        deployment=made, number=1, version=deployed, hardware="cpu", min_instances=0, max_instances=1
    )
    with pytest.raises(NotAllowed, match="deployment"):
        models.remove_version(deployed)
    run = version_of(make(owner, name="other"), "d" * 64)
    ended(bob, run)
    with pytest.raises(NotAllowed, match="else"):
        models.remove_version(run)


def test_private_models_are_in_nobody_elses_lists(owner: User, bob: User) -> None:
    """Neither in the list, nor in a search, nor in the studio, nor by version."""
    version = version_of(make(owner))
    assert [found.model.ref for found in queries.listed(queries.models_visible(owner))] == ["alice/mine"]
    assert [found.version for found in queries.listed(queries.models_visible(owner))] == [version]
    assert list(queries.models_visible(bob)) == list(queries.search_models(bob, "mine")) == []
    assert list(queries.models_visible(None)) == []
    assert queries.version_of("alice/mine", owner) == version
    assert queries.version_of("alice/mine") is None is queries.default_version()
    assert queries.catalogue() == []
    with pytest.raises(NotFound):
        access.version_read(bob, version.pk)


def test_search_wants_every_word(owner: User) -> None:
    """A model named so comes before one that only speaks of it."""
    make(owner, name="fox", visibility="public")
    make(owner, name="dog", visibility="public", about={"description": "Draws a fox that is a dog."})
    assert [each.name for each in queries.search_models(None, "fox")] == ["fox", "dog"]
    assert [each.name for each in queries.search_models(None, "FOX dog")] == ["dog"]
    assert list(queries.search_models(None, "cat")) == []


def test_many_models_are_listed_in_three_queries(owner: User, django_assert_num_queries: Any) -> None:
    """Each with its newest version, however many there are."""
    for index in range(9):
        model = RegisteredModel.objects.create(owner="alice", name=f"m{index}", user=owner)
        Version.objects.create(pk=f"{index:064x}", model=model, schema={})
        Version.objects.create(pk=f"{index + 9:064x}", model=model, schema={})
    with django_assert_num_queries(3):
        found = queries.listed(queries.models_visible(None))
    assert {each.model.name: each.version.pk for each in found} == {
        f"m{i}": f"{i + 9:064x}" for i in range(9)
    }


def test_alias_leads_to_the_local_model(version: Version, settings: Any, alice: User) -> None:
    """A foreign name answers only when the setting says so."""
    with pytest.raises(NotFound):
        access.model_read(alice, "black-forest-labs", "flux-schnell")
    settings.MODEL_ALIASES = {"black-forest-labs/flux-schnell": "safelight/test"}
    assert access.model_read(alice, "black-forest-labs", "flux-schnell") == version.model
    assert access.version_newest(alice, "black-forest-labs", "flux-schnell") == version


def test_example_is_ones_own_and_finished(owner: User, bob: User) -> None:
    """Nobody can show what is another's, nor what never came to be."""
    model = make(owner)
    version = version_of(model)
    with pytest.raises(InvalidInput):
        models.show_example(owner, model, ended(bob, version))
    waiting = Prediction.objects.create(user=owner, version=version, input={})
    with pytest.raises(InvalidInput):
        models.show_example(owner, model, waiting)
    shown = ended(owner, version)
    models.show_example(owner, model, shown)
    models.show_example(owner, model, shown)
    assert queries.examples_of(model) == [shown]
    assert [each.example for each in queries.listed(queries.models_visible(owner))] == [shown]


def test_example_taken_back_closes_its_addresses(owner: User) -> None:
    """Who kept the address of a file finds nothing there any more; what lies in the bin is not shown."""
    model = make(owner)
    shown = ended(owner, version_of(model))
    output = Output.objects.create(
        prediction=shown,
        user=owner,
        index=0,
        key="outputs/x/y",
        seed=1,
        width=1,
        height=1,
        size=1,
        is_published=True,
    )
    models.show_example(owner, model, shown)
    Output.objects.update(trashed_at=timezone.now())
    assert queries.examples_of(model) == []
    Output.objects.update(trashed_at=None)
    assert queries.examples_of(model) == [shown]
    models.hide_example(model, shown.pk)
    assert Example.objects.count() == 0
    output.refresh_from_db()
    assert output.epoch == 1
    with pytest.raises(NotFound):
        models.hide_example(model, shown.pk)


def test_runs_are_counted_once(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each prediction counts one, also after it was deleted, however often the count is brought up to date."""
    model = make(owner)
    version = version_of(model)
    rows = [ended(owner, version) for _ in range(3)]
    catalog.count_runs()
    model.refresh_from_db()
    assert model.run_count == 0  # the last minute is left for the next time
    monkeypatch.setattr(catalog, "SETTLED_S", -60.0)
    catalog.count_runs()
    rows[0].delete()
    monkeypatch.setattr(catalog, "SETTLED_S", -120.0)
    ended(owner, version, id="7" + "z" * 25)  # far in the future: not yet
    catalog.count_runs()
    model.refresh_from_db()
    assert model.run_count == 3


def test_models_sort_themselves_into_collections(version: Version) -> None:
    """By what they make, and from what."""
    version.output = {"mime": "image/png"}
    collections.sort_in(version)
    assert set(Collection.objects.values_list("slug", flat=True)) == {"text-to-image"}
    version.output = {"mime": "text/plain"}
    collections.sort_in(version)
    found = access.collection_read("language-models")
    assert [each.model for each in queries.collection_models(found, None)] == [version.model]
    with pytest.raises(NotFound):
        access.collection_read("nothing")


def test_private_models_leave_with_their_maker(owner: User) -> None:
    """An account that is deleted takes its private models along; public ones become the site's."""
    make(owner)
    make(owner, name="open", visibility="public")
    people.delete_person(owner)
    assert [(model.name, model.user) for model in RegisteredModel.objects.all()] == [("open", None)]
