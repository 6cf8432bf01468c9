"""What GitHub says of us and of a project. Nothing is written; a GitHub App buys a token that sees names alone."""

from __future__ import annotations

import datetime as dt
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.doctor import ahead_of, hooks_of, no_hooks, plain, quota_of, told
from gapkeeper.adapters.github.app_auth import AppAuth
from gapkeeper.adapters.github.token import ACTIONS
from gapkeeper.adapters.http.client import BELIEVED
from gapkeeper.errors import NotAuthorisedError, TrackerError
from gapkeeper.model.doctor import ForgeFacts, HookFacts, ProjectFacts, Role, TokenFacts, TokenKind, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json

#: What the App's token is asked for: what a project is called.
TO_LOOK: Mapping[str, str] = MappingProxyType({"metadata": "read"})
_PATH = "/webhooks/github"
_ROLES = (("admin", Role.ADMIN), ("maintain", Role.WRITE), ("push", Role.WRITE), ("triage", Role.PLAN))
#: A permission, and the list that shows whether a token has it. A public project shows them to everybody.
_LISTS = {"issues": "/issues", "pull_requests": "/pulls", "contents": "/branches"}
_BOT = "[bot]"


def look(session: Session) -> ForgeFacts:
    """Everything, in at most six requests: the account, the project, and what its kind of token cannot tell."""
    auth = session.auth
    client = auth.as_app if isinstance(auth, AppAuth) else session.client
    account = told(lambda: session.account)
    ahead = ahead_of(client)
    if isinstance(account, Trouble):
        return ForgeFacts("GitHub", session.address.url, session.address.project, account, ahead=ahead)
    project = told(partial(_project, session))
    token = _token(session, account)
    hooks: tuple[HookFacts, ...] | Trouble = ()
    if isinstance(project, ProjectFacts):
        token = _with_refused(session, token, project)
        hooks = _hooks(session, project)
    return ForgeFacts(
        "GitHub",
        session.address.url,
        session.address.project,
        account,
        token,
        project,
        hooks,
        quota_of(session.client),
        ahead,
    )


def _project(session: Session) -> ProjectFacts:
    known = session.project
    # Asked a moment ago, and kept: it says more than what a run needs.
    data = session.client.get(f"/repos/{session.address.project}", within=BELIEVED).data
    return ProjectFacts(
        name=known.full_name,
        private=bool(data.get("private")),
        archived=known.archived,
        has_issues=known.has_issues,
        role=_role(data.get("permissions")),
    )


def _role(permissions: Json) -> Role | None:
    if not isinstance(permissions, dict):
        return None
    return next((role for name, role in _ROLES if permissions.get(name) is True), Role.READ)


def _token(session: Session, account: str) -> TokenFacts:
    auth, seen = session.auth, session.client.headers_seen
    if isinstance(auth, AppAuth):
        granted = auth.installation.get("permissions")
        named = granted.items() if isinstance(granted, dict) else ()
        return TokenFacts(TokenKind.APP, permissions={name: str(level) for name, level in named})
    scopes = seen.get("x-oauth-scopes")
    ends = _moment(seen.get("github-authentication-token-expiration", ""))
    if scopes is not None:
        had = frozenset(scope.strip() for scope in scopes.split(",") if scope.strip())
        return TokenFacts(TokenKind.CLASSIC, scopes=had, ends=ends)
    kinds = {True: TokenKind.ACTIONS if account == ACTIONS else TokenKind.INSTALLATION, False: TokenKind.FINE_GRAINED}
    return TokenFacts(kinds[account.endswith(_BOT)], ends=ends)


def _moment(text: str) -> dt.datetime | None:
    """The end of a token, as its header has it: `2026-12-01 00:00:00 UTC`, or an offset at its end."""
    try:
        moment = dt.datetime.fromisoformat(text.replace(" UTC", "+00:00").replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _with_refused(session: Session, token: TokenFacts, project: ProjectFacts) -> TokenFacts:
    """What a token whose permissions nobody tells may not even read."""
    if token.scopes is not None or token.permissions is not None or not project.private:
        return token
    refused = tuple(name for name, rest in _LISTS.items() if _is_refused(session, rest))
    return TokenFacts(token.kind, refused=refused, ends=token.ends)


def _is_refused(session: Session, rest: str) -> bool:
    try:
        session.client.get(session.path(rest), {"per_page": 1})
    except NotAuthorisedError:
        return True
    except TrackerError:  # of an empty project, or an outage: that says nothing about the token
        return False
    return False


def _hooks(session: Session, project: ProjectFacts) -> tuple[HookFacts, ...] | Trouble:
    auth = session.auth
    if isinstance(auth, AppAuth):
        return hooks_of(partial(_of_app, auth), _hook, _PATH, role="The App's owner")
    if project.role is not Role.ADMIN:
        return no_hooks("An administrator of the project")
    ask = partial(session.client.get, session.path("/hooks"), {"per_page": 100})
    return hooks_of(lambda: ask().data, _hook, _PATH, role="An administrator of the project")


def _of_app(auth: AppAuth) -> list[Json]:
    """An App has one webhook for all projects that it is installed on, and it is told of what it asked to hear."""
    config = auth.as_app.get("/app/hook/config").data
    return [{"active": True, "config": config, "events": auth.installation.get("events") or []}]


def _hook(data: Json) -> HookFacts:
    config = data["config"]
    return HookFacts(
        url=plain(config.get("url") or ""),
        events=frozenset(map(str, data["events"])),
        active=data["active"] is True,
        as_json=config.get("content_type") == "json",
        failing=_failing(data.get("last_response") or {}),
    )


def _failing(last: Json) -> str | None:
    """What became of the last delivery; None where it was taken, or there was none yet."""
    code = last.get("code")
    if isinstance(code, int):
        return None if 200 <= code < 300 else f"the last delivery was answered {code}"
    status = last.get("status")
    return None if status in {None, "unused", "active"} else f"the last delivery was not answered ({str(status)[:40]})"
