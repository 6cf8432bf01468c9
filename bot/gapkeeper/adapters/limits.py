"""What trackers refuse: said before it is sent, in words that say by how much.

The limits are those of a tracker's capabilities; where none are named, GitHub's, which the embedded tracker has too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.errors import RejectedError
from gapkeeper.model.snapshot import Capabilities

if TYPE_CHECKING:
    from gapkeeper.model.snapshot import Label

_LIMITS = Capabilities(name="GitHub")  # whose limits are the defaults
_COLOUR = re.compile(r"[0-9a-fA-F]{6}")


def check_title(title: str, of: Capabilities = _LIMITS) -> None:
    """As long as allowed, and not blank."""
    _check_not_blank("the title", title)
    _check_text("the title", title, of.title_limit)


def check_body(body: str, of: Capabilities = _LIMITS) -> None:
    """As long as allowed."""
    _check_text("the body", body, of.body_limit)


def check_comment(body: str, of: Capabilities = _LIMITS) -> None:
    """As long as allowed, and not blank."""
    _check_not_blank("the comment", body)
    _check_text("the comment", body, of.body_limit)


def check_verdict(title: str, summary: str, of: Capabilities = _LIMITS) -> None:
    """A title that is not blank; adapters cut it. A summary as long as allowed, where there is a place for one."""
    _check_not_blank("the title of a status", title)
    _check_text("the title of a status", title, of.body_limit)
    if of.summary_limit is not None:
        _check_text("the summary of a check", summary, of.summary_limit)


def check_label_name(name: str, of: Capabilities = _LIMITS) -> None:
    """As long as allowed, and not blank."""
    _check_not_blank("a label's name", name)
    _check_text(f"the name of the label `{name[:20]}`", name, of.label_limit)


def check_label(label: Label, of: Capabilities = _LIMITS) -> None:
    """Its name, a description as long as allowed, a colour of six hexadecimal digits."""
    check_label_name(label.name, of)
    _check_text(f"the description of the label `{label.name}`", label.description, of.label_description_limit)
    if not _COLOUR.fullmatch(label.colour):
        raise RejectedError(
            f"the colour of the label `{label.name}` is `{label.colour}`",
            hint="A colour is six hexadecimal digits without `#`, for example 5319e7.",
        )


def check_name(what: str, name: str, of: Capabilities = _LIMITS) -> None:
    """A name of a person or milestone: as long as a title at most, and not blank."""
    _check_not_blank(what, name)
    _check_text(what, name, of.title_limit)


def _check_not_blank(what: str, text: str) -> None:
    if not text.strip():
        raise RejectedError(f"{what} is empty", hint="Give it at least one visible character.")


def _check_text(what: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise RejectedError(
            f"{what} has {len(text):,} characters, {len(text) - limit:,} more than the tracker takes ({limit:,})",
            hint="Shorten it.",
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RejectedError(
            f"{what} is not valid Unicode at character {error.start + 1} (a lone surrogate)", hint="Remove it."
        ) from None
