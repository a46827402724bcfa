"""Promises of the cull desk: verdicts, stacks, undo, comparing, and addresses that hold where one is."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts.models import User
from generations.ids import new_id
from generations.models import BulkAction, Output

pytestmark = pytest.mark.django_db

NOW = 1_790_000_000.0
JSON = {"Accept": "application/json"}


@pytest.fixture
def three(alice: User, make_output) -> list[Output]:
    """Newest first, of three prompts."""
    return [make_output(alice, prompt=f"number {n}", at=NOW - n) for n in range(3)]


@pytest.fixture
def stack(alice: User, make_output) -> list[Output]:
    """Three seeds of one prompt, newest first."""
    return [make_output(alice, prompt="one prompt", at=NOW - n, seed=n) for n in range(3)]


def ids(response) -> list[str]:
    return [output.pk for output in response.context["stretch"].outputs]


def judge(client, output: Output, verdict: str, **fields):
    data = {"id": output.pk, "verdict": verdict, **fields}
    return client.post("/gallery/cull/verdict/", data, headers=JSON)


def test_goes_through_what_the_filter_holds(alice, bob, client_of, three, make_output):
    """The desk holds the pictures of the search in the address, in its order, and nobody else's."""
    make_output(bob, prompt="number of bob")
    make_output(alice, prompt="in the bin", trashed_at=timezone.now())
    client = client_of(alice)
    assert ids(client.get("/gallery/cull/")) == [output.pk for output in three]
    assert ids(client.get("/gallery/cull/?sort=oldest")) == [output.pk for output in reversed(three)]
    Output.objects.filter(pk=three[1].pk).update(rating=4)
    assert ids(client.get("/gallery/cull/?q=rating:4")) == [three[1].pk]


def test_goes_through_the_chosen(alice, bob, client_of, three, make_output):
    """Pictures chosen by their ids are gone through alone, of them only one's own."""
    foreign = make_output(bob)
    chosen = f"{three[0].pk},{foreign.pk},{three[2].pk}"
    assert ids(client_of(alice).get(f"/gallery/cull/?ids={chosen}")) == [three[0].pk, three[2].pk]
    assert ids(client_of(alice).get(f"/gallery/cull/?except={chosen}")) == [three[1].pk]


@pytest.mark.parametrize(
    ("verdict", "field", "value"),
    [("keep", "is_favourite", True), ("1", "rating", 1), ("5", "rating", 5), ("0", "rating", 0)],
)
def test_verdict_is_written_and_undone(alice, client_of, picture, verdict, field, value):
    """Each verdict changes the picture, and undoing it brings back what was."""
    Output.objects.filter(pk=picture.pk).update(rating=3)
    before = getattr(Output.objects.get(pk=picture.pk), field)
    client = client_of(alice)
    action = judge(client, picture, verdict).json()["action"]
    assert getattr(Output.objects.get(pk=picture.pk), field) == value
    assert client.post("/gallery/cull/undo/", {"action": action}, headers=JSON).status_code == 200
    assert getattr(Output.objects.get(pk=picture.pk), field) == before


def test_rejected_lies_in_the_bin(alice, client_of, picture):
    """A rejected picture is binned, not deleted, and comes back by undo."""
    client = client_of(alice)
    action = judge(client, picture, "reject").json()["action"]
    assert Output.objects.get(pk=picture.pk).trashed_at is not None
    assert judge(client, picture, "keep").status_code == 409
    client.post("/gallery/cull/undo/", {"action": action}, headers=JSON)
    assert Output.objects.get(pk=picture.pk).trashed_at is None


def test_best_of_a_stack(alice, bob, client_of, stack, make_output):
    """One verdict keeps the best and bins the rest of its stack; one undo takes back both; others' are not touched."""
    foreign = make_output(bob)
    client = client_of(alice)
    members = ",".join([*(output.pk for output in stack), foreign.pk])
    action = judge(client, stack[1], "best", stack=members).json()["action"]
    rows = Output.objects.in_bulk()
    assert rows[stack[1].pk].is_favourite
    assert [rows[output.pk].trashed_at is None for output in stack] == [False, True, False]
    assert rows[foreign.pk].trashed_at is None
    client.post("/gallery/cull/undo/", {"action": action}, headers=JSON)
    rows = Output.objects.in_bulk()
    assert not rows[stack[1].pk].is_favourite
    assert all(rows[output.pk].trashed_at is None for output in stack)


