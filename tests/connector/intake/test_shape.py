"""What is kept of a body that could not be read."""

import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.intake.shape import shape_of

WORDS = {"object", "list", "string", "number", "boolean", "null", "?"}
_FIRST = string.ascii_letters + "_"


def leaves(shape: Any) -> set[str]:
    """Every word in a shape that is no name."""
    if isinstance(shape, dict):
        return set().union(*(leaves(item) for item in shape.values()))
    if isinstance(shape, list):
        return set().union(*(leaves(item) for item in shape))
    assert isinstance(shape, str)
    return {shape}


def names(shape: Any) -> list[str]:
    """Every name in a shape."""
    if isinstance(shape, dict):
        return [*shape, *(name for item in shape.values() for name in names(item))]
    return [name for item in shape for name in names(item)] if isinstance(shape, list) else []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=50), inner, max_size=6),
    max_leaves=40,
)


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (
            b'{"type": "label.printed", "data": {"order_ref": "1062428737", "kg": 2.5, "gift": true, "note": null}}',
            {
                "type": "string",
                "data": {"order_ref": "string", "kg": "number", "gift": "boolean", "note": "null"},
            },
        ),
        (b'[{"a": 1}, {"b": 2}]', [{"a": "number"}]),
        (b"[]", []),
        (b"{}", {}),
        (b'"a secret"', "string"),
        (b"-0", "number"),
        (b"NaN", "number"),
        (b'{"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}', {"a": {"b": {"c": {"d": {"e": {"f": "object"}}}}}}),
        (b"[[[[[[[1]]]]]]]", [[[[[["list"]]]]]]),
        (b"", "no JSON (0 bytes)"),
        (b"order,number\n1,2\n", "no JSON (17 bytes)"),
        (b"\xff\xfe\x00", "no JSON (3 bytes)"),
        (b"[" * 100_000, "no JSON (100000 bytes)"),
        (b"9" * 5000, "no JSON (5000 bytes)"),
    ],
)
def test_shapes(body: bytes, shape: Any) -> None:
    assert shape_of(body) == shape


@pytest.mark.parametrize(
    "name",
    [
        "山田太郎",
        "taro yamada",
        "taro@example.jp",
        "090-1234-5678",
        "1062428737",
        "",
        "a" * 42,
        "a\n",
        "a/b",
        "\ud800",
    ],
)
def test_a_name_that_may_be_somebodys_is_not_shown(name: str) -> None:
    assert shape_of(json.dumps({name: {name: 1}}).encode()) == {"?": {"?": "number"}}


@given(st.binary(max_size=300))
def test_any_bytes_have_a_shape(body: bytes) -> None:
    shape = shape_of(body)

    assert shape == f"no JSON ({len(body)} bytes)" or leaves(shape) <= WORDS


@settings(max_examples=50)
@given(JSON)
def test_a_shape_never_holds_a_value(value: Any) -> None:
    """Only the words for types, and names of fields that the body really has."""
    body = json.dumps(value).encode()

    shape = shape_of(body)

    assert leaves(shape) <= WORDS
    assert all(name == "?" or (name[0] in _FIRST and f'"{name}"'.encode() in body) for name in names(shape))


@pytest.mark.parametrize(("depth", "width"), [(1, 20_000), (3, 25), (5, 9)])
def test_a_shape_stays_small(depth: int, width: int) -> None:
    """A body of 256 KiB must not become a record of half a megabyte."""
    value: Any = 1
    for _ in range(depth):
        value = {f"field_{index}": value for index in range(width)}

    shape = shape_of(json.dumps(value).encode())

    assert len(names(shape)) <= 200
    assert len(json.dumps(shape)) < 20_000
