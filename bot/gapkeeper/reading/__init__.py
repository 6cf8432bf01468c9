"""Documents in, a register out. Pure: no network, no clock, no file access."""

from gapkeeper.reading.corpus import Corpus
from gapkeeper.reading.reader import Reader, read_corpus, read_register

__all__ = ["Corpus", "Reader", "read_corpus", "read_register"]
