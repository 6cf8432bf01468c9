"""One request on its way through the proxy, and where it goes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote, urlencode

from github_counterpart.messages import Answer, Problem
from github_counterpart.upstream import token_there

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from github_counterpart.accounts import Caller, Role
    from github_counterpart.emulator import Reply
    from github_counterpart.github import GitHub
    from github_counterpart.messages import Request
    from github_counterpart.repository import Repository

#: What answers an operation of GitHub's OpenAPI; emulate does where there is nothing.
ROUTES: dict[str, Callable[[Call], Answer]] = {}


def route(*names: str) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Answer these operations: `"GET /repos/{owner}/{repo}/issues"`, with `~` for `/repos/{owner}/{repo}`."""

    def note(function: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        for name in names:
            ROUTES[name.replace("~", "/repos/{owner}/{repo}")] = function
        return function

    return note


@dataclass
class Call:
    """A request, who sends it, and what it is about."""

    github: GitHub
    request: Request
    caller: Caller
    name: str  # the operation: "PATCH /repos/{owner}/{repo}/issues/{issue_number}"
    path: str  # with the repository's present name
    values: Mapping[str, str]  # of the parameters in the path
    at: int  # milliseconds since 1970
    given: Repository | None = None

    @property
    def repository(self) -> Repository:
        assert self.given is not None, self.name
        return self.given

    @property
    def now(self) -> str:
        return self.github.moment(self.at)

    @property
    def number(self) -> int:
        """Of the issue or pull request in the path."""
        text = self.values.get("issue_number") or self.values.get("pull_number") or ""
        return int(text) if text.isdigit() else 0

    @property
    def body(self) -> dict[str, Any]:
        """What was sent; `Problem` where that is no object."""
        if not self.request.body:
            return {}
        sent = self.request.json
        if not isinstance(sent, dict):
            raise Problem(400, "Problems parsing JSON")
        return sent

    @property
    def role(self) -> Role:
        return self.github.role(self.repository, self.caller)

    def found(self, *, otherwise: str = "Not Found") -> NoReturn:
        raise Problem(404, otherwise)

    # --- What emulate knows -------------------------------------------------------------------------

    def ask(self, body: object = None, *, method: str | None = None, path: str | None = None) -> Answer:
        """Ask emulate as the caller, and answer in GitHub's manner; `Problem` where it refuses."""
        reply = self.github.upstream.ask(
            method or self.request.method,
            path or self._target,
            token=token_there(self.caller),
            at=self.at,
            body=self.request.body or None if body is None else json.dumps(body).encode(),
            accept=self.request.headers.get("accept", ""),
        )
        return self.answer_of(reply)

    def look(self, path: str) -> Any:  # noqa: ANN401 - whatever is there
        """What emulate has at a path below the repository, seen as its owner; None where there is nothing."""
        return self.github.upstream.look(f"/repos/{self.repository.full_name}{path}", at=self.at)

    def change(self, method: str, path: str, body: object) -> Reply:
        """Change something below the repository, as its owner."""
        return self.github.upstream.change(method, f"/repos/{self.repository.full_name}{path}", body, at=self.at)

    def every(self, path: str) -> list[Any]:
        """A whole list below the repository, seen as its owner."""
        return self.github.upstream.every(f"/repos/{self.repository.full_name}{path}", at=self.at)

    @property
    def _target(self) -> str:
        return f"{self.path}?{urlencode(self.request.query)}" if self.request.query else self.path

    def answer_of(self, reply: Reply) -> Answer:
        if reply.status >= 400:
            told = reply.json() or {}
            message = str(told.get("message", ""))
            errors = None
            if reply.status == 422:
                message = "Validation Failed" if message == "Validation failed" else message
                errors = told.get("errors", [{"resource": "", "field": "", "code": "invalid"}])
            raise Problem(reply.status, message, errors=errors if message == "Validation Failed" else None)
        if not reply.body:
            return Answer(reply.status)
        try:
            told = reply.json()
        except ValueError:
            return Answer(reply.status, reply.body, {"content-type": "application/octet-stream"})
        return Answer(reply.status, self.github.upstream.polish(told))

    # --- Answers ------------------------------------------------------------------------------------

    def page(self, items: Sequence[Any], shape: Callable[[Any], Any] = lambda item: item) -> Answer:
        """One page of a list, and where the others are."""
        size = max(1, min(100, _whole(self.request.asks("per_page"), 30)))
        number = max(1, _whole(self.request.asks("page"), 1))
        last = max(1, -(-len(items) // size))
        link = ", ".join(f'<{self._address(page)}>; rel="{name}"' for name, page in _links(number, last))
        shown = [shape(item) for item in items[(number - 1) * size : number * size]]
        return Answer(200, shown, {"link": link} if link else {})

    def _address(self, page: int) -> str:
        """GitHub names repositories by their number there."""
        query = [(name, value) for name, value in self.request.query if name != "page"]
        path = self.path.replace(f"/repos/{self.repository.full_name}", f"/repositories/{self.repository.id}", 1)
        target = f"{path}?{urlencode([*query, ('page', str(page))], quote_via=quote)}"
        self.github.given.add(target)
        return f"{self.github.url}{target}"


def _links(number: int, last: int) -> Iterator[tuple[str, int]]:
    if number > 1:
        yield "prev", min(number - 1, last)
    if number < last:
        yield "next", number + 1
        yield "last", last
    if number > 1:
        yield "first", 1


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default
