"""The page that explains a code: what the finding means, the wrong text, and the mended one."""

from __future__ import annotations

import difflib
from importlib.resources import files
from typing import TYPE_CHECKING

from gapkeeper.errors import UsageError
from gapkeeper.reporting.sarif import Explanation

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def _folder() -> Traversable:
    return files("gapkeeper.reading").joinpath("explanations")


def known_codes() -> list[str]:
    """Every code that has a page."""
    folder = _folder()
    if not folder.is_dir():
        return []
    return sorted(page.name.removesuffix(".md") for page in folder.iterdir() if page.name.endswith(".md"))


def explanation(code: str) -> Explanation:
    """The page of a code. `UsageError` with a suggestion where there is none."""
    codes = known_codes()
    name = code.strip().casefold()
    if name not in codes:
        like = difflib.get_close_matches(name, codes)
        meant = f"; did you mean {' or '.join(like)}?" if like else ""
        raise UsageError(f"there is no finding called {code!r}{meant}", hint=f"There are: {', '.join(codes)}")
    page = _folder().joinpath(f"{name}.md").read_text("utf-8")
    return Explanation(_summary(page), page)


def explanations(codes: set[str]) -> dict[str, Explanation]:
    """The pages of those codes that have one."""
    return {code: explanation(code) for code in codes & set(known_codes())}


def _summary(page: str) -> str:
    """The first paragraph under the heading, as one line."""
    paragraphs = (part for part in page.split("\n\n") if part.strip() and not part.lstrip().startswith("#"))
    return " ".join(next(paragraphs, "").split())
