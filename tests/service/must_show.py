"""What the service has to show, with as many repositories and as long as one likes: `python must_show.py --help`.

Prints a number for each promise, and ends with an error where one is broken.
"""

from __future__ import annotations

import argparse
import code
import contextlib
import shlex
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS / name) for name in ("service", "gitlab", "github", "")]

from github_counterpart.emulator import Farm  # noqa: E402 - after the path
from github_counterpart.openapi import OpenApi  # noqa: E402
from proofs import every_accepted_one_was_run, never_two_at_once, no_issue_twice, percentile  # noqa: E402
from service_world import BETTER, FORGES, LATER, World, with_item  # noqa: E402
from serving import Service  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from service_hooks import Hook
    from service_places import Place

SOON = 5.0  # seconds from a webhook to what it sets off
INTERVAL = 60.0  # seconds: the shortest that can be set
STAGGER = 0.25  # seconds between what happens in one repository and in the next
KILLS = 3  # while deliveries come; and one more when nobody sends anything
PATIENCE = 300.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repositories", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60.0, help="of load")
    options.add_argument("--rate", type=float, default=50.0, help="deliveries a second")
    options.add_argument("--without-interval", action="store_true", help="leave out what takes minutes")
    options.add_argument("--stay", action="store_true", help="show nothing: try things by hand, in a Python shell")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Farm()) as farm:
        world = World(farm, OpenApi(), Path(folder) / "world", asked.repositories)
        service = Service(world, Path(folder) / "service")
        with contextlib.closing(world), contextlib.closing(service):
            if asked.stay:
                stay(world, service)
                return
            show = Show(world, service)
            show.first()
            show.unchanged("nothing changed", each=1)
            show.by_webhook()
            show.unchanged("nothing changed, a proposal waits")
            show.killed(asked.rate, asked.seconds)
            show.flooded(min(10.0, asked.seconds))
            show.stopped(asked.rate)
            if not asked.without_interval:
                show.by_interval()
            assert world.wrong() == []


def stay(world: World, service: Service) -> None:
    """Keep all of it open until the shell is left."""
    service.start()
    settings = {"GAPKEEPER_SERVICE_CONFIG": str(service.configuration), **world.environment}
    sys.stdout.write("".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()))
    sys.stdout.write(f"status page: http://127.0.0.1:{service.listen}/  webhooks: port {service.public}\n")
    code.interact("world, service", local={"world": world, "service": service}, exitmsg="")


