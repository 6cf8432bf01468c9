"""A status as the smallest edit of a document, proven by reading the document again. Pure: no I/O, no clock."""

from gapkeeper.model.edits import Unwritten, Written
from gapkeeper.writing.writer import Writer

__all__ = ["Unwritten", "Writer", "Written"]
