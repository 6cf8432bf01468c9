"""Refusals, in the three shapes that GitLab has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """A request that GitLab does not obey; the exception is the answer."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:  # noqa: ANN401 - JSON
        super().__init__(str(body))
        self.answer = Answer(status, body, dict(headers or {}))


def told(status: int, message: Any) -> Refusal:  # noqa: ANN401 - JSON
    """`{"message": ...}`, with text, a list or an object of fields."""
    return Refusal(status, {"message": message})


def unauthorized() -> Refusal:
    return told(401, "401 Unauthorized")


def forbidden(reason: str = "") -> Refusal:
    return told(403, f"403 Forbidden - {reason}" if reason else "403 Forbidden")


def not_found(what: str = "") -> Refusal:
    """`404 Project Not Found`, or `404 Not found` of what has no name."""
    return told(404, f"404 {what} Not Found" if what else "404 Not found")


def bad_fields(**fields: str) -> Refusal:
    """What the model itself refuses."""
    return told(400, {name: [reason] for name, reason in fields.items()})


def bad_request(error: str) -> Refusal:
    """What does not even get to the model: a parameter is missing, or of another type."""
    return Refusal(400, {"error": error})


def too_many() -> Refusal:
    """One endpoint asked too often."""
    return told(429, {"error": "This endpoint has been requested too many times. Try again later."})
