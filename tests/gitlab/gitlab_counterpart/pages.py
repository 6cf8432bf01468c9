"""One page of a list, and where the next one is."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from github_counterpart.messages import Answer
from gitlab_counterpart.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitlab_counterpart.call import Call

DEFAULT, LARGEST = 20, 100
#: GitLab counts no further.
COUNTED = 10_000


def _same(item: Any) -> Any:  # noqa: ANN401 - JSON
    return item


def page(call: Call, items: Sequence[Any], shape: Callable[[Any], Any] = _same) -> Answer:
    """By number."""
    size = _size(call)
    number = call.whole("page", 1) or 1
    if number < 1:
        raise bad_request("page does not have a valid value")
    last = max(1, -(-len(items) // size))
    following = str(number + 1) if number < last else ""
    before = str(number - 1) if number > 1 else ""
    headers = {"x-next-page": following, "x-page": str(number), "x-per-page": str(size), "x-prev-page": before}
    pages = {"prev": before, "next": following, "first": "1"}
    if len(items) <= COUNTED:
        headers |= {"x-total": str(len(items)), "x-total-pages": str(last)}
        pages["last"] = str(last)
    headers["link"] = ", ".join(
        f'<{_address(call, page=value, per_page=str(size))}>; rel="{name}"' for name, value in pages.items() if value
    )
    return Answer(200, [shape(item) for item in items[(number - 1) * size : number * size]], headers)


def keyset(
    call: Call,
    items: Sequence[Any],
    key: Callable[[Any], Any],
    shape: Callable[[Any], Any] = _same,
    *,
    parameter: str = "cursor",
) -> Answer:
    """By what comes after the last one. ``items`` are in order; ``key`` names each of them for ever."""
    size = _size(call)
    start = 0
    if call.text(parameter):
        start = _after(items, key, call.text(parameter))
    shown = items[start : start + size]
    headers = {}
    if start + size < len(items):
        cursor = base64.urlsafe_b64encode(json.dumps(key(shown[-1])).encode()).decode()
        headers["link"] = f'<{_address(call, **{parameter: cursor}, per_page=str(size))}>; rel="next"'
    return Answer(200, [shape(item) for item in shown], headers)


def _after(items: Sequence[Any], key: Callable[[Any], Any], cursor: str) -> int:
    """How many are not after it, whether it is still there or not."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError:
        raise bad_request("cursor is invalid") from None
    keys = [key(item) for item in items]
    rising = len(keys) < 2 or keys[0] <= keys[-1]
    return sum((one <= place) if rising else (one >= place) for one in keys)


def _size(call: Call) -> int:
    size = call.whole("per_page", DEFAULT) or 0
    if size < 1:
        raise bad_request("per_page does not have a valid value")
    return min(LARGEST, size)


def _address(call: Call, **changed: str) -> str:
    """The same address with other parameters; GitLab names the project's `id` among them."""
    asked = [(name, value) for name, value in call.request.query if name not in changed and name != "private_token"]
    if "id" in call.values:
        asked = [("id", call.values["id"]), *(pair for pair in asked if pair[0] != "id")]
    return f"{call.url(call.path)}?{urlencode(sorted([*asked, *changed.items()]))}"