def test_undo_of_best_keeps_an_older_favourite(alice, client_of, stack):
    """What was a favourite before it was the best of its stack is one after the undo as well."""
    Output.objects.filter(pk=stack[0].pk).update(is_favourite=True)
    client = client_of(alice)
    members = ",".join(output.pk for output in stack)
    action = judge(client, stack[0], "best", stack=members).json()["action"]
    client.post("/gallery/cull/undo/", {"action": action}, headers=JSON)
    assert Output.objects.get(pk=stack[0].pk).is_favourite


def test_stacks_of_seeds_and_of_the_nearly_same(alice, client_of, make_output):
    """Seeds of one prompt stand together, and so do pictures that look nearly the same; the best of them first."""
    first = make_output(alice, prompt="a", at=NOW)
    make_output(alice, prompt="b", at=NOW - 1, fingerprint="0" * 64)
    best = make_output(alice, prompt="a", at=NOW - 2, rating=4)
    make_output(alice, prompt="c", at=NOW - 3, fingerprint="0" * 63 + "1")
    stretch = client_of(alice).get("/gallery/cull/").context["stretch"]
    assert [len(stack.outputs) for stack in stretch.stacks] == [2, 2]
    assert [stack.is_one_prompt for stack in stretch.stacks] == [True, False]
    assert stretch.stacks[0].outputs == [best, first]


def test_stretches_meet(alice, client_of, make_output):
    """The address at the end of a stretch leads to the rest, and counts on; what is rejected shifts nothing."""
    made = [make_output(alice, prompt=f"number {n}", at=NOW - n) for n in range(65)]
    client = client_of(alice)
    first = client.get("/gallery/cull/")
    judge(client, made[59], "reject")
    judge(client, made[60], "reject")
    second = client.get(first.context["beyond"])
    assert ids(first) == [output.pk for output in made[:60]]
    assert ids(second) == [output.pk for output in made[61:]]
    assert second.context["number"] == 61
    assert second.context["desk"].of == 65
    assert second.context["beyond"] == ""


def test_without_scripts(alice, client_of, three):
    """A plain form judges, leads to the next picture, and offers an undo that leads back."""
    client = client_of(alice)
    page = client.get("/gallery/cull/")
    assert page.context["current"] == three[0]
    sent = client.post(
        "/gallery/cull/verdict/", {"id": three[0].pk, "verdict": "reject", "next": page.context["skip"]}
    )
    following = client.get(sent["Location"])
    assert following.context["current"] == three[1]
    action = parse_qs(urlsplit(sent["Location"]).query)["undo"][0]
    undone = client.post("/gallery/cull/undo/", {"action": action, "next": following.context["undo"]["at"]})
    assert client.get(undone["Location"]).context["current"] == three[0]


def test_without_scripts_to_the_end(alice, client_of, picture):
    """After the last picture there is a page that says so, also when nothing is left to look at."""
    client = client_of(alice)
    end = client.get("/gallery/cull/").context["skip"]
    assert b"That was the last one" in client.get(end).content
    judge(client, picture, "reject")
    assert b"Nothing to go through" in client.get("/gallery/cull/").content


@pytest.mark.parametrize(
    "fields", [{"verdict": ""}, {"verdict": "6"}, {"verdict": "-1"}, {"verdict": "best\0"}]
)
def test_odd_verdict_is_refused(alice, client_of, picture, fields):
    """A verdict that there is none of changes nothing."""
    assert client_of(alice).post("/gallery/cull/verdict/", {"id": picture.pk, **fields}).status_code == 400
    assert BulkAction.objects.count() == 0


