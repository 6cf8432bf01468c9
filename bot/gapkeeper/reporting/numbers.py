"""Numbers as people read them."""

from __future__ import annotations


def number(value: float, digits: int = 2) -> str:
    """At most ``digits`` decimals and no zeros at the end: 44.75, 44.8, 45."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def per_cent(value: float | None, digits: int = 2) -> str:
    """A share: 44.75 %."""
    return "none" if value is None else f"{number(value, digits)} %"


def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign: +3.8, -1.2, ±0."""
    text = number(value, digits)
    if text == "0":
        return "±0"
    return text if text.startswith("-") else f"+{text}"


def count(amount: int, one: str, many: str | None = None) -> str:
    """An amount and its noun: 1 error, 3 errors."""
    return f"{amount} {one if amount == 1 else many or one + 's'}"


def about(seconds: float) -> str:
    """A time that something takes, roughly: about 2 minutes, about 3 hours."""
    minutes = max(1, round(seconds / 60))
    return f"about {count(minutes, 'minute') if minutes < 90 else count(round(minutes / 60), 'hour')}"


def days(span: tuple[float, float] | None) -> str:
    """An estimate: 18-28 days, 1 day."""
    if span is None:
        return "no estimate"
    least, most = (number(value) for value in span)
    if least == most:
        return f"{least} {'day' if least == '1' else 'days'}"
    return f"{least}-{most} days"


def total_days(span: tuple[float, float]) -> str:
    """A sum of estimates: 19 to 29 days."""
    least, most = (number(value) for value in span)
    if least == most:
        return days(span)
    return f"{least} to {most} days"
