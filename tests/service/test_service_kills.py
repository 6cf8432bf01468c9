"""Nothing that was accepted is lost, whatever ends the process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from github_counterpart.faults import Once, no_trouble, silent
from making import QUICK, THOROUGH
from proofs import every_accepted_one_was_run, never_two_at_once, no_issue_twice
from service_world import with_item

if TYPE_CHECKING:
    from making import MakeService, MakeWorld

SECONDS, RATE = (60.0, 50.0) if THOROUGH else (5.0, 20.0)
KILLS = 3  # of them the last one when nobody sends anything more: what is lost then stays lost


def test_every_accepted_delivery_has_its_job_run_although_the_process_is_killed(
    make_world: MakeWorld, make_service: MakeService
) -> None:
    world = make_world(12 if THOROUGH else 4)
    service = make_service(world, service=QUICK)
    service.start()
    hooks = [place.push({"docs/LATER.md": with_item(3)}) for place in world.places]
    with service.sending(hooks, rate=RATE, seconds=SECONDS) as sent:
        for _ in range(KILLS - 1):
            time.sleep(SECONDS / KILLS - 1)
            service.kill()
            service.start()
    for place in world.places:
        assert service.deliver(place.push({"docs/LATER.md": with_item(4, with_item(3))})) == 202
    service.wait(service.at_work, "no job is begun")
    service.kill()
    service.start()
    service.settle()
    accepted = every_accepted_one_was_run(service, sent, hooks)
    assert accepted > RATE * SECONDS / 3
    assert {one.status for one in sent} <= {0, 202}, "it is away, or accepts"
    assert all(len(place.issues()) == 4 for place in world.places)
    no_issue_twice(world)
    never_two_at_once(service.runs())


def test_a_service_that_is_stopped_under_load_ends_soon_and_goes_on_when_it_is_started_again(
    make_world: MakeWorld, make_service: MakeService
) -> None:
    world = make_world(4)
    service = make_service(world, service=QUICK)
    service.start()
    hooks = [place.push({"docs/LATER.md": with_item(3)}) for place in world.places]
    with service.sending(hooks, rate=40, seconds=2) as sent:
        time.sleep(0.7)
        code, seconds = service.stop()
        assert code == 0, service.tail()
        assert seconds < 30
        service.start()
    service.settle()
    every_accepted_one_was_run(service, sent, hooks)
    assert all(len(place.issues()) == 3 for place in world.places)
    no_issue_twice(world)
    never_two_at_once(service.runs())


def test_a_forge_that_hangs_keeps_no_service_from_stopping(make_world: MakeWorld, make_service: MakeService) -> None:
    world = make_world(1)
    (place,) = world.places
    service = make_service(world, service={**QUICK, "grace_seconds": 0.5})
    service.start()
    world.github.trouble = Once(silent(done=True), "POST /repos/{owner}/{repo}/issues", k=2)
    assert service.deliver(place.push({"docs/LATER.md": with_item(3)})) == 202
    service.wait(lambda: len(place.issues()) == 2, "it does not hang")
    code, seconds = service.stop()
    assert (code, seconds < 10) == (0, True), (seconds, service.tail())
    world.github.trouble = no_trouble
    service.start()
    service.wait(lambda: len(place.issues()) >= 3, "it does not go on")
    service.settle()
    assert len(place.issues()) == 3
    no_issue_twice(world)
