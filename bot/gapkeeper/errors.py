"""The error tree. Every error says what happened, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


def one_line(message: str, hint: str | None) -> str:
    """What happened and what to do."""
    return message if hint is None else f"{message}. {hint}"


class GapkeeperError(Exception):
    """The root. ``exit_code`` is what a command ends with (see the table of exit codes in the docs)."""

    exit_code = 70

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint  # what to do

    @property
    def line(self) -> str:
        """Message and hint in one line."""
        return one_line(self.message, self.hint)

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n{self.hint}"


class UsageError(GapkeeperError):
    """The command line asks for something that does not exist."""

    exit_code = 64


class ConfigurationError(GapkeeperError):
    """A configuration that cannot be obeyed; the message has file and line."""

    exit_code = 65


class DocumentsError(GapkeeperError):
    """Documents or revision that cannot be read."""

    exit_code = 65


class StaleDocumentsError(DocumentsError):
    """Documents have changed since they were read: they have to be read, and the run planned, anew."""

    exit_code = 5


class NoRepositoryError(DocumentsError):
    """The repository is switched off, for now: nothing of it is read or written, and everything else goes on."""


class RefusedError(GapkeeperError):
    """A safety rule forbids the run."""

    exit_code = 3


class TrackerError(GapkeeperError):
    """The tracker did not do what was asked. 'Could not ask' is never read as 'no'."""

    exit_code = 69


class NotAuthorisedError(TrackerError):
    """The token is missing, unknown, or lacks a permission."""

    exit_code = 77


class NotFoundError(TrackerError):
    """No such issue, or it was deleted or transferred."""

    exit_code = 1


class RateLimitedError(TrackerError):
    """A limit of the tracker was reached."""

    exit_code = 4

    def __init__(self, message: str, *, until: dt.datetime | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.until = until


class BusyError(TrackerError):
    """Another run holds the lock."""

    exit_code = 4


class ConflictError(TrackerError):
    """Somebody changed the object in the meantime."""

    exit_code = 5


class RejectedError(TrackerError):
    """The tracker understood and said no: a title too long, a label that does not exist."""

    exit_code = 5


class UnavailableError(TrackerError):
    """The tracker cannot be reached, is damaged, or its disk is full."""


class NewerMarkerError(GapkeeperError):
    """An issue carries a marker of a newer version of Gapkeeper (`newer-marker`)."""

    exit_code = 65
