r"""What a forge takes for more than text: mentions, references, keywords, shortcodes.

GitHub and GitLab look for these *after* Markdown, in the text of the rendered page, so neither a
backslash nor an entity stops them: `\@name` and `&#64;name` notify as `@name` does. What stops
them is a character between the sign and the name that belongs to neither. Of the candidates, an
empty comment or element is taken away by the sanitisers of both before they look (and a comment is
what our marker must be told apart from), and a look-alike sign would change what people read and
copy. That leaves U+200B, which Renovate has put into all its release notes on both forges for
years (its `massageMarkdown`, `sanitizeMarkdown`). It is put in only where a name or number
follows, so that e-mail addresses, `C#` and `100 %` stay what they are.

Sources: GitHub, "Autolinked references and URLs", "Basic writing and formatting syntax";
GitLab, "GitLab Flavored Markdown: references", "Default closing pattern" (the keywords do nothing
without a reference after them, so the reference is what is disarmed).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from gapkeeper.patterns import lazy

#: ZERO WIDTH SPACE. `cleaning` removes it from all input, so each one in our output is ours.
GUARD = "\u200b"

# Each alternative matches the sign after which the guard is put. A sign at the end may be followed by a full stop
# of ours, which GitLab takes for the beginning of a name. Lookaheads read no further than a
# name's end, which is the next sign's beginning: the whole is linear.
_ACTIVE = lazy(
    r"""
      (?<![A-Za-z0-9_])@(?=\S|\Z)           # @name, @org/team, @all; not name@example.org
    | [#!&](?=[0-9])                        # #12, org/repo#4, group/project!3, &5 (epic)
    | \b[Gg][HhLl]-(?=[0-9])                # GH-3, GL-3
    | %(?=[.,;:!?)\]]*[^\s.,;:!?)\]])        # %3, %v1, %"a milestone"; not 80%. or (80%)
    | ~(?=[^\s~]|\Z)                        # ~label, ~"a label", ~12
    | \$(?=\S)                              # $12 (snippet), $x$ (mathematics)
    | \*(?=iteration:)                      # *iteration:3
    | \[(?=[A-Za-z_]+:)                     # [vulnerability:12], [issue:3], [epic:3]
    | [\[{](?=[+-])                         # [+ added +], {- removed -}
    | \[(?=_?TOC_?\])                       # [TOC], [[_TOC_]]
    | :(?![0-9]+:)(?=[\w+-]+:)              # :tada:, but not 10:30:00
    | :(?=100:|1234:)                       # the two emoji that are numbers
    | (?<=[A-Za-z0-9+.-]):(?=//)            # https://…: no link, so no link back
    | \b[Ww]{3}(?=\.)                       # www.…
    """,
    re.VERBOSE | re.ASCII,
)


# What each of these begins with. Most text has none of it, and this is found out three times faster.
_SIGN = lazy(r"[@#!&%~$*\[{]|:[/\w+-]|[GgWw][HhLlWw][-Ww]", re.ASCII)


def disarm(text: str) -> str:
    """Cleaned text with a guard in everything that a forge would act on."""
    return text if _SIGN.search(text) is None else _ACTIVE.sub(_guarded, text)


def _guarded(match: re.Match[str]) -> str:
    return match[0] + GUARD


# Paths of objects that keep a list of who links to them, or are shown instead of their address.
# Of GitLab, everything under `/-/` of a project is one.
_LINKED_BACK = frozenset({
    "-", "alerts", "alert_management", "assets", "commit", "commits", "compare", "discussions", "epics", "incidents",
    "issues", "merge_requests", "milestones", "notes", "pull", "pulls", "snippets", "user-attachments",
    "vulnerabilities", "work_items",
})  # fmt: skip
_SEPARATOR = lazy("[/?#&=]")
_VIDEO = (".mp4", ".mov", ".webm")


def links_back(url: str) -> bool:
    """Whether a forge might treat this address as a reference, on whatever host it runs."""
    address = unquote(url).casefold()
    return address.endswith(_VIDEO) or not _LINKED_BACK.isdisjoint(_SEPARATOR.split(address))
