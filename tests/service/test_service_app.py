"""The service as a GitHub App: with tokens that it buys for each repository, and check runs instead of statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import service_hooks as hooks
from github_counterpart.facts import every
from github_counterpart.seed import OWNER
from github_counterpart.seen import Log
from making import QUICK
from proofs import never_two_at_once, no_issue_twice
from service_hooks import Hook
from service_places import STATUS, OnGitHubAsApp
from service_world import BETTER, with_item

if TYPE_CHECKING:
    from making import MakeService, MakeWorld
    from service_world import World
    from serving import Service

SOON = 5.0  # seconds from a delivery to what it sets off
BUY = "POST /app/installations/{installation_id}/access_tokens"
#: What tokens are bought for: to read and to write, for syncs and for reviews.
PURPOSES = 4


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Two private repositories on GitHub that have the App."""
    return make_world(2, forges=("github",), as_app=True)


@pytest.fixture
def service(world: World, make_service: MakeService) -> Service:
    return make_service(world, service=QUICK)


@pytest.fixture
def places(world: World) -> list[OnGitHubAsApp]:
    return [place for place in world.places if isinstance(place, OnGitHubAsApp)]


def deliver(service: Service, hook: Hook) -> list[str]:
    """Send a delivery, and see what it sets off: the repositories of the runs."""
    before = len(service.runs())
    assert service.deliver(hook) == 202
    service.settle()
    return sorted(run.repository for run in service.runs()[before:])


def authors(place: OnGitHubAsApp) -> set[str]:
    """Who wrote the issues."""
    return {one["user"]["login"] for one in every(place.github, "/issues?state=all")}


def test_an_app_writes_issues_a_pull_request_a_comment_and_a_check_run(
    service: Service, world: World, places: list[OnGitHubAsApp]
) -> None:
    place, other = places
    service.start()
    for one in places:
        assert service.deliver(one.push({"docs/LATER.md": with_item(3)})) == 202
    service.wait(lambda: all(len(one.issues()) == 3 for one in places), "there are no issues", SOON)
    assert [authors(one) for one in places] == [{one.us} for one in places]
    service.settle()

    assert service.deliver(place.close(1)) == 202
    service.wait(place.proposal, "there is no pull request of ours", SOON)
    ours = place.github.act(OWNER, "GET", f"/pulls/{place.proposal()}")
    assert ours["user"]["login"] == place.us

    number, hook = place.propose(BETTER)
    assert service.deliver(hook) == 202
    service.wait(lambda: place.said(number) and place.verdicts(number), "nothing is said on it", SOON)
    deliver(service, hook)  # says the same
    (body,) = place.said(number)
    assert "40 % → 50 % (+10)" in body
    assert place.verdicts(number) == ["neutral"]  # no rule of the repository could fail
    assert {one["name"] for one in place.github.repository.checks} == {STATUS}
    assert [one.github.repository.statuses for one in places] == [[], []]

    assert other.proposal() is None
    assert world.github.log.count(BUY) == 2 * PURPOSES - 1  # on the other one there is no pull request to write on
    assert [run.error for run in service.runs() if run.error] == []
    no_issue_twice(world)
    never_two_at_once(service.runs())
    assert world.github.app.private_key.splitlines()[1] not in service.log.read_text("utf-8")
    assert "ghs_" not in service.log.read_text("utf-8")
    assert service.stop()[0] == 0


def test_tokens_are_bought_once_and_anew_where_the_app_is_installed_anew_and_its_own_events_ask_for_nothing(
    service: Service, world: World, places: list[OnGitHubAsApp]
) -> None:
    place, other = places
    service.start()
    pushes = [one.push({"docs/LATER.md": with_item(3)}) for one in places]
    for hook in pushes:
        assert service.deliver(hook) == 202
    service.settle()
    service.stop()
    service.start()  # the first look of the schedule comes in between no more
    for hook in pushes:  # what was written has to be read once, with the tokens of this start
        deliver(service, hook)

    seen = len(world.github.log)
    assert deliver(service, pushes[0]) == [place.name]
    assert [(one.status, one.conditional) for one in world.github.log[seen:]] == [(304, True)]

    installed = installation(world, "installation", "created", repositories=places)
    assert deliver(service, installed) == sorted(one.name for one in places)
    added = installation(world, "installation_repositories", "added", repositories_added=[other])
    assert deliver(service, added) == [other.name]
    removed = installation(world, "installation_repositories", "removed", repositories_removed=[other])
    assert deliver(service, removed) == []
    assert deliver(service, place.tell(place.us, "opened", 1)) == []
    assert deliver(service, place.tell("Rosa", "edited", 1)) == [place.name]
    assert Log(world.github.log[seen:]).count(BUY) == 0

    world.github.revoke(other.github.repository)
    other.push({"docs/LATER.md": with_item(4, with_item(3))})
    assert deliver(service, installation(world, "installation", "created", repositories=[other])) == [other.name]
    assert len(other.issues()) == 4
    assert Log(world.github.log[seen:]).count(BUY) == PURPOSES - 1
    assert [run.error for run in service.runs() if run.error] == []


def installation(world: World, event: str, action: str, **repositories: list[OnGitHubAsApp]) -> Hook:
    """What GitHub sends about the App's installation."""
    keys = ("id", "name", "full_name", "private")
    named = {key: [{one: place.about[one] for one in keys} for place in places] for key, places in repositories.items()}
    payload = hooks.github_installation(OWNER, action, world.github.app.installation, **named)
    return Hook("github", event, "", payload)
