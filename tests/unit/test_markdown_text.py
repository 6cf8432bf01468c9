"""Issues and comments on a terminal: what a page shows, without markup, hidden comments and surprises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.reporting.markdown_text import markdown_lines
from gapkeeper.reporting.style import Look, Tone, render, text_of


def shown(text: str, width: int | None = None, indent: int = 0) -> str:
    look = Look(width=width)
    return render(markdown_lines(text, look, indent=indent), look)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One\ntwo\n\n\n\nthree", "One two\n\nthree\n"),
        ("One\\\ntwo", "One\ntwo\n"),
        ("# Head\ntext", "Head\n\ntext\n"),
        ("a *b* __c__ ~~d~~ `e`", "a b c d e\n"),
        ("\\*a\\* &amp; &#42;", "*a* & *\n"),
        ("[a](https://x.example) <https://y.example>", "a (https://x.example) https://y.example\n"),
        ("![a](https://x.example/b.png)", "a (https://x.example/b.png)\n"),
        ("- a\n- b\n\n  c\n  1. d\n  2. e\n\nf", "- a\n- b\n  c\n  1. d\n  2. e\n\nf\n"),
        ("- - a\n  - b", "- - a\n  - b\n"),
        ("- [ ] a\n- [x] b\n-", "- [ ] a\n- [x] b\n-\n"),
        ("> a\n> > b", "  a\n\n    b\n"),
        ("```\na  b\n\n  *c*\n```\n\nd", "  a  b\n\n    *c*\n\nd\n"),
        ("| Field | Value |\n|-|-|\n| Status | **open** |\n| Owner | a \\| b |", "Status  open\nOwner   a | b\n"),
        ("| a | b | c |\n|-|-|-|\n| 1 | 2 | 3 |", "a  b  c\n1  2  3\n"),
        ("a\n\n***\n\nb", "a\n\n---\n\nb\n"),
        ("<sub>a <b>b</b></sub>", "a b\n"),
        ("<details>\n<summary>a</summary>\n</details>", "<details>\n<summary>a</summary>\n</details>\n"),
        ("", ""),
    ],
)
def test_markup_becomes_layout(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<!-- hidden -->",
        "<!-- hidden",
        "<!--\nhidden\n\nhidden\n-->",
        '<!-- gapkeeper: marker 1 0000 {"hidden":1} -->\n<!-- gapkeeper: end -->\n',
        "<div>\n<!-- hidden -->\n</div>",
        "shown <!-- hidden -->",
        "> <!-- hidden -->",
    ],
)
def test_hidden_comments_are_left_out(text: str) -> None:
    assert "hidden" not in shown(text)


def test_a_comment_within_code_is_no_comment() -> None:
    assert "<!-- shown -->" in shown("```\n<!-- shown -->\n```") + shown("`<!-- shown -->`")


def test_lines_are_wrapped_beside_their_bullet_and_margin() -> None:
    text = "- one two three four\n\n| Field | Value |\n|-|-|\n| Name | one two three four |"
    assert shown(text, width=20, indent=2) == ("  - one two three\n    four\n\n  Name  one two\n        three four\n")


def test_meaning_is_coloured() -> None:
    (pieces,) = markdown_lines("**a** `b`", Look())
    assert [(piece.text, piece.tone) for piece in pieces if piece.text.strip()] == [
        ("a", Tone.STRONG),
        ("b", Tone.INFO),
    ]


@pytest.mark.parametrize(
    "text", ["&#27;[31m", "\x1b[31m", "`\x1b[31m`", "```\n\x1b[31m\n```", "<p\x1b[31m>", "&#x202e;x"]
)
def test_nothing_acts_on_the_terminal(text: str) -> None:
    assert not set(shown(text)) & {"\x1b", "\u202e", "\x9b"}


@given(st.text(alphabet=st.sampled_from("ab -*`|#>[]()<!\n\t1.~_\\&;\x1b\u202e漢"), max_size=200))
def test_any_text_is_lines_that_are_safe(text: str) -> None:
    for pieces in markdown_lines(text, Look(width=40)):
        assert not set(text_of(pieces)) & set("\n\t\x1b\u202e")


@pytest.mark.parametrize("nested", ["> ", "- ", "1. ", "*", "["])
def test_deep_nesting_is_flat(nested: str) -> None:
    lines = markdown_lines(nested * 10_000 + "x", Look(width=80))
    assert len(lines) <= 10_001
