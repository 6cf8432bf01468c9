"""What a doctor found, for people and machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.doctor import Health
from gapkeeper.reporting.numbers import count
from gapkeeper.reporting.register_json import VERSION, Json
from gapkeeper.reporting.style import Line, Look, Tone, fill, line, say, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.doctor import Check

#: The sign of each, the same for encodings that do not know it, and its colour.
_SIGNS = {
    Health.OK: ("✓", "+", Tone.GOOD),
    Health.NOTE: ("!", "!", Tone.CARE),
    Health.WRONG: ("✗", "x", Tone.ALARM),
}
_NAME = 13  # cells of the longest name


def check_lines(check: Check, look: Look) -> list[Line]:
    """One check, and below it what to do: ✓ git            git 2.39.5, in a repository with commits."""
    sign, plain, tone = _SIGNS[check.health]
    about = (say(f"{check.about}: ", Tone.STRONG),) if check.about else ()
    indent = _NAME + 4
    first, *rest = check.what.splitlines() or [""]
    head = (say(sign if look.unicode else plain, tone), say(" "), *fill(line(check.name), _NAME + 2), *about)
    lines = wrap((*head, say(first)), look, hang=indent)
    for text in rest:
        lines += wrap(line(text.strip()), look, indent=indent)
    for text in (check.hint or "").splitlines():
        lines += wrap(line(say(text, Tone.INFO)), look, indent=indent)
    return lines


def summary_line(checks: Sequence[Check]) -> Line:
    """All checks in a sentence."""
    wrong, notes = (sum(check.health is health for check in checks) for health in (Health.WRONG, Health.NOTE))
    if not wrong:
        return line(say("nothing is wrong", Tone.GOOD), f"; {count(notes, 'note')}" if notes else "")
    told = f"{count(wrong, 'thing')} {'is' if wrong == 1 else 'are'} wrong"
    return line(say(told, Tone.ALARM), f"; {count(notes, 'note')}" if notes else "")


def doctor_json(checks: Sequence[Check]) -> Json:
    """The same for programs."""
    return {
        "version": VERSION,
        "healthy": all(check.health is not Health.WRONG for check in checks),
        "checks": [
            {
                "name": check.name,
                "repository": check.about or None,
                "health": check.health.value,
                "message": check.what,
                "hint": check.hint,
            }
            for check in checks
        ],
    }
