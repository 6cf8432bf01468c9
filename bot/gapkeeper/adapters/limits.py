"""What GitHub refuses, and so the embedded tracker: said before it is sent, in words that say by how much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.errors import RejectedError
from gapkeeper.model.snapshot import Capabilities

if TYPE_CHECKING:
    from gapkeeper.model.snapshot import Label

_LIMITS = Capabilities(name="GitHub")  # whose limits are the defaults
_COLOUR = re.compile(r"[0-9a-fA-F]{6}")


def check_title(title: str) -> None:
    """At most 256 characters, and not blank."""
    _check_not_blank("the title", title)
    _check_text("the title", title, _LIMITS.title_limit)


def check_body(body: str) -> None:
    """At most 65,536 characters."""
    _check_text("the body", body, _LIMITS.body_limit)


def check_comment(body: str) -> None:
    """At most 65,536 characters, and not blank."""
    _check_not_blank("the comment", body)
    _check_text("the comment", body, _LIMITS.body_limit)


def check_label_name(name: str) -> None:
    """At most 50 characters, and not blank."""
    _check_not_blank("a label's name", name)
    _check_text(f"the name of the label `{name[:20]}`", name, _LIMITS.label_limit)


def check_label(label: Label) -> None:
    """Its name, a description of at most 100 characters, a colour of six hexadecimal digits."""
    check_label_name(label.name)
    _check_text(f"the description of the label `{label.name}`", label.description, _LIMITS.label_description_limit)
    if not _COLOUR.fullmatch(label.colour):
        raise RejectedError(
            f"the colour of the label `{label.name}` is `{label.colour}`",
            hint="A colour is six hexadecimal digits without `#`, for example 5319e7.",
        )


def check_name(what: str, name: str) -> None:
    """A name of a person or milestone: as long as a title at most, and not blank."""
    _check_not_blank(what, name)
    _check_text(what, name, _LIMITS.title_limit)


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
