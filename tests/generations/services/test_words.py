"""What a person keeps in words: past prompts, snippets and lists."""

import pytest

from accounts import tokens
from generations import queries
from generations.errors import InvalidInput
from generations.models import PastPrompt, Snippet
from generations.services import claims, people, predictions, prompts, running, snippets


def texts(user, **how):
    return [each.past.prompt for each in queries.prompts_page(user, **how).items]


def test_a_prompt_is_remembered_once(alice, create):
    """Sent again it moves to the front and is counted."""
    for prompt in ("a fox", "a hen", "a fox"):
        create(alice, prompt=prompt)
    assert texts(alice) == ["a fox", "a hen"]
    assert PastPrompt.objects.get(prompt="a fox").times == 2


def test_what_a_program_sends_is_not_remembered(alice, version):
    """Only what was typed here."""
    call = predictions.Call(tokens.create(alice, "bot")[0])
    predictions.create(alice, version, {"prompt": "a fox"}, call=call)
    assert texts(alice) == []


def test_search_finds_all_words_in_any_case(alice, bob, create):
    """Each word somewhere in the prompt, capitals or not, and nobody else's."""
    for prompt in ("Ein Füchslein im Schnee", "a fox", "EIN HUHN"):
        create(alice, prompt=prompt)
    create(bob, prompt="ein fuchs")
    assert texts(alice, search="FÜCHS ein") == ["Ein Füchslein im Schnee"]
    assert texts(alice, search="100%_") == []


def test_pages_follow_each_other(alice, create):
    """Newest first, each once."""
    for n in range(5):
        create(alice, prompt=f"fox {n}")
    first = queries.prompts_page(alice, limit=3)
    assert [each.past.prompt for each in first.items] == ["fox 4", "fox 3", "fox 2"]
    assert texts(alice, after=first.next, limit=3) == ["fox 1", "fox 0"]


def test_the_last_picture_stays_when_a_newer_try_has_none(alice, create, make_stored, engine):
    """The page shows what came of it last."""
    create(alice)
    [row] = claims.claim("north", engine, outputs=4, predictions=1)
    running.start(row, engine_seq=1)
    output = make_stored(row)
    running.finish(row, "succeeded")
    predictions.cancel(create(alice))
    predictions.cancel(create(alice))
    [shown] = queries.prompts_page(alice).items
    assert (shown.output, shown.past.times) == (output, 3)


def test_history_costs_a_constant_number_of_queries(alice, create, django_assert_max_num_queries):
    """However many prompts there are."""
    for n in range(6):
        create(alice, prompt=f"fox {n}")
    with django_assert_max_num_queries(2):
        queries.prompts_page(alice)


def test_forgetting_all_leaves_others_alone(alice, bob, create):
    """One's own history, and the pictures stay."""
    create(alice), create(bob)
    assert prompts.forget_all(alice) == 1
    assert (texts(alice), texts(bob)) == ([], ["a fox"])


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 41}, "name"),
        ({"name": "a\0"}, "name"),
        ({"kind": "song"}, "kind"),
        ({"text": " "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"kind": "list", "name": "two words"}, "name"),
        ({"kind": "list", "text": "\n \n"}, "text"),
        ({"kind": "list", "text": "{red|blue}"}, "text"),
        ({"kind": "list", "text": "x" * 201}, "text"),
        ({"kind": "list", "text": "\n".join(map(str, range(101)))}, "text"),
        ({"values": {str(n): "1" for n in range(41)}}, ""),
    ],
)
def test_a_snippet_that_cannot_be_kept_says_why(alice, fields, wrong):
    """At its field, and nothing is written."""
    told = {"kind": "text", "name": "oil", "text": "in oil", "values": {}, **fields}
    with pytest.raises(InvalidInput) as caught:
        snippets.save(alice, **told)
    assert list(caught.value.by_field()) == [wrong]
    assert not Snippet.objects.exists()


def test_a_name_is_used_once(alice, bob):
    """By one person and for one kind."""
    for user, kind in ((alice, "text"), (alice, "list"), (bob, "text")):
        snippets.save(user, kind=kind, name="oil", text="in oil", values={})
    with pytest.raises(InvalidInput, match="already"):
        snippets.save(alice, kind="list", name="OIL", text="in oil", values={})


def test_settings_alone_can_be_kept(alice):
    """A style may be nothing but settings."""
    kept = snippets.save(alice, kind="text", name="quick", text="", values={"steps": "4"})
    assert Snippet.objects.get(pk=kept.pk).values == {"steps": "4"}


def test_a_guests_words_become_the_persons(guest, alice, create):
    """What both have sent is counted together; a name that both use gets a number."""
    for user in (guest, alice):
        create(user)
        snippets.save(user, kind="list", name="animal", text=f"cat\n{user.pk}", values={})
    create(guest, prompt="a hen")
    people.merge_guest(guest, into=alice)
    assert texts(alice) == ["a hen", "a fox"]
    assert PastPrompt.objects.get(prompt="a fox").times == 2
    assert [each.name for each in queries.snippets(alice)] == ["animal", "animal-2"]
