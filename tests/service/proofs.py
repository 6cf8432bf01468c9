"""What has to hold whatever happened to the service meanwhile."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service_hooks import Hook
    from service_world import World
    from serving import Run, Sent, Service


def every_accepted_one_was_run(service: Service, sent: Sequence[Sent], hooks: Sequence[Hook]) -> int:
    """Each delivery that was answered with success was stored, and its job begun afterwards; how many those are."""
    stored = service.accepted()
    begun: defaultdict[tuple[str, str, int], list[float]] = defaultdict(list)
    for run in service.runs():
        begun[run.repository, run.kind, run.pull].append(run.started)
    for times in begun.values():
        times.sort()
    accepted = [one for one in sent if one.accepted]
    for one in accepted:
        hook = hooks[one.of]
        assert one.id in stored, f"{one} was answered with success, and is not stored"
        times = begun[hook.repository, hook.kind, hook.pull]
        place = bisect_left(times, stored[one.id])
        assert place < len(times), f"{one} was accepted, and {hook.kind} {hook.repository} did not run afterwards"
    return len(accepted)


def never_two_at_once(runs: Iterable[Run]) -> None:
    """Of one repository, no run begins before the one before it has ended."""
    of: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        of[run.repository].append(run)
    for several in of.values():
        for earlier, later in pairwise(sorted(several, key=lambda run: run.started)):
            assert earlier.ended <= later.started, f"at the same time: {earlier} {later}"


def no_issue_twice(world: World) -> None:
    """No title is there twice in a repository."""
    for place in world.places:
        titles = Counter(issue.title for issue in place.issues())
        assert [title for title, number in titles.items() if number > 1] == [], place.name


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that this share of them does not exceed."""
    found = sorted(values)
    return found[min(len(found) - 1, max(0, -(-int(share * len(found) * 1000) // 1000) - 1))]