@pytest.mark.parametrize(
    "query",
    ["at=x", "at=%00", "after=x", "seen=-1&of=x", "seen=99999999999999", "ids=x,,y", "undo=x&judged=y"],
)
def test_odd_address_shows_the_desk(alice, client_of, picture, query):
    """An address that somebody has bent shows the desk, never an error."""
    response = client_of(alice).get(f"/gallery/cull/?{query}")
    assert response.status_code == 200
    assert response.context["undo"] == {}


def test_a_picture_that_left_is_followed_by_the_next(alice, client_of, three):
    """An address with a picture that is no longer here shows what came after it."""
    client = client_of(alice)
    judge(client, three[1], "reject")
    assert client.get(f"/gallery/cull/?at={three[1].pk}").context["current"] == three[2]


def test_compare_tells_the_difference(alice, client_of, make_output, version):
    """Two pictures stand beside each other with what differs in their recipes."""
    one = make_output(alice, prompt="a red fox", seed=3)
    other = make_output(alice, prompt="a blue fox", seed=4)
    response = client_of(alice).get(f"/gallery/cull/compare/?a={one.pk}&b={other.pk}")
    text = response.content.decode()
    assert "<del>red</del>" in text
    assert "<ins>blue</ins>" in text
    assert "seed 3 → 4" in text


def test_compare_keeps_to_its_owner(alice, bob, client_of, make_output):
    """With another's picture there is nothing to compare."""
    mine, foreign = make_output(alice), make_output(bob)
    client = client_of(alice)
    for query in (f"a={mine.pk}&b={foreign.pk}", f"a={foreign.pk}&b={mine.pk}", f"a={mine.pk}", ""):
        assert client.get(f"/gallery/cull/compare/?{query}").status_code == 404


def test_selection_leads_to_the_desk(alice, client_of, three):
    """The chosen pictures, or all of a search, are taken to the desk; two to the comparison."""
    client = client_of(alice)
    chosen = client.post("/bulk/", {"verb": "cull", "id": [three[0].pk, three[2].pk]})
    assert ids(client.get(chosen["Location"])) == [three[0].pk, three[2].pk]
    everything = client.post(
        "/bulk/", {"verb": "cull", "all": "1", "q": "-is:favourite", "except": three[0].pk}
    )
    assert ids(client.get(everything["Location"])) == [three[1].pk, three[2].pk]
    two = client.post("/bulk/", {"verb": "compare", "id": [three[0].pk, three[1].pk]})
    assert client.get(two["Location"]).context["right"] == three[1]
    assert client.post("/bulk/", {"verb": "compare", "id": [three[0].pk]}).status_code == 400
    assert (
        client.post("/bulk/", {"verb": "cull", "ids": ",".join(new_id() for _ in range(301))}).status_code
        == 400
    )


def test_keep_by_the_bulk_form_names_what_it_keeps(alice, client_of, stack):
    """The verb that bins all but one does nothing unless it is told which one."""
    client = client_of(alice)
    sent = {"verb": "keep", "ids": ",".join(output.pk for output in stack)}
    assert client.post("/bulk/", sent).status_code == 404
    assert not Output.objects.exclude(trashed_at=None).exists()


@pytest.mark.parametrize("address", ["/gallery/cull/", "/gallery/cull/?q=fox"])
def test_queries_do_not_grow(alice, client_of, make_output, django_assert_max_num_queries, address):
    """The desk asks the database no more for 60 pictures than for 5."""
    client = client_of(alice)
    counts = []
    for more in (5, 55):
        for n in range(more):
            make_output(alice, prompt=f"a fox {n}")
        with django_assert_max_num_queries(20) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_prompt_is_text(alice, client_of, make_output):
    """A prompt full of markup is shown on desk and comparison, never run."""
    bad = make_output(alice, prompt='"><script>alert(1)</script>')
    client = client_of(alice)
    for address in ("/gallery/cull/", f"/gallery/cull/compare/?a={bad.pk}&b={bad.pk}"):
        assert "<script>alert" not in client.get(address).content.decode()


def test_answer_to_scripts_is_small(alice, client_of, picture):
    """A script is told the action and how much changed."""
    told = json.loads(judge(client_of(alice), picture, "keep").content)
    assert told == {"action": BulkAction.objects.get().pk, "changed": 1}
