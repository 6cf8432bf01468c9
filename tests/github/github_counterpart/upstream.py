"""emulate, behind the proxy."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from github_counterpart.accounts import Kind, Role
from github_counterpart.seed import ACTIONS, OWNER, token_of

if TYPE_CHECKING:
    from github_counterpart.accounts import Caller
    from github_counterpart.emulator import Emulator, Reply
    from github_counterpart.polish import Polish
    from github_counterpart.repository import Repository

PAGE = 100
_ISSUE = re.compile(r"issues/(\d+)")
#: What is written there changes no issue.
_ELSEWHERE = ("git/", "contents/", "collaborators/", "statuses/", "check-runs", "branches/")
#: What emulate calls a role.
_PERMISSIONS = {Role.READ: "pull", Role.TRIAGE: "triage", Role.WRITE: "push", Role.MAINTAIN: "maintain"}


class Upstream:
    """What is asked of emulate. What is written makes us read issues again."""

    def __init__(self, emulator: Emulator, polish: Polish) -> None:
        self._emulator = emulator
        self.polish = polish
        self.repositories: list[Repository] = []

    def ask(  # noqa: PLR0913 - a request
        self, method: str, path: str, *, token: str, at: int, body: bytes | None = None, accept: str = ""
    ) -> Reply:
        reply = self._emulator.ask(method, path, token=token, at=at, body=body, accept=accept)
        if method != "GET":
            self._forget(path, reply)
        return reply

    def _forget(self, path: str, reply: Reply) -> None:
        """What is remembered of issues is read again where this may have changed it."""
        for repository in self.repositories:
            place = path.removeprefix(f"/repos/{repository.full_name}/")
            if place == path or place.startswith(_ELSEWHERE):
                continue
            number = _ISSUE.match(place)
            if number is not None:
                repository.stale.add(int(number[1]))
            elif place == "issues":
                repository.stale.update([reply.json()["number"]] if reply.status == 201 else [])
            else:
                repository.issues = None

    def look(self, path: str, *, at: int) -> Any:  # noqa: ANN401 - whatever is there
        """What is at a path, seen as the owner of everything; None where there is nothing."""
        reply = self.ask("GET", path, token=token_of(OWNER), at=at)
        return self.polish(reply.json()) if reply.status == 200 else None

    def change(self, method: str, path: str, body: object, *, at: int) -> Reply:
        """Change something as the owner of everything."""
        data = None if body is None else json.dumps(body).encode()
        return self.ask(method, path, token=token_of(OWNER), at=at, body=data)

    def every(self, path: str, *, at: int) -> list[Any]:
        """A whole list."""
        found: list[Any] = []
        join = "&" if "?" in path else "?"
        while True:
            page = self.look(f"{path}{join}per_page={PAGE}&page={len(found) // PAGE + 1}", at=at) or []
            found += page
            if len(page) < PAGE:
                return found

    def collaborate(self, repository: Repository, login: str, role: Role, *, at: int) -> None:
        permission = {"permission": _PERMISSIONS.get(role, "admin")}
        self.change("PUT", f"/repos/{repository.full_name}/collaborators/{login}", permission, at=at)

    def close(self) -> None:
        self._emulator.close()


def token_there(caller: Caller) -> str:
    """What emulate knows somebody by: everybody has one token there, and whatever else they send is sent on as that."""
    if caller.token is None:
        return ""
    if caller.token.kind is Kind.INSTALLATION:
        return caller.token.value
    return "ghs_actions" if caller.login == ACTIONS else token_of(caller.login)
