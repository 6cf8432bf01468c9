"""What a forge would do with a text: two Markdown renderers that are not ours, and the patterns that GitHub and
GitLab look for in what they rendered. Tests of escaping judge by this, and by nothing of the module itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Callable

_MARKDOWN_IT = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_MARKDOWN_IT.normalizeLinkText = lambda address: address  # shown as it is written, as forges do


def github(markdown: str) -> str:
    """cmark-gfm, which GitHub runs: tables, task items, bare addresses, strike-through, and raw HTML let through."""
    return cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)


def markdown_it(markdown: str) -> str:
    return _MARKDOWN_IT.render(markdown)


RENDERERS: tuple[Callable[[str], str], ...] = (github, markdown_it)


@dataclass
class Page:
    """A rendered text, taken apart."""

    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)  # text between tags that a forge looks into: not code, not links
    visible: str = ""
    comments: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)  # of the table's rows, the header left out


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._skip = 0
        self._fresh = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append(tag)
        self._fresh = True
        if tag == "a":
            self.page.links.append(dict(attrs).get("href") or "")
        if tag in {"a", "code", "pre"}:
            self._skip += 1
        if tag == "td":
            self.page.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._fresh = True
        if tag in {"a", "code", "pre"}:
            self._skip -= 1

    def handle_data(self, data: str) -> None:
        self.page.visible += data
        if self.page.cells and "tbody" in self.page.tags:
            self.page.cells[-1] += data
        if self._skip:
            return
        if self._fresh or not self.page.runs:
            self.page.runs.append("")
        self._fresh = False
        self.page.runs[-1] += data

    def handle_comment(self, data: str) -> None:
        self.page.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.page.comments.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.page.comments.append(data)

    def handle_pi(self, data: str) -> None:
        self.page.comments.append(data)


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


# GitHub's and GitLab's own patterns, from html-pipeline, GitLab's lib/banzai and app/models (reference_pattern).
REFERENCES = {
    "GitHub mention": r"(?:^|[^A-Za-z0-9_])@[A-Za-z0-9][A-Za-z0-9-]*",
    "GitLab mention": r"(?<![A-Za-z0-9_])@[A-Za-z0-9_.][A-Za-z0-9_.-]*",
    "issue": r"#[0-9]+",
    "GH- or GL-": r"(?i)(?<![a-z0-9_])g[hl]-[0-9]+",
    "merge request": r"![0-9]+",
    # By name, and looked up: GitLab would look for a milestone whose name begins with U+200B, and find none.
    "milestone": r"%(?!\u200b)(?:[0-9]+|\"[^\"]+\"|[^\"\s<]+\b)",
    "label": r"~(?:[0-9]+|[A-Za-z0-9_?.&-]+|\".+?\")",
    "snippet": r"\$[0-9]+",
    "epic": r"&[0-9]+",
    "iteration": r"\*iteration:(?:[0-9]+|\"[^\"]+\")",
    "bracket": r"\[(?:vulnerability|issue|epic|work_item|feature_flag|contact|wiki_page|cadence):[^\]]+\]",
    "address of an issue": r"https?://[^\s]+/(?:issues|pull|pulls|merge_requests|commit|work_items|epics)/[0-9]+",
    "closing word": r"(?i)\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)"
    r":?\s+(?:issues?\s+)?(?:[A-Za-z0-9_./-]*#[0-9]+|GH-[0-9]+|https?://)",
    "inline difference": r"[\[{][+-][^\s].*?[+-][\]}]",
    "shortcode": r":(?:tada|warning|100|\+1|shipit):",
    "table of contents": r"\[_?TOC_?\]",
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in REFERENCES.items()}

# GitLab strips carriage returns and reads line by line; an indented or quoted line is one as well.
QUICK_ACTION = re.compile(r"(?:^|[\n\r\x0b\x0c\x85\u2028\u2029])[\s\ufeff\u200b-\u200f\u2060>]*/[A-Za-z]")
# Taskable (GitLab) reads the source, not the page.
TASK_ITEM = re.compile(r"^(?:>\s{0,4})*\s*(?:[-+*]|[0-9]+[.)])\s+\[[ xX~]\]", re.MULTILINE)


def references(page: Page) -> list[str]:
    """What a forge would act on in a rendered page."""
    return [f"{name}: {run!r}" for run in page.runs for name, pattern in _PATTERNS.items() if pattern.search(run)]


def references_in_plain_text(text: str) -> list[str]:
    """The same for a title, which is not Markdown."""
    return references(Page(runs=[text]))
