"""Answers that are not what they should be."""

from __future__ import annotations

import binascii
import contextlib
from typing import TYPE_CHECKING

from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def expected(what: str) -> Iterator[None]:
    """Whatever an answer lacks inside makes it no answer: `UnavailableError`."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, binascii.Error) as error:
        raise UnavailableError(f"GitLab's answer is not {what}", hint="Run again later.") from error
