"""What must hold on every forge whatever goes wrong with a run: run again, it ends as if nothing had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings

from forge_stories import assert_same
from github_counterpart.faults import Unlucky
from github_counterpart.running import EndedAt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from forge_stories import Start, Story
    from github_counterpart.faults import Fault

    Seen = Callable[[object], list[str]]  # everything that counts on a forge, in a form that can be compared

THOROUGH = settings.get_current_profile_name() == "thorough"


def prove_every_end(start: Start, story: Story, seen: Seen, *, least: int, sample: int) -> str:
    """A run is killed at any of its requests, before or after the forge did it, and run again.

    Args:
        start: Tells a story on a fresh forge.
        story: What the run has to write.
        seen: What counts.
        least: How many requests it sends: a proof that sees no requests any more must not pass.
        sample: One of so many points is tried; all of them under the profile `thorough`.

    Returns how much was tried.
    """
    with start(story) as runner:
        (whole,) = runner.to_the_end(runs=1)
        undisturbed = seen(runner.forge)
        (again,) = runner.to_the_end(runs=1)
        assert len(again.requests.writes) == 0, again.said
    assert len(whole.requests) >= least
    points = [(k, done) for k in range(1, len(whole.requests) + 1) for done in (False, True)]
    tried = points if THOROUGH else [(k, done) for k, done in points if not (2 * k + done) % sample]
    for k, done in tried:
        name = f"request {k} of {len(whole.requests)}: {whole.requests[k - 1].name}"
        where = f"ended {'after' if done else 'before'} {name}"
        with start(story) as runner:
            assert runner.run(trouble=EndedAt(k, done=done)).code == -9, where
            runner.to_the_end()
            assert_same(seen(runner.forge), undisturbed, where)
    return f"{len(tried)} of {len(points)} points"


def prove_bad_days(  # noqa: PLR0913 - what a bad day is
    start: Start, story: Story, seen: Seen, *, seeds: int, runs: int, faults: Sequence[Fault]
) -> str:
    """A third of all requests goes wrong at random, and the sync is run again until it says that all is well.

    Args:
        start: Tells a story on a fresh forge.
        story: What the run has to write.
        seen: What counts.
        seeds: How many bad days are tried.
        runs: How often the sync is run again at most.
        faults: What may go wrong.

    Returns how much was tried.
    """
    with start(story) as runner:
        runner.to_the_end(runs=1)
        undisturbed = seen(runner.forge)
    made = met = 0
    for seed in range(seeds):
        with start(story) as runner:
            unlucky = Unlucky(seed, faults=faults)
            ran = len(runner.to_the_end(runs=runs, trouble=unlucky))
            what = "\n".join(f"{fault}: {name}" for name, fault in unlucky.met)
            assert_same(seen(runner.forge), undisturbed, f"seed {seed}, {ran} runs\n{what}\n")
            made, met = made + ran, met + len(unlucky.met)
    assert met >= seeds
    return f"{seeds} seeds, {made} runs, {met} faults"
