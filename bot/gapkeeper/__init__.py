"""Gapkeeper keeps planning documents and issue trackers in step."""

__version__ = "0.1.0"
