"""The line of every key, for everything that TOML allows."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.settings.positions import line_of_keys
from gapkeeper.settings.toml_text import inline, name

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = '''# [comment]
a.b = 1.5 # [x] = 1
"q.u\\u0041" = """x
[not.a.table]
y = 1 """"
d = 1979-05-27 07:32:00
l = \'\'\'
a = 1 \'\'\'

[t."x y".'z']
k = [ # c = 1
  "a", { b = 1, c = [2] },
  [ { e = 2 } ],
]
i = { j = { k = 1 }, l = '#' }
n = -1.5e+3

[[arr]]
x = "]"
[[arr]]
y = 2
[arr.sub]
v = 1
[[arr.deep]]
w = 1
[ last ]
z = inf'''


def test_every_shape_of_key() -> None:
    tomllib.loads(TEXT)
    assert line_of_keys(TEXT) == {
        ("a",): 2,
        ("a", "b"): 2,
        ("q.uA",): 3,
        ("d",): 6,
        ("l",): 7,
        ("t",): 10,
        ("t", "x y"): 10,
        ("t", "x y", "z"): 10,
        ("t", "x y", "z", "k"): 11,
        ("t", "x y", "z", "k", "1"): 12,
        ("t", "x y", "z", "k", "1", "b"): 12,
        ("t", "x y", "z", "k", "1", "c"): 12,
        ("t", "x y", "z", "k", "2", "0"): 13,
        ("t", "x y", "z", "k", "2", "0", "e"): 13,
        ("t", "x y", "z", "i"): 15,
        ("t", "x y", "z", "i", "j"): 15,
        ("t", "x y", "z", "i", "j", "k"): 15,
        ("t", "x y", "z", "i", "l"): 15,
        ("t", "x y", "z", "n"): 16,
        ("arr",): 18,
        ("arr", "0"): 18,
        ("arr", "0", "x"): 19,
        ("arr", "1"): 20,
        ("arr", "1", "y"): 21,
        ("arr", "1", "sub"): 22,
        ("arr", "1", "sub", "v"): 23,
        ("arr", "1", "deep"): 24,
        ("arr", "1", "deep", "0"): 24,
        ("arr", "1", "deep", "0", "w"): 25,
        ("last",): 26,
        ("last", "z"): 27,
    }


texts = st.text(st.characters(codec="utf-8"), max_size=8)
scalars = st.one_of(
    st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False, allow_infinity=False, width=16), texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
tables = st.dictionaries(texts, st.dictionaries(texts, values, max_size=4), max_size=4)


@given(tables)
def test_any_text_that_tomllib_takes(tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Written as TOML, a key a line: tomllib reads the same values, and every key has its line."""
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for table, keys in tables.items():
        lines.append(f"[{name(table)}]  # = [\"'")
        expected[(table,)] = len(lines)
        for key, value in keys.items():
            lines.append(f"{name(key)} = {inline(value)}")
            expected[table, key] = len(lines)
    text = "\n".join(lines)
    assert tomllib.loads(text) == tables
    found = line_of_keys(text)
    assert {path: found.get(path) for path in expected} == expected
