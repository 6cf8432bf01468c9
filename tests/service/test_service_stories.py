"""What people do, and what the service does then: by webhook within seconds, by schedule within the interval."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import pytest

from gapkeeper.model.delivery import BRANCH
from github_counterpart.seen import Log
from making import QUICK, THOROUGH
from proofs import never_two_at_once, no_issue_twice
from service_world import BETTER, FORGES, with_item

if TYPE_CHECKING:
    from making import MakeService, MakeWorld
    from service_hooks import Hook
    from service_places import Place
    from service_world import World
    from serving import Service

SOON = 5.0  # seconds from a delivery to what it sets off
KINDS = ("read", "unchanged", "write")


def opened(place: Place, number: int = 3) -> bool:
    """Whether so many issues are there, and all of them open."""
    found = place.issues()
    return len(found) == number and all(issue.open for issue in found)


def edit(place: Place) -> list[str]:
    """The lines in which our proposal differs from the base branch."""
    texts = [place.read("docs/LATER.md", branch).splitlines() for branch in ("main", BRANCH)]
    lines = difflib.unified_diff(*texts, lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("forge", FORGES)
def test_what_people_do_has_its_effect_within_seconds_of_the_webhook(
    forge: str, world: World, service: Service
) -> None:
    place = world.of(forge)
    service.start()
    assert service.deliver(place.push({"docs/LATER.md": with_item(3)})) == 202
    service.wait(lambda: opened(place), "there are no issues", SOON)

    mended = next(issue for issue in place.issues() if "LATER-001" in issue.title)
    assert service.deliver(place.close(mended.number)) == 202
    service.wait(place.proposal, "there is no pull request of ours", SOON)
    taken, given = edit(place)
    assert taken == "-**Status:** Pending"
    assert "Resolved" in given

    number, hook = place.propose(BETTER)
    assert service.deliver(hook) == 202
    service.wait(lambda: place.said(number) and place.verdicts(number), "nothing is said on it", SOON)
    (body,) = place.said(number)
    assert "40 % → 50 % (+10)" in body
    assert place.verdicts(number)[-1] == "success"

    ours = place.proposal()
    assert ours is not None
    assert service.deliver(place.merge(ours)) == 202
    service.settle()
    assert place.proposal() is None
    assert {issue.number: issue.open for issue in place.issues()}[mended.number] is False
    never_two_at_once(service.runs())
    assert service.stop()[0] == 0


@pytest.mark.parametrize("forge", FORGES)
def test_a_run_in_which_nothing_changed_costs_one_conditional_request(
    forge: str, make_world: MakeWorld, make_service: MakeService
) -> None:
    world = make_world(1, forges=(forge,))
    (place,) = world.places
    service = make_service(world, service=QUICK)
    service.start()
    hook = place.push({"docs/LATER.md": with_item(3)})
    run_by(service, hook)
    assert opened(place)
    run_by(service, hook)  # what was written has to be read once
    service.stop()
    service.start()  # the first look of the schedule comes in between no more
    run_by(service, hook)  # and what was parsed was forgotten

    before, seen = service.metrics(), len(log_of(world))
    run_by(service, hook)
    after = service.metrics()
    made = {name: after[name] - before.get(name, 0.0) for name in after}
    sent = [(one.name, one.status) for one in log_of(world)[seen:]]
    assert [status for _, status in sent] == [304], sent
    requests = {kind: made.get(f'gapkeeper_requests_total{{forge="{forge}",kind="{kind}"}}', 0) for kind in KINDS}
    assert requests == {"read": 0, "unchanged": 1, "write": 0}
    assert made['gapkeeper_documents_total{how="parsed"}'] == 0
    assert made['gapkeeper_documents_total{how="cached"}'] >= 2
    assert made['gapkeeper_runs_total{kind="reconcile",outcome="unchanged"}'] == 1


def run_by(service: Service, hook: Hook) -> None:
    """A delivery, and the run that it sets off."""
    before = len(service.runs())
    assert service.deliver(hook) == 202
    service.wait(lambda: len(service.runs()) > before, "it did not run")
    service.settle()


def log_of(world: World) -> Log:
    return Log([*world.github.log, *world.gitlab.log])


@pytest.mark.skipif(not THOROUGH, reason="the shortest interval is a minute")
def test_what_people_do_has_its_effect_within_the_interval_without_any_webhook(
    world: World, make_service: MakeService
) -> None:
    service = make_service(world, service={"least_minutes": 1}, repository={"minutes": None, "cron": "* * * * *"})
    interval = 60 + SOON
    for place in world.places:
        place.push({"docs/LATER.md": with_item(3)})
    service.start()
    service.wait(lambda: all(map(opened, world.places)), "there are no issues", interval)
    for place in world.places:
        place.close(1)
        place.propose(BETTER)
    service.wait(lambda: all(place.proposal() for place in world.places), "there is no pull request", interval)
    service.wait(
        lambda: all(place.said(number) for place in world.places for number in place.pulls),
        "nothing is said on it",
        interval,
    )
    no_issue_twice(world)
    never_two_at_once(service.runs())
