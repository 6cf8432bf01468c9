"""What we print to: terminals, pipes, encodings, readers that go away, disks that are full."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gapkeeper.entry.cli.terminal import OutputError, interactive, look_of, write, write_data


class Terminal(io.TextIOWrapper):
    """A stream that says that it is a terminal, and keeps what it got."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return True

    @property
    def got(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_has_a_width_and_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    look = look_of(Terminal())
    assert (look.width, look.colour, look.unicode, look.log) == (72, True, True, False)


def test_a_pipe_has_neither() -> None:
    look = look_of(io.StringIO())
    assert (look.width, look.colour) == (None, False)


@pytest.mark.parametrize(
    ("environment", "terminal", "colour"),
    [
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"CI": "true"}, False, False),
        ({"CI": "true", "FORCE_COLOR": "1"}, False, True),
    ],
)
def test_colour_is_asked_for_and_refused(
    environment: dict[str, str], *, terminal: bool, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal() if terminal else io.StringIO()
    assert look_of(stream).colour is colour
    assert look_of(stream).log is ("CI" in environment)


@pytest.mark.parametrize(
    ("encoding", "knows"), [("utf-8", True), ("ascii", False), ("cp1252", False), ("iso8859-2", False)]
)
def test_bars_and_arrows_only_where_the_encoding_has_them(encoding: str, *, knows: bool) -> None:
    assert look_of(Terminal(encoding)).unicode is knows


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "iso8859-2", "shift-jis"])
def test_no_encoding_stops_us(encoding: str) -> None:
    stream = Terminal(encoding)
    write("ok ✅ 漢字 \ud800\n", stream)
    assert stream.got.startswith("ok ")
    assert stream.got.endswith("\n")


def test_nobody_is_asked_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert interactive()
    monkeypatch.setenv("CI", "true")
    assert not interactive()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error_and_no_traceback() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        with pytest.raises(OutputError, match="No space left"):
            write("x", full)
        full.write("nothing is left to be flushed")  # what was buffered went nowhere


def python(code: str, encoding: str) -> bytes:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    return subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True).stdout


def test_data_is_utf_8_whatever_the_locale_says() -> None:
    code = "from gapkeeper.entry.cli.terminal import write, write_data; write('a'); write_data('✅'); write('b')"
    assert python(code, "ascii") == "a✅b".encode()


def test_text_is_escaped_where_the_locale_cannot_say_it() -> None:
    code = "from gapkeeper.entry.cli.terminal import write; write('漢')"
    assert python(code, "ascii") == b"\\u6f22"


@pytest.mark.parametrize("function", ["write", "write_data"])
def test_a_reader_that_goes_away_is_no_error(function: str) -> None:
    code = (
        f"import sys; from gapkeeper.entry.cli.terminal import {function} as w\n"
        "for i in range(100_000): w('x' * 80 + chr(10))\n"
        "print('went on', file=sys.stderr)"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.read(10)
    running.stdout.close()
    assert running.stderr.read() == b"went on\n"
    running.stderr.close()
    assert running.wait() == 0


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize("call", ["--help", "items .", "items . --format json"])
def test_an_output_that_is_closed_is_no_error(call: str, tmp_path: Path) -> None:
    command = f"{sys.executable} -m gapkeeper {call} >&-"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_write_data_to_a_terminal_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal("ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    write_data("✅\n")
    assert stream.got == "\\u2705\n"
