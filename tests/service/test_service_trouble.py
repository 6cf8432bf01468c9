"""What may befall a service that runs for months, and what it says and does then."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from github_counterpart.seed import US, token_of
from making import THOROUGH
from proofs import every_accepted_one_was_run, no_issue_twice
from service_hooks import Secrets
from service_world import BETTER, FORGES, with_item

if TYPE_CHECKING:
    from service_hooks import Hook
    from service_places import Place
    from service_world import World
    from serving import Run, Service

#: What is the same for both forges is looked at on one of them, unless there is time.
ON = [pytest.param("github"), pytest.param("gitlab", marks=pytest.mark.skipif(not THOROUGH, reason="as on GitHub"))]


@pytest.fixture
def running(service: Service) -> Service:
    """The service, which has been started."""
    service.start()
    return service


def ran(service: Service, hook: Hook) -> Run:
    """The run that a delivery has set off."""
    before = sum(run.repository == hook.repository for run in service.runs())
    assert service.deliver(hook) == 202
    service.wait(
        lambda: sum(run.repository == hook.repository for run in service.runs()) > before, f"{hook} did not run"
    )
    return [run for run in service.runs() if run.repository == hook.repository][before]


def paused(service: Service, place: Place) -> bool:
    """Whether the schedule leaves a repository alone."""
    ((until,),) = service.ask("SELECT paused_until FROM repositories WHERE name = ?", place.name)
    return until is not None


@pytest.mark.parametrize("forge", ON)
def test_a_repository_that_is_deleted_is_left_alone_until_it_is_back(
    forge: str, world: World, running: Service
) -> None:
    place, other = sorted(world.places, key=lambda one: one.forge != forge)
    hook = place.push({"docs/LATER.md": with_item(3)})
    assert ran(running, hook).outcome == "changed"
    place.delete()
    run = ran(running, hook)
    assert run.outcome == "broken"
    assert place.name in (run.error or "")
    assert run.hint, "what to do"
    assert paused(running, place)
    assert ran(running, other.push({"docs/LATER.md": with_item(3)})).outcome == "changed", "others go on"
    place.restore()
    assert ran(running, hook).outcome == "unchanged"
    assert not paused(running, place)
    no_issue_twice(world)


@pytest.mark.parametrize("forge", FORGES)
def test_a_repository_that_is_renamed_is_found_by_its_number(forge: str, world: World, running: Service) -> None:
    place = world.of(forge)
    assert ran(running, place.push({"docs/LATER.md": with_item(3)})).outcome == "changed"
    place.rename()
    hook = place.push({"docs/LATER.md": with_item(4)})
    run = ran(running, hook)
    assert run.outcome == "changed", run
    assert any(issue.title.startswith("LATER-004") for issue in place.issues())


def test_an_empty_repository_waits_for_its_first_commit(world: World, running: Service) -> None:
    place = world.of("gitlab")
    hook = place.push({"docs/LATER.md": with_item(3)})
    place.git("update-ref", "-d", "refs/heads/main")
    assert ran(running, hook).outcome == "unchanged"
    assert place.issues() == []
    place.follow()
    assert ran(running, hook).outcome == "changed"
    assert len(place.issues()) == 3


@pytest.mark.parametrize("forge", ON)
def test_a_branch_that_is_force_pushed_is_read_anew(forge: str, world: World, running: Service) -> None:
    place = world.of(forge)
    assert ran(running, place.push({"docs/LATER.md": with_item(3)})).outcome == "changed"
    run = ran(running, place.rewrite({"docs/LATER.md": with_item(7)}))
    assert run.outcome == "changed", run
    assert {issue.title.partition(":")[0] for issue in place.issues()} >= {"LATER-001", "LATER-002", "LATER-007"}
    no_issue_twice(world)


def test_a_token_that_is_revoked_pauses_the_repositories_of_its_forge_alone(world: World, running: Service) -> None:
    place, other = world.of("github"), world.of("gitlab")
    assert ran(running, place.push({"docs/LATER.md": with_item(3)})).outcome == "changed"
    token = world.github.tokens.pop(token_of(US))
    hook = place.push({"docs/LATER.md": with_item(4)})
    run = ran(running, hook)
    assert run.outcome == "broken"
    assert "token" in (run.error or "").lower() or "401" in (run.error or "")
    assert token.value not in running.log.read_text("utf-8")
    assert paused(running, place)
    assert ran(running, other.push({"docs/LATER.md": with_item(3)})).outcome == "changed"
    world.github.tokens[token.value] = token
    assert ran(running, hook).outcome == "changed"
    assert not paused(running, place)


def test_a_review_that_was_given_up_is_replayed_by_people(world: World, running: Service) -> None:
    place = world.of("github")
    assert ran(running, place.push({"docs/LATER.md": with_item(3)})).outcome == "changed"
    token = world.github.tokens.pop(token_of(US))
    number, hook = place.propose(BETTER)
    assert ran(running, hook).outcome == "broken"
    assert place.said(number) == []
    assert f"review {place.name}#{number}" in running.command("jobs")
    world.github.tokens[token.value] = token
    running.command("jobs", "replay", "--all")
    running.wait(lambda: place.said(number), "nothing is said on it", 10)


def test_a_git_remote_that_is_away_is_asked_again(world: World, running: Service) -> None:
    place = world.of("github")
    hook = place.push({"docs/LATER.md": with_item(3)})
    away = place.remote.rename(place.remote.with_suffix(".away"))
    run = ran(running, hook)
    assert run.outcome in {"failed", "broken"}
    assert place.issues() == []
    away.rename(place.remote)
    assert ran(running, hook).outcome == "changed"
    assert len(place.issues()) == 3


def test_two_services_on_one_state_are_one(running: Service) -> None:
    second = replace(running)  # the same folder, other ports
    with contextlib.closing(second):
        second.start(ready=False)
        assert second.finish() == 4
    said = second.tail()
    assert "is used by another service" in said
    assert str(running.pid) in said
    assert running.ready()


@pytest.mark.parametrize("damage", ["no database", "newer"])
def test_a_state_that_cannot_be_used_is_left_as_it_is(damage: str, service: Service) -> None:
    if damage == "newer":
        service.start()
        service.stop()
        with sqlite3.connect(service.state) as state:
            state.execute("PRAGMA user_version = 99")
        state.close()
    else:
        service.state.write_bytes(b"This is no database. " * 500)
    before = service.state.read_bytes()
    service.start(ready=False)
    assert service.finish() == 69
    said = service.tail()
    assert str(service.state) in said
    assert "Traceback" not in said
    assert service.state.read_bytes() == before


def test_secrets_are_changed_under_load_and_no_delivery_is_refused(world: World, running: Service) -> None:
    hooks = [place.push({"docs/LATER.md": with_item(3)}) for place in world.places]
    old, new = Secrets(), Secrets({forge: f"{forge}-has-another-secret" for forge in FORGES})
    with running.sending(hooks, rate=20, seconds=1.5) as before:
        time.sleep(0.5)
        for one in FORGES:
            running.write_secrets((one, old.of[one]), (one, new.of[one]))
    running.secrets = new
    with running.sending(hooks, rate=20, seconds=1.5) as after:
        time.sleep(0.5)
        running.write_secrets(*new.of.items())
    sent = [*before, *after]
    assert {one.status for one in sent} == {202}
    running.wait(lambda: running.deliver(hooks[0], secrets=old) == 401, "the old secret is still accepted", 5)
    assert running.deliver(hooks[0]) == 202
    running.settle()
    every_accepted_one_was_run(running, sent, hooks)
    said = running.log.read_text("utf-8")
    assert not [secret for one in (old, new) for secret in one.of.values() if secret in said]


def test_deliveries_are_refused_while_the_disk_is_full_and_accepted_afterwards(world: World, running: Service) -> None:
    """A limit on the size of files is what a full disk is to a process, and needs no administrator."""
    place = world.of("github")
    hook = place.push({"docs/LATER.md": with_item(3)})
    unlimited = resource.prlimit(running.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
    assert running.deliver(hook) == 503
    assert running.running
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, unlimited)
    running.wait(lambda: running.deliver(hook) == 202, "deliveries are still refused", 10)
    running.wait(lambda: len(place.issues()) == 3, "it did not run")
    assert running.stop()[0] == 0
