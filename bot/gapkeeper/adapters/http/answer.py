"""What a server answered."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINK = re.compile(r"<([^>]*)>([^<]*)")

#: The shape of JSON is the server's, and checked where a value is taken out of it.
Json = Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    data: Json  # of a body in JSON; None where it is empty, or no JSON
    url: str  # that was asked, without anything secret
    text: str = ""  # the beginning of a body that is no JSON
    unchanged: bool = False  # answered 304: `data` is what is kept of an earlier answer

    @property
    def date(self) -> dt.datetime | None:
        """The server's clock."""
        return http_date(self.headers.get("date"))

    @property
    def next(self) -> str | None:
        """The address of the next page."""
        links = _LINK.findall(self.headers.get("link", ""))
        return next((address for address, parameters in links if 'rel="next"' in parameters), None)


def http_date(text: str | None) -> dt.datetime | None:
    """A time as headers write it; None where it is none."""
    if not text:
        return None
    try:
        return email.utils.parsedate_to_datetime(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
