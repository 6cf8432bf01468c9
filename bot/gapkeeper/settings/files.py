"""The repository's configuration file: which one there is, and what stands in it."""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.toml_text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Where a configuration may stand, and at which table of the file.
PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("gapkeeper.toml", ()),
    ("pyproject.toml", ("tool", "gapkeeper")),
    (".github/gapkeeper.toml", ()),
    (".gitlab/gapkeeper.toml", ()),
)
LIMIT = 1_000_000  # bytes: no configuration is longer, and its scan is paid at each start


class Where(NamedTuple):
    """Where configurations are looked for: a folder as it is, or a commit of it."""

    read: Callable[[str], bytes | None]  # what stands in a file, by its path; None where there is none
    before: str = ""  # what people are told before the file's name: `9f1c2ab:`


#: Where there is no configuration.
NOWHERE = Where(lambda _: None)


class ConfigurationFile(NamedTuple):
    """A file that configures Gapkeeper."""

    name: str  # relative to the folder, after the commit that it was read from
    table: tuple[str, ...]  # the table of the file that is ours
    text: str
    values: dict[str, Any]

    def place(self, path: tuple[str, ...]) -> str:
        """File and line of a key, or of the nearest table that it stands in."""
        lines = _lines(self.text)
        whole = self.table + path
        line = next((lines[whole[:n]] for n in range(len(whole), 0, -1) if whole[:n] in lines), 1)
        return f"{self.name}:{line}"


@lru_cache(maxsize=4)
def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Where each key stands: a file of thousands of tables may have as many faults."""
    from gapkeeper.settings.positions import line_of_keys  # noqa: PLC0415  only for errors and `config show`

    return line_of_keys(text)


def of_folder(folder: Path) -> Where:
    """The files of a folder; the folders above it do not count."""
    return Where(lambda name: _bytes(folder, name))


def names(folder: Path) -> list[str]:
    """The configurations that are there, also those that cannot be read."""
    where, there = of_folder(folder), []
    for name, table in PLACES:
        try:
            found = _read(where, name, table) is not None if table else os.path.lexists(folder / name)
        except ConfigurationError:
            found = True
        if found:
            there.append(name)
    return there


def find(where: Where) -> ConfigurationFile | None:
    """The configuration that is there.

    Raises `ConfigurationError` where there are two, or where one cannot be read.
    """
    found = [file for name, table in PLACES if (file := _read(where, name, table)) is not None]
    if len(found) > 1:
        names = " and ".join(f"{f.name} [{'.'.join(f.table)}]" if f.table else f.name for f in found)
        raise ConfigurationError(f"there is more than one configuration: {names}", hint="Keep one of them.")
    return found[0] if found else None


def _read(where: Where, name: str, table: tuple[str, ...]) -> ConfigurationFile | None:
    """The configuration in a file; None where there is no file, or no table of ours in it."""
    data = where.read(name)
    if data is None or (table and len(data) <= LIMIT and table[-1].encode() not in data):
        return None
    file = parse(where.before + name, data)
    values: Any = file.values
    for part in table:
        values = values.get(part) if isinstance(values, dict) else None
    if values is None:
        return None
    if not isinstance(values, dict):
        raise ConfigurationError(f"{file.name}: {'.'.join(table)} is not a table", hint=f"Write [{'.'.join(table)}].")
    return ConfigurationFile(file.name, table, file.text, values)


def parse(name: str, data: bytes) -> ConfigurationFile:
    """What stands in a whole file; raises `ConfigurationError` where it cannot be read."""
    if len(data) > LIMIT:
        raise ConfigurationError(f"{name} is longer than {LIMIT:,} bytes", hint="This is no configuration of ours.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"{name}:{line}: this is not UTF-8", hint="Save the file as UTF-8.") from None
    return ConfigurationFile(name, (), text, _parse(name, text))


def _bytes(folder: Path, name: str) -> bytes | None:
    """What stands in a file; None where there is none."""
    path = folder / name
    try:
        with open(path, "rb", opener=_open) as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            data = file.read(LIMIT + 1) if regular else b""
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        regular = False
    except OSError as error:
        raise ConfigurationError(
            f"{name} cannot be read: {error.strerror}", hint="Make it readable, or take it away."
        ) from None
    if not regular:
        raise ConfigurationError(f"{name} is not a file", hint="Take it away, or put a file in its place.")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(
            f"{name} is a link that leaves the folder", hint="Put the file itself into the folder."
        )
    return data


def _open(path: str, flags: int) -> int:
    """Open without waiting for the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _parse(name: str, text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  only where there is a file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(name, text, str(error)) from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        line = text.count("\n", 0, re.search(r"[\d_]{4300}|$", text).start()) + 1  # type: ignore[union-attr]  # $ is found
        raise ConfigurationError(
            f"{name}:{line}: a number has thousands of digits", hint="No setting needs that."
        ) from None
    except RecursionError:
        raise ConfigurationError(f"{name} is nested too deeply", hint="No setting needs that.") from None


def _syntax_error(name: str, text: str, message: str) -> ConfigurationError:
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    what = printable(message[: match.start()] if match else message)
    if match and match[1]:
        place = f"{name}:{match[1]}:{match[2]}"
    else:
        place = f"{name}:{max(1, len(text.rstrip().splitlines()))}"
    return ConfigurationError(f"{place}: this is not TOML: {what[:1].lower()}{what[1:]}", hint="See https://toml.io.")
