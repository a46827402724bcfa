"""The lineage of a picture: its tree, what changed along each edge, and nothing of anybody else."""

import re

import pytest

from generations import queries
from generations.models import Output, Prediction
from generations.queries import lineage as reader
from generations.services import lineage, outputs

HTMX = {"HX-Request": "true"}


@pytest.fixture
def child_of(make_output):
    """child_of(parent, **fields): a picture that goes on from another."""

    def make(parent: Output, *, user=None, prompt: str = "a fox", **input) -> Output:
        made = make_output(user or parent.user, prompt=prompt)
        row = made.prediction
        row.input = {**row.input, **input}
        row.save(update_fields=["input"])
        lineage.record(row, parent)
        return made

    return make


def page_of(client, picture) -> str:
    return client.get(f"/gallery/{picture.pk}/lineage/").content.decode()


def shown(page: str) -> list[str]:
    """The pictures of the tree, in the order of reading."""
    return re.findall(r'class="kin-picture" href="/gallery/(\w+)/"', page)


def test_the_tree_is_the_same_from_each_of_its_pictures(client_of, alice, picture, child_of):
    """From the root to the leaves, depth first."""
    first, second = child_of(picture, seed=8), child_of(picture, prompt="a hen")
    grandchild = child_of(first, steps=20)
    for each in (picture, first, second, grandchild):
        assert shown(page_of(client_of(alice), each)) == [picture.pk, first.pk, grandchild.pk, second.pk]


def test_each_edge_says_what_changed(client_of, alice, picture, child_of):
    """Settings by name with both values, words as they came and went."""
    child = child_of(picture, prompt="a red fox", steps=20)
    page = page_of(client_of(alice), child)
    assert "Changed: steps 12 → 20" in page
    assert "<ins>red</ins>" in page


def test_its_lists_are_well_nested(client_of, alice, picture, child_of):
    """Each list and item that opens is closed."""
    first = child_of(picture)
    for parent in (picture, first, child_of(first)):
        child_of(parent)
    page = page_of(client_of(alice), picture)
    tree = page[page.index('<ul class="lineage"') : page.index("</main>")]
    assert tree.count("<ul") == tree.count("</ul>")
    assert tree.count("<li") == tree.count("</li>") == 6
    depth = 0
    for tag in re.findall(r"<(/?)(?:ul|li)\b", tree):
        depth += -1 if tag else 1
        assert depth >= 0


def test_a_deleted_picture_leaves_a_stub(client_of, alice, picture, child_of):
    """The tree keeps its shape."""
    middle = child_of(picture)
    leaf = child_of(middle)
    outputs.purge(middle)
    page = page_of(client_of(alice), leaf)
    assert shown(page) == [picture.pk, leaf.pk]
    assert "Deleted" in page


def test_a_root_that_is_gone_leaves_a_stub(client_of, alice, picture, child_of):
    """With those that came from it below."""
    children = [child_of(picture), child_of(picture)]
    Prediction.objects.filter(pk=picture.prediction_id).delete()
    page = page_of(client_of(alice), children[0])
    assert shown(page) == [each.pk for each in children]
    assert page.count("Deleted") == 1


def test_nothing_of_somebody_elses_work_is_told(client_of, alice, bob, picture, child_of):
    """Neither picture nor prompt nor recipe: only that there was one."""
    prompt = Prediction.objects.get(pk=picture.prediction_id).prompt
    theirs = child_of(picture, user=bob, prompt="my own hen")
    page = page_of(client_of(bob), theirs)
    assert "from somebody else's picture" in page
    assert picture.pk not in page
    assert picture.prediction_id not in page
    assert prompt not in page.replace("my own hen", "")
    assert shown(page_of(client_of(alice), picture)) == [picture.pk]


def test_a_large_tree_is_cut_around_the_picture(alice, picture, child_of, monkeypatch):
    """All above it stay, and how many are left out is said."""
    monkeypatch.setattr(reader, "SHOWN", 4)
    first = child_of(picture)
    for _ in range(5):
        child_of(picture)
    leaf = child_of(first)
    tree = queries.lineage_of(leaf)
    ids = [step.node.prediction.pk for step in tree.steps]
    assert {picture.prediction_id, first.prediction_id, leaf.prediction_id} <= set(ids)
    assert (tree.size, tree.hidden) == (4, 4)


def test_it_costs_a_constant_number_of_queries(alice, picture, child_of, django_assert_max_num_queries):
    """However large the tree."""
    last = picture
    for n in range(8):
        last = child_of(last, steps=20 + n)
    with django_assert_max_num_queries(8):
        assert queries.lineage_of(last).size == 9


def test_a_long_chain_is_read_out(client_of, alice, picture, child_of):
    """Deeper than any stack would bear to be careless with."""
    last = picture
    for n in range(40):
        last = child_of(last, steps=20 + n)
    assert len(shown(page_of(client_of(alice), last))) == 41


def test_vary_makes_the_same_with_another_seed_at_once(client_of, alice, picture):
    """A new prediction of the same recipe, and its edge."""
    answer = client_of(alice).post(f"/gallery/{picture.pk}/vary/", headers=HTMX)
    made = Prediction.objects.exclude(pk=picture.prediction_id).get()
    assert f'id="prediction-{made.pk}"' in answer.content.decode()
    assert {**made.input, "seed": 7} == {**picture.recipe}
    assert made.input["seed"] != 7
    assert made.origins.get().kind == "vary"


def test_vary_without_scripts_leads_to_the_new_one(client_of, alice, picture):
    """By a plain form."""
    answer = client_of(alice).post(f"/gallery/{picture.pk}/vary/")
    assert answer["Location"] == f"/predictions/{Prediction.objects.latest('id').pk}/"


def test_the_composer_records_what_it_goes_on_from(client_of, alice, picture):
    """Used again and changed: an edge of that kind; the next prompt begins anew."""
    client = client_of(alice)
    page = client.get(f"/?from={picture.pk}").content.decode()
    assert f'name="composer-origin" value="from:{picture.pk}"' in page
    form = {"prompt": "a red fox", "steps": "12", "seed": "7", "composer-origin": f"from:{picture.pk}"}
    answer = client.post("/", form, headers=HTMX).content.decode()
    assert Prediction.objects.latest("id").origins.get().kind == "edit"
    assert 'name="composer-origin" value=""' in answer


@pytest.mark.parametrize("origin", ["from:{id}", "again:{prediction}", "from:\0", "from:", "x", "upload:1"])
def test_an_origin_that_is_not_theirs_is_no_edge(client_of, bob, picture, origin):
    """The prompt is made all the same, and tells nothing of what it named."""
    named = origin.format(id=picture.pk, prediction=picture.prediction_id)
    answer = client_of(bob).post("/", {"prompt": "a hen", "composer-origin": named}, headers=HTMX)
    assert answer.status_code == 200
    assert not Prediction.objects.latest("id").origins.exists()


def test_the_picture_leads_to_its_lineage_when_there_is_one(client_of, alice, picture, child_of):
    """Otherwise there is nothing to lead to."""
    address = f"/gallery/{picture.pk}/"
    assert "lineage" not in client_of(alice).get(address).content.decode()
    child_of(picture)
    assert f'href="{address}lineage/"' in client_of(alice).get(address).content.decode()
