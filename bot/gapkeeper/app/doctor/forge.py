"""What a forge says of our token, the project, our clock, and the webhooks that lead here."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.app.doctor.access_on_github import github_access
from gapkeeper.app.doctor.access_on_gitlab import gitlab_access
from gapkeeper.app.doctor.verdicts import fine, listed, note, troubled, wrong
from gapkeeper.model.doctor import HookFacts, ProjectFacts, Trouble
from gapkeeper.reporting.numbers import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapkeeper.model.doctor import Check, ForgeFacts, Quota, TokenFacts, Wanted

#: A token that ends sooner has to be renewed.
SOON = dt.timedelta(days=14)
#: A clock that differs by more is noticed, and one that differs by more than the second breaks things.
NOTICED, TOO_MUCH = dt.timedelta(seconds=60), dt.timedelta(minutes=5)
#: Less than this part of a quota is little.
LITTLE = 0.1
#: The events that jobs come from, and what the forge's settings call them.
EVENTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "GitHub": {"issues": "Issues", "pull_request": "Pull requests", "push": "Pushes"},
        "GitLab": {
            "issues_events": "Issues events",
            "confidential_issues_events": "Confidential issues events",
            "merge_requests_events": "Merge request events",
            "push_events": "Push events",
        },
    }
)


def of_forge(facts: ForgeFacts, wanted: Wanted, now: dt.datetime) -> Iterator[Check]:
    """Everything about one project; ``now`` is by our clock."""
    if isinstance(facts.account, Trouble):
        yield troubled("network" if facts.account.unreachable else "token", facts.account)
    else:
        if facts.token is not None:
            yield _token(facts.account, facts.token, now)
        yield from _project_and_access(facts, wanted)
    if facts.quota is not None:
        yield _quota(facts.quota)
    if facts.ahead is not None:
        yield _clock(facts.ahead, facts.forge)
    if isinstance(facts.project, ProjectFacts):
        yield from _webhooks(facts)


def _token(account: str, token: TokenFacts, now: dt.datetime) -> Check:
    told = f"{account}, by {token.kind}"
    if token.ends is None:
        return fine("token", told)
    day = f"{token.ends:%Y-%m-%d}"
    if token.ends <= now:
        return wrong("token", f"{told}, which ended on {day}", "Make a new one, and set it.")
    if token.ends - now < SOON:
        return note("token", f"{told}, which ends on {day}", "Make a new one before that day, and set it.")
    return fine("token", f"{told}, which ends on {day}")


def _project_and_access(facts: ForgeFacts, wanted: Wanted) -> Iterator[Check]:
    project = facts.project
    if isinstance(project, Trouble):
        yield troubled("project", project)
    elif project is not None and facts.token is not None:
        yield from _project(facts, project)
        judge = github_access if facts.forge == "GitHub" else gitlab_access
        yield from judge(facts.account, facts.token, project, wanted)


def _project(facts: ForgeFacts, project: ProjectFacts) -> Iterator[Check]:
    if project.archived:
        yield wrong("project", f"{project.name} is archived, and read-only", "Unarchive it in its settings.")
    if not project.has_issues:
        where = "General, Features" if facts.forge == "GitHub" else "General, Visibility"
        yield wrong("project", f"{project.name} has its issues switched off", f"Switch them on: Settings, {where}.")
    if not facts.named.isdigit() and project.name.casefold() != facts.named.casefold():
        yield note(
            "project",
            f"{facts.named} is called {project.name} now",
            f"Name it {facts.forge.casefold()}:{project.name}: somebody else can take the former name.",
        )
    elif not project.archived and project.has_issues:
        yield fine("project", f"{project.name} on {facts.forge}")


def _quota(quota: Quota) -> Check:
    told = f"{quota.left:,} of {quota.limit:,} requests are left"
    if quota.left >= quota.limit * LITTLE:
        return fine("quota", told)
    until = f" until {quota.until:%H:%M} UTC" if quota.until else ""
    return note("quota", f"{told}{until}", "Something else uses this account; give Gapkeeper one of its own.")


def _clock(ahead: dt.timedelta, forge: str) -> Check:
    off = abs(ahead)
    if off <= NOTICED:
        return fine("clock", f"as that of {forge}, to the minute")
    told = f"this machine's is {_span(off)} {'ahead of' if ahead > dt.timedelta(0) else 'behind'} that of {forge}"
    hint = "Set it, and keep it with NTP."
    return (
        wrong("clock", told, f"{hint} What is signed with a time is refused.")
        if off > TOO_MUCH
        else note("clock", told, hint)
    )


def _span(off: dt.timedelta) -> str:
    minutes = round(off.total_seconds() / 60)
    if minutes < 120:
        return count(minutes, "minute")
    return count(round(minutes / 60), "hour") if minutes < 2_880 else count(round(minutes / 1_440), "day")


def _webhooks(facts: ForgeFacts) -> Iterator[Check]:
    hooks = facts.hooks
    if isinstance(hooks, Trouble):
        yield note("webhook", hooks.what, hooks.hint)
        return
    if not hooks:
        yield note(
            "webhook",
            "none leads to a Gapkeeper: a service sees changes when it looks by its schedule",
            f"For one: https://HOST/webhooks/{facts.forge.casefold()}, with a secret, JSON, and the events "
            f"{listed(list(EVENTS[facts.forge].values()))}.",
        )
    if len(hooks) > 1:
        yield note("webhook", f"{len(hooks)} lead to a Gapkeeper, and each tells every change", "Keep one of them.")
    for hook in hooks:
        yield _webhook(hook, facts.forge)


def _webhook(hook: HookFacts, forge: str) -> Check:
    missing = [word for event, word in EVENTS[forge].items() if not {event, "*"} & hook.events]
    if not hook.active:
        return wrong("webhook", f"{hook.url} is switched off", "Switch it on in the settings, Webhooks.")
    if hook.failing is not None:
        hint = "See its recent deliveries in the settings, Webhooks, and whether the service can be reached from there."
        return wrong("webhook", f"{hook.url} fails: {hook.failing}", hint)
    if not hook.as_json:
        return wrong("webhook", f"{hook.url} gets forms", "Choose the content type application/json.")
    if missing:
        return wrong("webhook", f"{hook.url} is not told of {listed(missing)}", "Choose these events for it, too.")
    return fine("webhook", f"{hook.url} is told of what is needed")
