"""Requests and answers as they pass the proxy."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What GitHub says about every mistake, unless it knows better.
DOCUMENTATION = "https://docs.github.com/rest"


@dataclass
class Request:
    """One request, as it was sent."""

    method: str
    path: str  # as it was sent, without what follows the question mark
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""

    @classmethod
    def parse(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        path, _, query = target.partition("?")
        return cls(method, path, tuple(parse_qsl(query, keep_blank_values=True)), headers, body)

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body; None where it is empty or no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def target(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def asks(self, name: str, default: str = "") -> str:
        """A value from the query."""
        return dict(self.query).get(name, default)


class Ending(Enum):
    """How an answer arrives."""

    WHOLE = "whole"
    TRUNCATED = "truncated"  # half of it, and then the connection is gone
    CUT = "cut"  # nothing: the connection is gone
    SILENT = "silent"  # nothing, for ever


@dataclass
class Answer:
    """One answer. ``body`` is JSON, or bytes that are sent as they are."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    ending: Ending = Ending.WHOLE

    @property
    def data(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, separators=(",", ":")).encode()


class Problem(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """A request that GitHub does not obey; the exception is the answer."""

    def __init__(
        self, status: int, message: str, *, errors: list[Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        body: dict[str, Any] = {"message": message}
        if errors is not None:
            body["errors"] = errors
        body |= {"documentation_url": DOCUMENTATION, "status": str(status)}
        self.answer = Answer(status, body, dict(headers or {}))


def invalid(resource: str, field_: str, code: str = "invalid", **more: object) -> Problem:
    """422 with one error; ``code`` is one of GitHub's: missing, missing_field, invalid, already_exists, custom."""
    return Problem(422, "Validation Failed", errors=[{"resource": resource, "code": code, "field": field_, **more}])


def too_long(resource: str, field_: str, limit: int) -> Problem:
    return invalid(resource, field_, "custom", message=f"{field_} is too long (maximum is {limit} characters)")
