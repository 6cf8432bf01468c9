"""What GitLab says of us and of a project. Nothing is written."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.doctor import ahead_of, hooks_of, no_hooks, plain, quota_of, told
from gapkeeper.adapters.http.client import BELIEVED
from gapkeeper.errors import NotFoundError, TrackerError
from gapkeeper.model.doctor import ForgeFacts, HookFacts, ProjectFacts, Role, TokenFacts, TokenKind, Trouble

if TYPE_CHECKING:
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json

_PATH = "/webhooks/gitlab"
#: GitLab's access levels, from high to low: Maintainer, Developer, Planner and Reporter, Guest.
_LEVELS = ((40, Role.ADMIN), (30, Role.WRITE), (15, Role.PLAN), (10, Role.READ))
_MAINTAINER = "A Maintainer"


def look(session: Session) -> ForgeFacts:
    """Everything, in at most five requests: account, token, project, role, webhooks."""
    account = told(lambda: session.account)
    ahead = ahead_of(session.client)
    if isinstance(account, Trouble):
        return ForgeFacts("GitLab", session.address.url, session.address.project, account, ahead=ahead)
    project = told(partial(_project, session))
    hooks = _hooks(session, project) if isinstance(project, ProjectFacts) else ()
    return ForgeFacts(
        "GitLab",
        session.address.url,
        session.address.project,
        account,
        _token(session),
        project,
        hooks,
        quota_of(session.client),
        ahead,
    )


def _token(session: Session) -> TokenFacts:
    """Scopes and end; neither is known of a token of OAuth, which is no access token."""
    try:
        data = session.client.get("/personal_access_tokens/self").data
        scopes = frozenset(map(str, data["scopes"]))
        return TokenFacts(TokenKind.GITLAB, scopes=scopes, ends=_end_of(data.get("expires_at")))
    except (TrackerError, AttributeError, LookupError, TypeError, ValueError):
        return TokenFacts(TokenKind.GITLAB)


def _end_of(day: Json) -> dt.datetime | None:
    """It ends as its day begins, in UTC."""
    return None if day is None else dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), dt.UTC)


def _project(session: Session) -> ProjectFacts:
    known = session.project
    # Asked a moment ago, and kept: it says more than what a run needs.
    data = session.client.get(session.address.path, within=BELIEVED).data
    level = _level_by_all_groups(session) if known.access_level is None else known.access_level
    off = data.get("merge_requests_enabled") is False or data.get("merge_requests_access_level") == "disabled"
    return ProjectFacts(
        name=known.full_name,
        archived=known.archived,
        has_issues=known.has_issues,
        has_requests=known.has_repository and not off,
        role=None if level is None else next((role for least, role in _LEVELS if level >= least), Role.NONE),
    )


def _level_by_all_groups(session: Session) -> int | None:
    """The role by groups that the project was shared with; None where GitLab does not say."""
    try:
        user = session.client.get("/user", within=BELIEVED).data
        if user.get("is_admin") is True:  # of this GitLab: may everything, and is no member
            return _LEVELS[0][0]
        return int(session.client.get(session.path(f"/members/all/{int(user['id'])}")).data["access_level"])
    except NotFoundError:
        return 0
    except (TrackerError, AttributeError, LookupError, TypeError, ValueError):
        return None


def _hooks(session: Session, project: ProjectFacts) -> tuple[HookFacts, ...] | Trouble:
    if project.role is not None and project.role < Role.ADMIN:
        return no_hooks(_MAINTAINER)
    ask = partial(session.client.get, session.path("/hooks"), {"per_page": 100})
    return hooks_of(lambda: ask().data, _hook, _PATH, role=_MAINTAINER)


def _hook(data: Json) -> HookFacts:
    return HookFacts(
        url=plain(data["url"]),
        events=frozenset(name for name, on in data.items() if name.endswith("_events") and on is True),
        failing=_failing(data),
    )


def _failing(data: Json) -> str | None:
    """GitLab stops telling a webhook that fails: for a while, then for good."""
    status = data.get("alert_status")
    if status in {None, "executable"}:
        return None
    until = data.get("disabled_until")
    return f"GitLab has disabled it{f' until {str(until)[:16]}' if until else ''}, since deliveries failed"
