"""What a doctor found, as people see it."""

from __future__ import annotations

import pytest

from gapkeeper.model.doctor import Check, Health
from gapkeeper.reporting.doctor_text import check_lines, doctor_json, summary_line
from gapkeeper.reporting.style import PLAIN_LOOK, Look, render, text_of

WRONG = Check("token", Health.WRONG, "it ended\nyesterday", "Make a new one.\nThen set it.", about="pier")


def test_a_check_and_what_to_do() -> None:
    assert render(check_lines(WRONG, PLAIN_LOOK), PLAIN_LOOK) == (
        "✗ token          pier: it ended\n"
        "                 yesterday\n"
        "                 Make a new one.\n"
        "                 Then set it.\n"
    )


def test_signs_where_there_is_no_unicode() -> None:
    look = Look(unicode=False)
    signs = [render(check_lines(Check("git", health, "x"), look), look)[0] for health in Health]
    assert signs == ["+", "!", "x"]


def test_a_narrow_terminal_gets_lines_that_fit() -> None:
    look = Look(width=40)
    lines = render(check_lines(Check("documents", Health.NOTE, "word " * 20, "do " * 20), look), look).splitlines()
    assert max(map(len, lines)) <= 40
    assert all(line.startswith(" " * 17) for line in lines[1:])


def test_what_strangers_wrote_moves_no_cursor_and_is_no_command_of_a_job() -> None:
    look = Look(log=True)
    hostile = Check("documents", Health.WRONG, "\x1b[2J\n::error::x", "##[group]x\u202e")
    told = render(check_lines(hostile, look), look)
    assert not {"\x1b", "\u202e"} & set(told)
    assert not [line for line in told.splitlines() if line.lstrip().startswith(("::", "##"))]


@pytest.mark.parametrize(
    ("healths", "said"),
    [
        ([], "nothing is wrong"),
        ([Health.OK, Health.NOTE], "nothing is wrong; 1 note"),
        ([Health.WRONG, Health.OK], "1 thing is wrong"),
        ([Health.WRONG, Health.WRONG, Health.NOTE, Health.NOTE], "2 things are wrong; 2 notes"),
    ],
)
def test_the_last_line(healths: list[Health], said: str) -> None:
    checks = [Check("x", health, "y") for health in healths]
    assert text_of(summary_line(checks)) == said
    assert doctor_json(checks)["healthy"] is (Health.WRONG not in healths)
