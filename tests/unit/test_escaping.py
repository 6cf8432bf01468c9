"""What each surface makes of the texts that people really write, and of those that hurt."""

from __future__ import annotations

import sys

import pytest

from gapkeeper import escaping
from gapkeeper.escaping import cleaning, references

G = escaping.GUARD


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("PostgreSQL provisioning", "PostgreSQL provisioning"),
        ("Feature routes (52/64 pending)", "Feature routes (52/64 pending)"),
        ("D1 Scripts in `package.json`", "D1 Scripts in `package.json`"),
        ("gaps_checkpoint_after_infra.md", "gaps_checkpoint_after_infra.md"),
        ("__init__ and *args", r"\_\_init\_\_ and \*args"),
        ("owner@example.org", "owner@example.org"),
        ("C# at 100 %, ~ 5 days, R&D!", r"C# at 100 %, \~ 5 days, R&amp;D!"),
        ("from 10:30:45 to 11:00:00", "from 10:30:45 to 11:00:00"),
        ("@team and @org/team", "@&#8203;team and @&#8203;org/team"),
        (
            "fixes #12, closes GH-3, resolves org/repo#4",
            "fixes #&#8203;12, closes GH-&#8203;3, resolves org/repo#&#8203;4",
        ),
        ("!12 %3 &5", "!&#8203;12 %&#8203;3 &amp;&#8203;5"),
        ("~bug costs $5", r"\~&#8203;bug costs &#36;&#8203;5"),
        ("see https://example.org/a_(b).", "see <https://example.org/a_(b)>."),
        ("(https://example.org)", "(<https://example.org>)"),
        ("https://github.com/o/r/issues/3", "`https://github.com/o/r/issues/3`"),
        ("https://git.example/g/p/-/work_items/3#note_1", "`https://git.example/g/p/-/work_items/3#note_1`"),
        ("https://github.com/o/r/%69ssues/3", "`https://github.com/o/r/%69ssues/3`"),
        ("`a`https://github.com/o/r/pull/3", "`a`&#8203;`https://github.com/o/r/pull/3`"),
        ("www.example.org ftp://example.org", "www&#8203;.example.org ftp:&#8203;//example.org"),
        ("<b>bold</b> <!-- gapkeeper: end -->", "&lt;b&gt;bold&lt;/b&gt; &lt;!-- gapkeeper: end --&gt;"),
        ("`<!-- x -->`", "&#96;&lt;!-- x --&gt;&#96;"),
        ("![a](https://example.org/a.png)", r"!\[a\](<https://example.org/a.png>)"),
        ("[ ] open, [x] done, a[x] is code", r"☐ open, ☑ done, a\[x\] is code"),
        ("- [ ] task", r"\- ☐ task"),
        ("/close", "&#47;close"),
        ("and/or", "and/or"),
        ("# heading", r"\# heading"),
        ("1. one", r"1\. one"),
        ("===", r"\==="),
        ("a | b", "a &#124; b"),
        ("``a`b`` and ``` open", "``a`b`` and &#96;&#96;&#96; open"),
        ("two\nlines\r\nand\u2028more", "two lines and more"),
        ("", ""),
    ],
)
def test_inline(text: str, markdown: str) -> None:
    assert escaping.inline(text) == markdown


def test_a_pipe_in_code_leaves_no_cell() -> None:
    assert escaping.inline("`a | b`") == "`a | b`"
    assert escaping.cell("`a | b`") == "&#96;a &#124; b&#96;"
    assert escaping.cell("%`a|%`b") == "%&#8203;&#96;a&#124;%&#8203;&#96;b"


def test_a_block_keeps_its_lines() -> None:
    assert escaping.block("one\n/close\n\n\n- two\n") == "one\\\n&#47;close\n\n\\- two"


def test_code_takes_a_longer_fence_than_it_holds() -> None:
    assert escaping.code("a``b") == "```a``b```"
    assert escaping.code("`a") == "`` `a ``"
    assert escaping.fenced("```\ncode\n```", "text") == "````text\n```\ncode\n```\n````"


