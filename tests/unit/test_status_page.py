"""The status page: what it says, that no name or error does anything on it, and that everybody can read it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given

from builders import NOW
from gapkeeper.model.jobs import JobKind, JobState, Known, Outcome, RepositoryState
from gapkeeper.reporting.service_words import counted, relative, took
from gapkeeper.reporting.status_page import RepositoryView, StatusView, status_page, trouble_page
from gapkeeper.reporting.status_style import STYLE
from hostile_text import texts
from service_samples import FAILED, HOSTILE, HOSTILE_HINT, ago, queued, repository, run, view

VOID = {"meta", "link"}


class Page(HTMLParser):
    """The elements of a page, with what they say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def attributes(self, tag: str, name: str) -> list[str | None]:
        return [attributes[name] for found, attributes in self.elements if found == tag and name in attributes]


IN_TROUBLE = repository(
    "pier", last=FAILED, failures=4, paused_until=NOW + dt.timedelta(minutes=40), last_good_at=ago(hours=5)
)


def everything(name: str, error: str | None, hint: str | None) -> StatusView:
    job = replace(queued().job, repository=name)
    broken = run(name, Outcome.BROKEN, error=error, hint=hint, reasons=(name,))
    jobs = [queued(number, state, job=job, reasons=(name,), error=error) for number, state in enumerate(JobState)]
    return view(
        replace(repository(name, last=broken, failures=1), url="https://forge.example/a"),
        counts=dict.fromkeys(JobState, 1),
        jobs=jobs,
        runs=[broken],
    )


# --- What it says ---


def test_a_repository_shows_its_score_its_items_and_its_runs() -> None:
    page = Page(status_page(view(repository())))
    assert "44.75 %" in page.text
    assert "changed 3 min ago 2026-11-24 11:57:00Z" in page.text
    assert "took 4.5 s; 2 created, 1 closed; documents: 3 parsed, 120 cached" in page.text
    assert "in 12 min 2026-11-24 12:12:00Z" in page.text
    assert "https://github.com/owner/harbour" in page.attributes("a", "href")
    assert "2026-11-24T11:57:00Z" in page.attributes("time", "datetime")
    assert page.said[0] == "Gapkeeper: all is well"


def test_trouble_stands_first_with_its_error_what_to_do_and_the_pause() -> None:
    page = Page(status_page(view(repository(), IN_TROUBLE)))
    assert page.said[0] == "Gapkeeper: 1 of 2 repositories in trouble"
    assert page.text.index("pier") < page.text.index("harbour")
    assert f"{FAILED.error} {FAILED.hint}" in page.text
    assert "paused, goes on in 40 min" in page.text
    assert "mended? gapkeeper jobs run pier" in page.text
    assert "4 failures in a row" in page.text
    assert "Last went well: 5 h ago" in page.text


def test_a_command_to_copy_holds_a_name_together() -> None:
    paused = replace(IN_TROUBLE, name="a b; <i>$(c)")
    page = Page(status_page(view(paused)))
    assert "gapkeeper jobs run 'a b; <i>$(c)'" in page.text
    assert "i" not in page.tags()


def test_a_pause_that_is_over_is_none() -> None:
    page = Page(status_page(view(repository(failures=1, paused_until=ago(seconds=1)))))
    assert "paused" not in page.text
    assert "mended?" not in page.text
    assert "in 12 min" in page.text


def test_a_repository_that_never_ran_says_so() -> None:
    page = Page(status_page(view(RepositoryView("lighthouse", RepositoryState()))))
    assert "lighthouse – – none yet not set" in page.text


def test_without_a_repository_it_says_what_to_do() -> None:
    page = Page(status_page(view()))
    assert "There is no repository yet" in page.text
    assert 'tracker = "github:owner/name"' in page.text
    assert "table" not in page.tags()


def test_dead_jobs_say_how_to_replay_them() -> None:
    page = Page(status_page(view(repository(), counts={JobState.DEAD: 1}, jobs=[queued(4, JobState.DEAD)])))
    assert page.said[0] == "Gapkeeper: 1 job given up"
    assert "review harbour#7 the forge did not answer 1 1 min ago" in page.text
    assert "gapkeeper jobs replay 4" in page.text


def test_the_queue_shows_what_runs_and_waits_and_counts_the_rest() -> None:
    jobs = [queued(1, JobState.RUNNING), *(queued(number) for number in range(2, 120))]
    page = Page(status_page(view(repository(), counts={JobState.QUEUED: 200, JobState.RUNNING: 1}, jobs=jobs)))
    assert "review harbour#7 running begun 20 s ago" in page.text
    assert "review harbour#7 waiting 30 s ago" in page.text
    assert "and 151 more: gapkeeper jobs" in page.text


def test_only_the_last_runs_are_shown() -> None:
    page = Page(status_page(view(repository(), runs=[run(f"harbour-{number}") for number in range(30)])))
    assert "harbour-19" in page.text
    assert "harbour-20" not in page.text


