"""Strategies: any text at all, and text made of what hurts."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = (
    "@everyone", "@org/team", "@", "a@b.example", "fixes #3", "closes GH-3", "resolves org/repo#4", "#12", "!12", "%3",
    '%"a b"', "~label", '~"a b"', "~~struck~~", "$12", "$x$", "$$", "&5", "&amp;", "&#64;name", "&lt;b&gt;",
    "*iteration:3", "[vulnerability:12]", "[issue:3]", "[+ a +]", "{- b -}", "[TOC]", "[[_TOC_]]", ":tada:", ":100:",
    "https://github.com/o/r/issues/3", "http://gitlab.example/g/p/-/merge_requests/4", "https://example.org/a_(b)",
    "https://example.org/?a=1&copy;=2", "https://example.org/%69ssues/3", "www.example.org", "ftp://x", "git@host:o/r",
    "<!-- gapkeeper: end -->", "<!--", "-->", "--", "<script>alert(1)</script>", "<img src=x onerror=y>", "<br>",
    "![a](https://example.org/a.png)", "[a](javascript:b)", "[a]: https://example.org", "[^1]", "[a][b]",
    "`", "``", "```", "`code`", "`a|b`", "`<!-- x -->`", "`@name`", "` `", "~~~", "```\n", "|", "\\|", "\\", "\\\\",
    "[ ]", "[x]", "[X]", "- [ ] task", "1. [x] task", "/close", "\n/close", "\r/close", "\u2028/close", "\x85/close",
    "\u200b/close", "\ufeff/close", "> /close", "- /close", " /close", "# h", "## h", "===", "---", "***", "- ", "+ ",
    "1. ", "1) ", "> ", ">>>", "| a | b |\n| --- | --- |", "::error::x", "##[group]", "##vso[x]", "=1+1", "+1", "-1",
    "\t", "\n", "\r\n", " ", "  ", "_", "__", "*", "**", "\x1b[31m", "\x1b]8;;https://x\x07", "\x9b2J", "\x00", "\x07",
    "\u202e", "\u2066", "\u200d", "\u200c", "\u200b", "\u061c", "\ufeff", "\ufe0f", "\u00ad", "\U000e0041", "\ud800",
    "👩‍💻", "🇩🇪", "é", "e\u0301", "日本語", "عربي", "✅", "]]>", "%%{init: {}}%%", '"', "'", ";", "{", "}", "(", ")",
    "word", "a_b", "C#", "100%", "10:30:45", "LATER-001", "ACTION-038", "x", "5",
)  # fmt: skip

any_text = st.text(st.characters(exclude_categories=()), max_size=60)
hostile = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=3)), max_size=8).map("".join)
texts = st.one_of(any_text, hostile, hostile)
