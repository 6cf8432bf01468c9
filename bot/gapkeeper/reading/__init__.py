"""Documents in, a register out. Pure: no network, no clock, no file access."""

from gapkeeper.reading.register import Reader, read_register

__all__ = ["Reader", "read_register"]
