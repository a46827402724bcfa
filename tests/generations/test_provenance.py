"""provenance.py: the packet that says how a picture was made."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generations import provenance

DIGITAL_SOURCE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
anything = st.text(st.characters(exclude_categories=()), max_size=200)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(prompt=anything, seed=st.integers(0, 2**32 - 1))
def test_the_packet_is_sound_whatever_the_prompt(prompt, seed):
    """Well-formed XML that any reader of XMP takes, from which the same recipe is read back."""
    packet = provenance.xmp({"prompt": prompt, "seed": seed})
    mark = ElementTree.fromstring(packet).find(f".//{DIGITAL_SOURCE}")
    assert mark.text.endswith("/trainedAlgorithmicMedia")
    assert provenance.read(b"\x89junk" + packet + b"junk") == {"prompt": prompt, "seed": seed}


def test_a_recipe_that_is_no_json_is_not_written():
    """NaN has no place in a recipe: it is told, not written."""
    with pytest.raises(ValueError):
        provenance.xmp({"guidance": float("nan")})