def test_a_state_that_cannot_be_read_is_told() -> None:
    page = Page(trouble_page(HOSTILE, "Free some space.", "1.2.3"))
    assert page.said[0] == "Gapkeeper: no status"
    assert "Free some space." in page.text
    assert "script" not in page.tags()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-0.5, "just now"),
        (0.4, "now"),
        (4.4, "in 4 s"),
        (-59, "59 s ago"),
        (-60, "1 min ago"),
        (-7_199, "119 min ago"),
        (7_200, "in 2 h"),
        (-172_800, "2 d ago"),
    ],
)
def test_times_are_told_from_now(seconds: float, words: str) -> None:
    assert relative(NOW + dt.timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 s"), (0.004, "0 s"), (0.123, "0.12 s"), (75.26, "75.3 s"), (720, "12 min")]
)
def test_spans_are_told_as_exactly_as_they_matter(seconds: float, words: str) -> None:
    assert took(seconds) == words


def test_what_a_run_did_is_told_in_words() -> None:
    assert counted({}) == ""
    assert counted({"label": 2, "create": 1, "failed": 3, "fetched": 1}) == "2 labels made, 1 created, 3 failed"
    assert counted({"unchanged": 1, "write-back": 2}) == "2 proposed; requests: 1 unchanged (304)"
    assert counted({"reads": 1, "unchanged": 2, "writes": 3}) == "requests: 1 read, 2 unchanged (304), 3 writes"


# --- What it must not do ---


@given(name=texts, error=texts, hint=texts)
def test_hostile_text_changes_no_element(name: str, error: str, hint: str) -> None:
    usual = Page(status_page(everything("harbour", "error", "hint")))
    hostile = Page(status_page(everything(name, error or "error", hint or "hint")))
    assert hostile.tags() == usual.tags()
    assert [names.keys() for _, names in hostile.elements] == [names.keys() for _, names in usual.elements]


def test_hostile_text_is_shown_and_no_direction_or_control_of_it_is_left() -> None:
    html = status_page(everything(HOSTILE, HOSTILE, HOSTILE_HINT))
    assert "a b<script>alert(1)</script>" in Page(html).text
    assert not set("\x1b\r\u202e\u2028") & set(html)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", None])
def test_only_pages_of_the_web_are_linked(url: str | None) -> None:
    page = Page(status_page(view(replace(repository(), url=url))))
    assert page.attributes("a", "href") == ["metrics"]


def test_a_url_cannot_leave_its_attribute() -> None:
    page = Page(status_page(view(replace(repository(), url="https://forge.example/'\" onclick=x"))))
    assert page.attributes("a", "href") == ["https://forge.example/'\" onclick=x", "metrics"]
    assert page.attributes("a", "onclick") == []


def test_it_loads_its_own_style_sheet_and_nothing_else() -> None:
    page = Page(status_page(everything("harbour", "error", "hint")))
    assert not {"script", "img", "iframe", "style", "form", "object"} & set(page.tags())
    assert page.attributes("link", "href") == ["style.css"]
    assert all("style" not in attributes for _, attributes in page.elements)
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_long_names_and_errors_are_cut() -> None:
    html = status_page(everything("n" * 100_000, "e" * 100_000, "h" * 100_000))
    assert len(html) < 20_000


# --- That everybody can read it ---


def test_it_names_its_language_its_title_and_its_headings() -> None:
    page = Page(status_page(everything("harbour", "error", "hint")))
    assert page.attributes("html", "lang") == ["en"]
    assert page.tags().count("title") == page.tags().count("h1") == page.tags().count("main") == 1
    assert page.attributes("meta", "content")[-1] == "30"
    named = set(page.attributes("h2", "id"))
    assert set(page.attributes("table", "aria-labelledby")) <= named
    assert len(named) == page.tags().count("h2") == 4


def test_tables_tell_their_headers_also_where_they_are_laid_out_as_lists() -> None:
    page = Page(status_page(everything("harbour", "error", "hint")))
    assert set(page.attributes("th", "scope")) == {"col", "row"}
    roles = {"table": "table", "tr": "row", "td": "cell"}
    for tag, attributes in page.elements:
        assert attributes.get("role") == roles.get(tag, attributes.get("role"))
    assert all(page.attributes("td", "data-title"))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_has_enough_contrast(scheme: int) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[scheme]))
    for name in ("text", "faint", "link", "good", "care", "bad", "plain"):
        for back in ("back", "stripe"):
            assert contrast(colours[name], colours[back]) >= 4.5, f"{name} on {back}"


def test_every_class_of_the_page_is_in_the_style_sheet() -> None:
    shown = everything("harbour", "error", "hint")
    runs = [run(outcome=outcome) for outcome in Outcome]
    page = Page(status_page(replace(shown, runs=runs, repositories=[*shown.repositories, IN_TROUBLE])))
    used = {name for _, attributes in page.elements for name in (attributes.get("class") or "").split()}
    assert used
    assert {name for name in used if f".{name} " not in STYLE} == set()


def test_every_kind_of_job_has_its_words() -> None:
    jobs = [queued(number, job=replace(queued().job, kind=kind)) for number, kind in enumerate(JobKind)]
    page = Page(status_page(view(jobs=jobs)))
    assert all(kind.value in page.text for kind in JobKind)


def test_a_run_that_could_not_read_leaves_the_score_that_is_known() -> None:
    known = Known(score=44.75, open_items=12)
    broken = run("pier", Outcome.BROKEN, commit=None, score=None, open_items=None, error="no token")
    page = Page(status_page(view(repository("pier", known=known, last=broken, failures=1))))
    assert "pier 44.75 % 12 " in page.text
