"""Promises of the search index: it finds what a person asked for, theirs alone, and follows every change."""

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from generations import queries
from generations.models import Prediction, SearchEntry
from generations.search import parse
from generations.services import people, searching

pytestmark = pytest.mark.django_db


@pytest.fixture
def prompts(alice, create):
    """prompts("a fox", …): Alice asks for each."""

    def make(*texts: str, user: User = alice) -> list[Prediction]:
        return [create(user, prompt=text) for text in texts]

    return make


@pytest.fixture
def find(alice):
    """find("fox"): the prompts that Alice finds, in the order they were sent."""

    def search(text: str, user: User = alice) -> list[str]:
        entries = queries.matching(user, parse(text).words).order_by("pk")
        return list(entries.values_list("prediction__prompt", flat=True))

    return search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cat", ["a cat", "two cats"]),
        ("CAT a", ["a cat"]),
        ('"cat"', ["a cat"]),
        ("-cat", ["a Café lamp", "red hat, blue shoes", "don't look", "🐱 on a box", "黒い猫の絵", "кот"]),
        ("cat -two", ["a cat"]),
        ('-"red hat" -cat -кот -猫', ["a Café lamp", "don't look", "🐱 on a box"]),
        ('"hat blue"', ["red hat, blue shoes"]),
        ('"blue hat"', []),
        ("cafe", ["a Café lamp"]),
        ("don't", ["don't look"]),
        ("🐱", ["🐱 on a box"]),
        ("猫", ["黒い猫の絵"]),
        ("кот", ["кот"]),
        ("dog", []),
        ("'; DROP TABLE", []),
        ("NEAR(a b) OR *", []),
        ('words : "cat"', []),
    ],
)
def test_words_find_prompts(prompts, find, text, found):
    """Words by their beginnings, phrases as they stand; case, accents and punctuation do not count."""
    prompts(
        "a cat",
        "two cats",
        "a Café lamp",
        "red hat, blue shoes",
        "don't look",
        "🐱 on a box",
        "黒い猫の絵",
        "кот",
    )
    assert find(text) == found


def test_nobody_finds_the_prompts_of_others(prompts, find, bob):
    """The same word finds each person their own."""
    prompts("a cat of Alice's")
    prompts("a cat of Bob's", user=bob)
    assert find("cat", bob) == ["a cat of Bob's"]


def test_the_owner_is_no_word(prompts, find, alice):
    """The token by which the index knows a person cannot be searched for."""
    prompts("a cat")
    assert find(queries.owner_token(alice.pk)) == []


def test_a_deleted_prediction_is_not_found(prompts, find):
    """Row, entry and index go together."""
    gone, _ = prompts("a cat", "another cat")
    gone.delete()
    assert find("cat") == ["another cat"]


def test_a_person_who_goes_leaves_no_words(alice, prompts):
    """Deletion of an account leaves nothing to be searched."""
    prompts("a cat")
    people.delete_person(alice)
    assert not SearchEntry.objects.exists()


def test_a_transaction_that_fails_leaves_no_words(prompts, find):
    """The index is written with the row or not at all."""
    with transaction.atomic():
        prompts("a cat")
        transaction.set_rollback(True)
    assert find("cat") == []


def test_a_guest_keeps_their_search(alice, guest, prompts, find):
    """After sign-in one finds what one made before, and the guest finds nothing more."""
    prompts("a cat", user=guest)
    people.merge_guest(guest, into=alice)
    assert find("cat") == ["a cat"]
    assert find("cat", guest) == []


def test_the_index_is_rebuilt(prompts, find):
    """Entries that are missing, wrong or too many are right after `rebuild_search`."""
    first, second = prompts("a cat", "a dog")
    SearchEntry.objects.filter(prediction=first).delete()
    SearchEntry.objects.filter(prediction=second).update(words="a cow", owner="u0")
    assert sorted(searching.stale()) == sorted([first.pk, second.pk])
    call_command("rebuild_search", verbosity=0)
    assert list(searching.stale()) == []
    assert (find("cat"), find("dog"), find("cow")) == (["a cat"], ["a dog"], [])