def test_links() -> None:
    assert (
        escaping.link("docs/gaps.md:65", "https://h/b/docs/gaps.md#L65")
        == "[docs/gaps.md:65](https://h/b/docs/gaps.md#L65)"
    )
    assert escaping.link("a](b", "https://h/x)y z") == r"[a\](b](https://h/x%29y%20z)"
    assert escaping.link("no link", "javascript:alert(1)") == "no link"
    assert escaping.link("https://example.org", "https://h/x") == "[`https://example.org`](https://h/x)"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("LATER-001: Remove `npm run d1`", "LATER-001: Remove `npm run d1`"),
        ("ACTION-7: ask @team about #12", f"ACTION-7: ask @{G}team about #{G}12"),
        ("ACTION-7: `@all`", f"ACTION-7: `@{G}all`"),
        ("see https://github.com/o/r/issues/3", f"see https:{G}//github.com/o/r/issues/3"),
        ("[x] <b> & *c*", "[x] <b> & *c*"),
        ("a\u202eb\x1b[31m\u200b", "ab␛[31m"),
        (":tada: at 10:30:45", f":{G}tada: at 10:30:45"),
    ],
)
def test_title(text: str, title: str) -> None:
    assert escaping.title(text) == title


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\tb", "a b"),
        ("a\rb\x0bc\x0cd\x85e\u2028f\u2029g\r\nh", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("\x00\x07\x1b\x7f", "␀␇␛␡"),
        ("\x9b2J\ud800\ufffe", "\ufffd2J\ufffd\ufffd"),
        ("a\u200b\u2060\ufeff\u00ad\u034fb", "ab"),
        ("\u202ea\u2066b\u061cc\u200ed", "abcd"),
        ("\U000e0041\U000e0042x", "x"),
        ("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"),
        ("a\u200db \u200d@x", "ab @x"),
        ("✔\ufe0f \ufe0f/close", "✔\ufe0f /close"),
        ("日本語 é ü ✅ ┌─┐", "日本語 é ü ✅ ┌─┐"),
    ],
)
def test_clean_text(text: str, clean: str) -> None:
    assert escaping.clean_text(text) == clean


def test_the_short_cut_lets_through_only_what_cleaning_would_leave() -> None:
    harmless = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if cleaning._SUSPECT.search(c) is None)
    assert len(harmless) > 40_000
    assert cleaning._clean(harmless) == harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '"=1', "\u200b=1"])
def test_a_formula_is_no_formula(text: str) -> None:
    assert escaping.csv_cell(text).startswith("'")


def test_a_cell_that_is_no_formula_stays() -> None:
    assert escaping.csv_cell("a-b=c") == "a-b=c"
    assert escaping.csv_cell("two\nlines") == "two\nlines"


def test_machines() -> None:
    assert escaping.xml_text("<a b='c'>&\"\x1b") == "&lt;a b=&#39;c&#39;&gt;&amp;&quot;␛"
    assert escaping.mermaid_label('A["x"] --> B; #40; %%') == "A#91;#34;x#34;#93; -#45;#62; B#59; #35;40#59; #37;#37;"
    assert escaping.log_line("::error::x ##[group]") == f"{G}::error::x #{G}#[group]"
    assert escaping.actions_message("50 %\nnext") == "50 %25%0Anext"
    assert escaping.actions_property("a:b,c%d") == "a%3Ab%2Cc%25d"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 5, "short"),
        ("too long", 4, "too…"),
        ("too long", 5, "too…"),
        ("x", 0, ""),
        ("a&#8203;b", 5, "a…"),
        (r"a\*b", 3, "a…"),
        (r"a\\*b", 4, r"a\\…"),
        ("ae\u0301z", 3, "a…"),
        ("a👩\u200d💻b", 4, "a…"),
        ("🇩🇪🇫🇷🇮🇹", 4, "🇩🇪…"),
        ("👍🏽👍🏽", 2, "…"),
        ("e" + "\u0301" * 500, 100, "e" + "\u0301" * 98 + "…"),
    ],
)
def test_shorten(text: str, limit: int, short: str) -> None:
    assert escaping.shorten(text, limit) == short


def test_the_short_cut_of_disarming_changes_nothing() -> None:
    """Every pair of ASCII characters, in places where a name, a number, a space, or nothing follows."""
    ascii_characters = [chr(code) for code in range(32, 127)]
    for first in ascii_characters:
        for second in ascii_characters:
            for after in ("", " ", "-1", "a: 1", "w.a", "/x", "0:", "a:"):
                text = f"x {first}{second}{after}"
                assert references.disarm(text) == references._ACTIVE.sub(references._guarded, text), text
