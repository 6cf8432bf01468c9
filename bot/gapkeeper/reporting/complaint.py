"""Errors and warnings for people: what happened, and on the next lines what to do."""

from __future__ import annotations

from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap


def error_lines(message: str, hint: str | None, look: Look, *, word: str = "error") -> list[Line]:
    """The first line begins with the word, all others are indented."""
    tone = Tone.ALARM if word == "error" else Tone.CARE
    first, *rest = message.splitlines() or [""]
    lines = wrap(line(say(f"{word}: ", tone), first), look, hang=2)
    for text in (*rest, *(hint or "").splitlines()):
        lines += wrap(line(text), look, indent=2)
    return lines
