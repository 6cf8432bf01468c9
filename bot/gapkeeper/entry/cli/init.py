"""`gapkeeper init`: a commented configuration of a repository, and what was found; or a file for CI or the service."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapkeeper import wiring
from gapkeeper.entry.cli import ci_files
from gapkeeper.entry.cli.command import Command, path_argument
from gapkeeper.entry.cli.terminal import OutputError, show, write_data
from gapkeeper.errors import ConfigurationError, UsageError
from gapkeeper.reporting.style import Tone, line, say
from gapkeeper.settings import files, service_file
from gapkeeper.settings.load import Settings
from gapkeeper.settings.repository import Documents, RepositorySettings
from gapkeeper.settings.template import commented_service_toml, commented_toml
from gapkeeper.settings.toml_text import inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gapkeeper.model.register import Register

NAME = "gapkeeper.toml"


@click.command(
    "init",
    cls=Command,
    examples=[
        ("gapkeeper init", "write gapkeeper.toml into this folder"),
        ("gapkeeper init docs --stdout", "print it, and write nothing"),
        ("gapkeeper init --force", "replace the one that is there"),
        ("gapkeeper init --ci github", "write a workflow of GitHub Actions instead"),
        ("gapkeeper init --service", "write the file of gapkeeper serve instead"),
    ],
)
@path_argument()
@click.option("--ci", type=click.Choice(tuple(ci_files.FILES)), help="Write what CI runs, and no configuration.")
@click.option("--service", is_flag=True, help=f"Write {service_file.NAME}, and no configuration of a repository.")
@click.option("--stdout", is_flag=True, help="Print the file instead of writing it.")
@click.option("--force", is_flag=True, help="Replace a file of this name that is there.")
def command(path: str, ci: str | None, service: bool, stdout: bool, force: bool) -> int:
    """Look at the repository and write a gapkeeper.toml that shows and explains every setting.

    Nothing in it is set: until a line is changed, everything is as it is without the file.

    With --ci write the jobs that sync, and that comment on pull requests, and say what they need. With --service
    write the file of the service, for its operator.
    """
    folder = Path(path)
    if ci is not None and service:
        raise UsageError("--ci and --service write two files", hint="Write one after the other.")
    if ci is not None:
        file = ci_files.FILES[ci]
        return _new(folder, file.path, ci_files.text(ci), file.needs, stdout=stdout, force=force)
    if service:
        needs = (
            f"Name your repositories in it, then ask what is missing: gapkeeper doctor --config {service_file.NAME}",
        )
        return _new(folder, service_file.NAME, commented_service_toml(), needs, stdout=stdout, force=force)
    # Every kind, and no configuration: what is there, whatever an older file says of it.
    every = Settings(RepositorySettings(documents=Documents(kinds="*")))
    source = wiring.document_source(every, folder)
    if not stdout:
        _refuse_a_second(folder, force=force)
    facts = list(_facts(wiring.read_register(every, source), wiring.suggested_tracker(folder)))
    text = commented_toml(facts)
    if stdout:
        write_data(text)
        return 0
    _write(folder / NAME, text, force=force)
    show(lambda _: [line(say("wrote ", Tone.GOOD), str(folder / NAME)), *(line(fact) for fact in facts)])
    return 0


def _new(folder: Path, name: str, text: str, needs: Iterable[str], *, stdout: bool, force: bool) -> int:
    """Write a file that was asked for by name, and say what else it needs."""
    if stdout:
        write_data(text)
        return 0
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="Name one that exists.")
    path = folder / name
    if path.exists() and not force:
        raise ConfigurationError(f"there is {path} already", hint="--force replaces it; --stdout prints another.")
    _write(path, text, force=force)
    show(lambda _: [line(say("wrote ", Tone.GOOD), str(path)), *(line(f"  {step}") for step in needs)])
    return 0


def _refuse_a_second(folder: Path, *, force: bool) -> None:
    """Raise `ConfigurationError` where there is a configuration that would not be replaced."""
    there = files.names(folder)
    if there and not (force and there == [NAME]):
        hint = "gapkeeper init --stdout prints one to copy from"
        hint += "; --force replaces it." if there == [NAME] else "."
        raise ConfigurationError(f"there is a configuration already: {', '.join(there)}", hint=hint)


def _facts(register: Register, tracker: str | None) -> Iterator[str]:
    """What was found, in lines."""
    tracked = RepositorySettings().documents.kinds
    counts = Counter(item.kind for item in register.items)
    yield f"Found here: {_number(len(register.documents), 'document')}, {_number(len(register.items), 'item')}."
    for kind in (kind for kind in tracked if kind in counts):
        yield f"  {kind}: {_number(counts[kind], 'item')}{_home(register, kind)}"
    others = [kind for kind, _ in counts.most_common() if kind not in tracked]
    if others:
        yield "Other kinds, which are not tracked:"
        yield from (f"  {kind}: {_number(counts[kind], 'item')}{_home(register, kind)}" for kind in others)
        yield f"To track them: [documents] kinds = {inline((*tracked, *others))}"
    if tracker:
        yield f"The git remote is {tracker}. A tracker is used only where it is named: [tracker] url, or --tracker."


def _home(register: Register, kind: str) -> str:
    """The document that defines most items of a kind."""
    places: defaultdict[str, int] = defaultdict(int)
    for item in register.items:
        if item.kind == kind:
            places[item.source.path] += 1
    path = register.registers.get(kind) or max(sorted(places), key=lambda place: places[place])
    return f", register {path}" if len(places) > 1 else f", in {path}"


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _write(path: Path, text: str, *, force: bool) -> None:
    """Write the whole file or none of it; without ``force``, only where there is nothing."""
    new = path.with_name(f".{path.name}.new") if force else path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(text)
                file.flush()
            except OSError:
                new.unlink()
                raise
        if force:
            new.replace(path)
    except OSError as error:
        raise OutputError(f"{new} cannot be written: {error.strerror}", hint="--stdout prints it.") from error
