"""Canonical JSON: the same value, the same bytes; digests of known vectors."""

import enum
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.kernel.canonical import canonical_json, digest


def test_shape():
    value = {"b": [1, True, None, "é"], "a": {"z": -1, "y": ()}, "中": '文\n"\\'}
    assert canonical_json(value) == '{"a":{"y":[],"z":-1},"b":[1,true,null,"é"],"中":"文\\n\\"\\\\"}'.encode()


def test_text_and_keys_are_normalised():
    assert canonical_json({"e\u0301": "e\u0301"}) == canonical_json({"é": "é"}) == '{"é":"é"}'.encode()
    with pytest.raises(ValueError, match="same after normalisation"):
        canonical_json({"e\u0301": 1, "é": 2})


def test_keys_are_sorted_by_code_point():
    assert canonical_json({"\U00010000": 1, "\uffff": 2, "a": 3, "B": 4}).decode().count(":") == 4
    assert list(json.loads(canonical_json({"\U00010000": 1, "\uffff": 2, "a": 3, "B": 4}))) == [
        "B",
        "a",
        "\uffff",
        "\U00010000",
    ]


@pytest.mark.parametrize("value", [1.0, float("nan"), {"a": [0.5]}, {1: 2}, {1, 2}, b"x", object()])
def test_other_types_are_errors(value):
    with pytest.raises(TypeError):
        canonical_json(value)


def test_a_lone_surrogate_is_an_error():
    with pytest.raises(ValueError, match="surrogate"):
        canonical_json("\ud800")


def test_subclasses_print_as_what_they_are():
    class Colour(enum.IntEnum):
        RED = 1

    class Word(str):
        def __str__(self) -> str:
            return "other"

    assert canonical_json([Colour.RED]) == b"[1]"
    assert canonical_json([Word("one")]) == b'["one"]'


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcdé中", max_size=3), inner),
    max_leaves=12,
)


@given(plain, st.integers(0, 2**32))
def test_order_of_keys_never_matters(value, seed):
    def shuffled(node):
        if isinstance(node, dict):
            pairs = [(key, shuffled(each)) for key, each in node.items()]
            random.Random(seed).shuffle(pairs)
            return dict(pairs)
        return [shuffled(each) for each in node] if isinstance(node, list) else node

    assert canonical_json(shuffled(value)) == canonical_json(value)


def test_digest_of_published_vectors():
    # FIPS 180-2, appendix B.1, and the empty message
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