class Show:
    """One promise after the other, on the same world and state."""

    def __init__(self, world: World, service: Service) -> None:
        self.world = world
        self.service = service
        self.item = 2  # of the last item that was written
        self.text = LATER

    def tell(self, what: str, **numbers: object) -> None:
        told = "  ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in numbers.items())
        sys.stdout.write(f"{what:<44} {told}\n")
        sys.stdout.flush()

    def more(self) -> dict[str, str]:
        """The document with one item more than any before."""
        self.item += 1
        self.text = with_item(self.item, self.text)
        return {"docs/LATER.md": self.text}

    # --- Promises -------------------------------------------------------------------------------------

    def first(self) -> None:
        """Nobody has ever looked at any of them."""
        ready = self.service.start()
        self.tell("started", repositories=len(self.world.places), seconds_until_ready=ready)
        began = time.monotonic()
        self.service.wait(lambda: self._there(2), "not every repository was looked at", PATIENCE)
        self.service.settle(PATIENCE)
        self.tell("all seen for the first time, by schedule", seconds=time.monotonic() - began)

    def by_webhook(self) -> None:
        texts, number = self.more(), self.item
        self._staggered("documents pushed: issues there", lambda place: place.push(texts), self._has(number))
        self._staggered("issue closed: pull request there", lambda place: place.close(1), lambda p: bool(p.proposal()))

        def opened(place: Place) -> Hook:
            return place.propose(BETTER)[1]

        def said(place: Place) -> bool:
            return all(place.said(pull) and place.verdicts(pull) for pull in place.pulls)

        self._staggered("pull request opened: comment and status there", opened, said)
        texts, number = self.more(), self.item
        hooks = [place.push(texts) for place in self.world.places]
        given = dict(self._with(hooks))
        times = self._measured(lambda place: given[place], self._has(number), stagger=0.0)
        self.tell("pushed everywhere at once: issues there", median=statistics.median(times), longest=max(times))
        self.service.settle(PATIENCE)
        no_issue_twice(self.world)

    def unchanged(self, what: str, each: int | None = None) -> None:
        """``each``: so many conditional requests of a run, and no other ones; None: conditional ones alone."""
        hooks = [place.push({"src/code.py": "print()\n"}) for place in self.world.places]
        for _ in range(2):  # what was written before is read once
            self._run_by(hooks)
        before = self.service.metrics()
        self._run_by(hooks)
        after = self.service.metrics()
        made = {name: after[name] - before.get(name, 0.0) for name in after}
        for forge in FORGES:
            kinds = ("unchanged", "read", "write")
            requests = [made.get(f'gapkeeper_requests_total{{forge="{forge}",kind="{kind}"}}', 0) for kind in kinds]
            runs = sum(place.forge == forge for place in self.world.places)
            self.tell(f"{what}, {forge}", runs=runs, **dict(zip(kinds, requests, strict=True)))
            assert requests[0] == (requests[0] if each is None else each * runs)
            assert requests[1:] == [0, 0]
        parsed, cached = (made[f'gapkeeper_documents_total{{how="{how}"}}'] for how in ("parsed", "cached"))
        self.tell(f"{what}, documents", parsed=parsed, cached=cached)
        assert parsed == 0

    def killed(self, rate: float, seconds: float) -> None:
        """Signed deliveries all the time, killed and started, and things really change meanwhile."""
        service, places = self.service, self.world.places
        texts, number = self.more(), self.item
        hooks = [place.push({"src/code.py": f"print({number})\n"}) for place in places]
        before, runs = service.spent(), len(service.runs())
        starts = []
        with service.sending(hooks, rate=rate, seconds=seconds, senders=8) as sent:
            end = time.monotonic() + seconds
            for kill in range(KILLS + 1):
                until = end - (KILLS - kill) * seconds / (KILLS + 1)
                for place in places[kill :: KILLS + 1]:
                    if time.monotonic() < until - 1:
                        place.push(texts)  # and no delivery of its own
                        time.sleep(0.2)
                time.sleep(max(0.0, until - time.monotonic()))
                if kill < KILLS:
                    service.kill()
                    starts.append(service.start())
        service.kill()
        starts.append(service.start())
        settled = service.settle(PATIENCE)
        used, by_git = (now - then for now, then in zip(service.spent(), before, strict=True))
        accepted = every_accepted_one_was_run(service, sent, hooks)
        never_two_at_once(service.runs())
        no_issue_twice(self.world)
        for place in places:
            place.push(texts)
        self._run_by(hooks)
        assert self._there(number)
        no_issue_twice(self.world)
        self.tell(
            f"killed {KILLS} times under load, and once more",
            sent=len(sent),
            accepted=accepted,
            nobody_there=sum(one.status == 0 for one in sent),
            refused=sum(one.status not in {0, 202} for one in sent),
            lost=0,
            runs=len(service.runs()) - runs,
            seconds_until_ready_again=max(starts),
            seconds_until_all_was_done=settled,
        )
        self._tell_latency("  answered within", [one.seconds for one in sent if one.accepted])
        self.tell("  processor", service_seconds=used, git_seconds=by_git, accepted_a_second_and_core=accepted / used)

    def flooded(self, seconds: float) -> None:
        """As many as it takes, while the jobs that they ask for are done."""
        service = self.service
        hooks = [place.push({"src/code.py": "print('flood')\n"}) for place in self.world.places]
        service.settle(PATIENCE)
        before, began = service.spent()[0], time.monotonic()
        with service.sending(hooks, rate=0, seconds=seconds, senders=8) as sent:
            time.sleep(seconds)
            used, took = service.spent()[0] - before, time.monotonic() - began
        service.settle(PATIENCE)
        accepted = every_accepted_one_was_run(service, sent, hooks)
        never_two_at_once(service.runs())
        self.tell(
            "as many as are answered, jobs running",
            accepted=accepted,
            a_second=accepted / seconds,
            cores_used=used / took,
            a_second_and_core=accepted / used,
            refused=sum(not one.accepted for one in sent),
        )
        self._tell_latency("  answered within", [one.seconds for one in sent if one.accepted])

    def stopped(self, rate: float) -> None:
        service = self.service
        hooks = [place.push({"src/code.py": "print('stop')\n"}) for place in self.world.places]
        with service.sending(hooks, rate=rate, seconds=6, senders=8) as sent:
            time.sleep(2)
            code, seconds = service.stop()
            assert (code, seconds < 30) == (0, True), service.tail()
            service.start()
        service.settle(PATIENCE)
        every_accepted_one_was_run(service, sent, hooks)
        never_two_at_once(service.runs())
        self.tell("told to stop under load", exit_code=code, seconds=seconds, lost=0)

    def by_interval(self) -> None:
        """Without any webhook, by cron every minute."""
        service = self.service
        service.stop()
        service.service = {"least_minutes": 1}
        service.repository = {"minutes": None, "cron": "* * * * *"}
        service.write()
        service.start()
        limit = INTERVAL + SOON
        texts, number = self.more(), self.item
        asks: list[tuple[str, Callable[[Place], object], Callable[[Place], bool]]] = [
            ("documents pushed: issues there", lambda place: place.push(texts), self._has(number)),
            ("issue closed: in the pull request", lambda place: place.close(2), _proposes_another),
            (
                "pull request opened: comment and status there",
                lambda place: place.propose(BETTER, "another"),
                lambda place: all(place.said(pull) and place.verdicts(pull) for pull in place.pulls),
            ),
        ]
        for what, act, seen in asks:
            times = self._measured(act, seen, stagger=0.0, limit=PATIENCE, deliver=False)
            self.tell(f"without webhooks: {what}", longest=max(times))
            assert max(times) < limit, times
        no_issue_twice(self.world)
        never_two_at_once(service.runs())

    # --- How ------------------------------------------------------------------------------------------

    def _there(self, number: int) -> bool:
        return all(map(self._has(number), self.world.places))

    @staticmethod
    def _has(number: int) -> Callable[[Place], bool]:
        """Whether a repository has so many issues."""
        return lambda place: len(place.issues()) == number

    def _with(self, hooks: Sequence[Hook]) -> Iterator[tuple[Place, Hook]]:
        return zip(self.world.places, hooks, strict=True)

    def _run_by(self, hooks: Sequence[Hook]) -> None:
        """Each delivery once, and everything that they set off."""
        before = len(self.service.runs())
        for hook in hooks:
            assert self.service.deliver(hook) == 202
        self.service.wait(lambda: len(self.service.runs()) >= before + len(hooks), "they did not run", PATIENCE)
        self.service.settle(PATIENCE)

    def _staggered(self, what: str, act: Callable[[Place], Hook], seen: Callable[[Place], bool]) -> None:
        times = self._measured(act, seen, stagger=STAGGER)
        self.tell(what, median=statistics.median(times), longest=max(times))
        assert max(times) < SOON, sorted(times)

    def _measured(
        self,
        act: Callable[[Place], object],
        seen: Callable[[Place], bool],
        *,
        stagger: float,
        limit: float = SOON * 6,
        deliver: bool = True,
    ) -> list[float]:
        """Do it in every repository, and wait for all; the seconds from each delivery, or deed, to its effect."""
        waiting: list[tuple[Place, float]] = []
        left, times, following = list(self.world.places), [], time.monotonic()
        while left or waiting:
            if left and time.monotonic() >= following:
                place = left.pop(0)
                hook = act(place)
                waiting.append((place, time.monotonic()))
                if deliver:
                    self._delivered(hook)
                following = time.monotonic() + stagger
            for place, began in tuple(waiting):
                took = time.monotonic() - began
                if seen(place):
                    times.append(took)
                    waiting.remove((place, began))
                assert took < limit, f"{place.name} waits for {took:.1f} s\n{self.service.tail()}"
            time.sleep(0.02)
        return times

    def _delivered(self, hook: object) -> None:
        assert self.service.deliver(hook) == 202  # type: ignore[arg-type] # a hook

    def _tell_latency(self, what: str, seconds: Sequence[float]) -> None:
        found = [1000 * one for one in seconds]
        self.tell(what, median_ms=statistics.median(found), p99_ms=percentile(found, 0.99), longest_ms=max(found))


def _proposes_another(place: Place) -> bool:
    """Whether our proposal resolves both items that were closed."""
    return place.proposal() is not None and place.read("docs/LATER.md", "gapkeeper/docs").count("Resolved") == 2


def _short(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) and not value.is_integer() else f"{value:,.0f}"  # type: ignore[str-bytes-safe]


if __name__ == "__main__":
    main()
