"""What the operator's file of the service says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gapkeeper.app.doctor.verdicts import fine, note, wrong
from gapkeeper.reporting.numbers import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.doctor import Check, ServiceFacts


def of_service(facts: ServiceFacts) -> Iterator[Check]:
    """The file itself: what it lists, where it listens, and the secrets that webhooks are to be signed with."""
    if not facts.repositories:
        yield wrong("service", f"{facts.path} lists no repository", 'Add one: [[repositories]], tracker = "github:…".')
    else:
        yield fine("service", f"{facts.path}, {count(len(facts.repositories), 'repository', 'repositories')}")
    yield from _twice(facts)
    private = facts.private
    if not private.loopback:
        yield note(
            "listeners",
            f"the status page is on {private.host}:{private.port}, where others may reach it, without a login",
            "Leave [service] listen on 127.0.0.1, or let a proxy with a login stand before it.",
        )
    for forge, there in facts.secrets.items():
        if there:
            yield fine("secrets", f"the webhooks of {forge} have a secret")
        else:
            yield note(
                "secrets",
                f"no secret is set for the webhooks of {forge}: none is taken",
                f"Set GAPKEEPER_{forge.upper()}_WEBHOOK_SECRET to the one that the webhook has.",
            )


def _twice(facts: ServiceFacts) -> Iterator[Check]:
    trackers = Counter(tracker.casefold() for _, tracker in facts.repositories)
    for tracker, times in trackers.items():
        if times > 1:
            yield wrong("service", f"{tracker} is listed {times} times", "Keep one: two would undo each other's work.")
