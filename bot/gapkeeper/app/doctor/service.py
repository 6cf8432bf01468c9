"""What the service's file says, and what was found of each of its repositories."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.app.doctor.verdicts import fine, listed, note
from gapkeeper.model.doctor import Check, Health
from gapkeeper.reporting.numbers import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gapkeeper.model.doctor import ServiceFacts

#: What is the same for all repositories on a forge.
SHARED = frozenset({"token", "quota", "clock"})


def of_service(facts: ServiceFacts) -> Iterator[Check]:
    """The file itself: what it lists, where it listens, and the secrets that webhooks are signed with."""
    yield fine("service", f"{facts.path}, {count(facts.repositories, 'repository', 'repositories')}")
    if not _is_loopback(facts.host):
        yield note(
            "listeners",
            f"the status page is on {facts.host}, port {facts.port}, without a login",
            "Leave [service] listen on 127.0.0.1, or see that only a proxy with a login reaches it.",
        )
    for forge, there in facts.secrets.items():
        variable = f"GAPKEEPER_{forge.upper()}_WEBHOOK_SECRET"
        if there:
            yield fine("secrets", f"the webhooks of {forge} have one")
        else:
            yield note(
                "secrets",
                f"none for the webhooks of {forge}, so none is taken",
                f"Set {variable}, or {variable}_FILE, to the secret of the webhook.",
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


class Rounds:
    """Keeps what is said of many repositories short: what is the same for all is said once, what is fine in a line."""

    def __init__(self) -> None:
        self._said: set[tuple[str, str, Health]] = set()

    def of_repository(self, name: str, forge: str, checks: Iterable[Check]) -> Iterator[Check]:
        """What is to be said of one repository, which is on this forge."""
        good: list[str] = []
        for check in checks:
            if check.name in SHARED:
                if (forge, check.name, check.health) not in self._said:
                    self._said.add((forge, check.name, check.health))
                    yield check
            elif check.health is Health.OK:
                good.append(check.name)
            else:
                yield replace(check, about=name)
        if good:
            yield replace(fine("repository", f"{listed(good)} {'is' if len(good) == 1 else 'are'} fine"), about=name)
