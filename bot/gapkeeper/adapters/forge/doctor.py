"""What the doctor of every forge does alike: answers that are refused are facts, too."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from gapkeeper.errors import GapkeeperError, NotAuthorisedError, NotFoundError, TrackerError, UnavailableError
from gapkeeper.model.doctor import HookFacts, Quota, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.adapters.http.client import Client

T = TypeVar("T")


def told(ask: Callable[[], T]) -> T | Trouble:
    """What is answered, or why it is not."""
    try:
        return ask()
    except TrackerError as error:
        return Trouble(error.message, error.hint, unreachable=isinstance(error, UnavailableError))


def hooks_of(
    ask: Callable[[], Json], shape: Callable[[Json], HookFacts], path: str, *, role: str
) -> tuple[HookFacts, ...] | Trouble:
    """The webhooks that lead to ``path`` of some host; ``role`` is what it takes to list them."""
    try:
        hooks = tuple(shape(data) for data in ask())
        return tuple(hook for hook in hooks if urlsplit(hook.url).path.rstrip("/").endswith(path))
    except (NotAuthorisedError, NotFoundError):
        return no_hooks(role)
    except GapkeeperError as error:
        return Trouble(f"webhooks cannot be listed: {error.message}", error.hint)
    except (AttributeError, LookupError, TypeError, ValueError):
        return Trouble("webhooks cannot be listed: the answer is no list of webhooks")


def no_hooks(role: str) -> Trouble:
    """What is said where an account may not list webhooks."""
    return Trouble("this account may not list webhooks", f"{role} sees them in the settings, Webhooks.")


def plain(url: object) -> str:
    """An address without what may be secret in it: name, password, query."""
    parts = urlsplit(str(url))
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def quota_of(client: Client) -> Quota | None:
    """What is left of the requests, by the last answer; None where the forge does not say."""
    limit, left = _number(client, "limit"), _number(client, "remaining")
    if limit is None or left is None:
        return None
    reset = _number(client, "reset")
    return Quota(left, limit, None if reset is None else _moment(reset))


def ahead_of(client: Client) -> dt.timedelta | None:
    """How far our clock is before that of the forge, just after an answer; None where none said what time it is."""
    return None if client.server_date is None else client.now - client.server_date


def _number(client: Client, name: str) -> int | None:
    """A header about limits, as GitHub or as GitLab calls it."""
    seen = client.headers_seen
    text = seen.get(f"x-ratelimit-{name}") or seen.get(f"ratelimit-{name}") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _moment(seconds: int) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
