"""What types cannot say: patterns that compile, templates that know their names, paths that stay inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.settings.conform import Fault
from gapkeeper.settings.likeness import closest
from gapkeeper.settings.toml_text import dotted, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.settings.load import Settings
    from gapkeeper.settings.repository import Kind, RepositorySettings

_KIND = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z][A-Z0-9]*)*")
_PLACEHOLDER = re.compile(r"\{(?:id|title|kind|value)\}")
LABEL_LIMIT = 50  # characters; GitHub's limit on a label's name
SCHEMES = ("sqlite", "github", "gitlab", "https", "http")


def faults(settings: Settings) -> Iterator[Fault]:
    """Everything that is wrong with settings whose types are right."""
    repository = settings.repository
    yield from _kinds(repository)
    yield from _languages(repository)
    yield from _labels(repository)
    yield from _paths(repository)
    yield from _tracker(settings)


def _kinds(repository: RepositorySettings) -> Iterator[Fault]:
    path = ("documents", "kinds")
    for word in repository.documents.kinds if repository.documents.kinds != "*" else ():
        if word not in repository.kinds:
            yield from _kind_name(word, path)
    if not repository.documents.kinds and not repository.kinds:
        yield Fault(path, f"{dotted(path)} is empty", 'Name at least one kind, or "*" for all that are defined.')
    for word, kind in repository.kinds.items():
        if not kind.pattern:
            yield from _kind_name(word, ("kinds", word))
        else:
            yield from _pattern(kind, ("kinds", word, "pattern"))


def _kind_name(word: str, path: tuple[str, ...]) -> Iterator[Fault]:
    if _KIND.fullmatch(word):
        return
    better = word.strip().upper().replace("_", "-")
    hint = "A kind is the capital letters that its IDs begin with, as LATER or ISSUE-NEW."
    if _KIND.fullmatch(better):
        hint += f" Did you mean {quoted(better)}?"
    yield Fault(path, f"{quoted(word)} is no kind of items", hint + " IDs of another shape need a pattern.")


def _pattern(kind: Kind, path: tuple[str, ...]) -> Iterator[Fault]:
    import re2  # noqa: PLC0415  only where a pattern is configured

    options = re2.Options()
    options.log_errors = False
    try:
        pattern = re2.compile(kind.pattern, options)
    except re2.error as error:
        reason = error.args[0]
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        yield Fault(
            path,
            f"{dotted(path)} is not a regular expression that RE2 knows: {quoted(reason)}",
            "RE2 has no look-around and no back-references: https://github.com/google/re2/wiki/Syntax",
        )
        return
    if pattern.search("") is not None:
        yield Fault(path, f"{dotted(path)} matches an empty text", "Let it match at least one character.")


def _languages(repository: RepositorySettings) -> Iterator[Fault]:
    if repository.status.languages == "*":
        return
    from gapkeeper.reading.lexicon import LANGUAGES  # noqa: PLC0415  loads everything that reading needs

    path = ("status", "languages")
    for language in repository.status.languages:
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            yield Fault(path, f"{dotted(path)}: there are no words for {quoted(language)}", f"There are: {known}.")


def _labels(repository: RepositorySettings) -> Iterator[Fault]:
    labels = repository.labels
    plain = {"managed": labels.managed, "hold": labels.hold, "orphaned": labels.orphaned}
    templates = {
        "kind": labels.kind,
        "status": labels.status,
        "priority": labels.priority,
        "owner": labels.owner,
        "category": labels.category,
        "gate": labels.gate,
    }
    for word, label in plain.items():
        yield from _label(label, ("labels", word))
    if len({label.casefold() for label in plain.values()}) < len(plain):
        yield Fault(
            ("labels",), "labels.managed, labels.hold and labels.orphaned are not three labels", "Tell them apart."
        )
    for word, template in templates.items():
        if template is not False:
            yield from _label(template, ("labels", word), template=True)
    for word, kind in repository.kinds.items():
        for label in kind.labels:
            yield from _label(label, ("kinds", word, "labels"))


def _label(label: str, path: tuple[str, ...], *, template: bool = False) -> Iterator[Fault]:
    if not label.strip() or not label.isprintable():
        hint = "Give it a name on one line" + (", or false for no such label." if template else ".")
        yield Fault(path, f"{dotted(path)} is {quoted(label)}", hint)
    rest = _PLACEHOLDER.sub("", label) if template else label
    if len(rest) > LABEL_LIMIT:
        yield Fault(path, f"{dotted(path)} is longer than {LABEL_LIMIT} characters", "No tracker takes that.")
    if template and ("{" in rest or "}" in rest):
        word = (re.findall(r"\{(\w+)", rest) or [""])[0]
        close = closest(word, ("id", "title", "kind", "value"))
        hint = "Templates know {id}, {title}, {kind} and {value}, and nothing else."
        hint += f" Did you mean {{{close}}}?" if close else ""
        yield Fault(path, f"{dotted(path)} is {quoted(label)}", hint)


def _paths(repository: RepositorySettings) -> Iterator[Fault]:
    named: list[tuple[tuple[str, ...], str]] = [
        (("documents", "order"), document) for document in repository.documents.order
    ]
    named += [(("kinds", k, "register"), kind.register) for k, kind in repository.kinds.items() if kind.register]
    for path, document in named:
        if document.startswith("/") or "\\" in document or ".." in document.split("/"):
            hint = "Name a document as it is seen from this folder, with / between: docs/LATER.md."
            yield Fault(path, f"{dotted(path)} names {quoted(document)}", hint)


def _tracker(settings: Settings) -> Iterator[Fault]:
    path = ("tracker", "url")
    url = settings.repository.tracker.url
    if not url:
        return
    scheme, colon, rest = url.partition(":")
    if "@" in rest and scheme != "sqlite":
        # Not repeated: what stands before the @ is a password.
        yield Fault(path, f"{dotted(path)} holds a name or password", "Tokens come from the environment.")
    elif not colon or not rest or not rest.isprintable() or scheme not in SCHEMES:
        hint = "A tracker is sqlite:PATH, github:owner/name, gitlab:group/name, or https://host/group/name."
        yield Fault(path, f"{dotted(path)} is {quoted(url)}", hint)
    layer = settings.layer(path)
    leaves = rest.startswith(("/", "~")) or ".." in rest.replace("\\", "/").split("/")
    if layer is not None and layer.from_repository and scheme == "sqlite" and leaves:
        hint = "A repository may name a file inside its own folder only; --tracker may name any."
        yield Fault(path, f"{dotted(path)} is {quoted(url)}", hint)
