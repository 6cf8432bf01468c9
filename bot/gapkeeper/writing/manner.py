"""What is written for a status at a place: as the nearest neighbours write it, else in their manner."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import Rank, Status
from gapkeeper.reading.blocks import Table
from gapkeeper.reading.lexicon import usual_emoji
from gapkeeper.writing.samples import Sample, Shape, read_sample, render
from gapkeeper.writing.wish import LEVELS
from gapkeeper.writing.words import DEFAULT, language_of, usual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gapkeeper.writing.page import Page
    from gapkeeper.writing.wish import Spot, Wish


#: Statuses whose usual emoji is understood without a legend: ✅ ⏳ 🚧 🔒.
KNOWN_BY_EMOJI = {Status.RESOLVED, Status.PENDING, Status.IN_PROGRESS, Status.BLOCKED}


@dataclass(frozen=True)
class Manner:
    """How one document writes statuses."""

    page: Page
    fallback: Callable[[], str | None]  # the language of all documents, for one that does not tell

    def text(self, wish: Wish, spot: Spot) -> str:
        """The status alone, without a date."""
        now = read_sample(self.page.context, spot.own) if spot.own else None
        if wish.level:
            language = self.language if wish.level == 1 else DEFAULT
            case = now.shape.case if now and spot.form is StatusForm.MARKER else "capital"
            return self._cased(usual(wish.status, language), case, language, " ")
        scopes = [list(spot.near), *self._scopes(spot.form)]
        near = next((s for s in scopes if s), [])
        like = next(
            (found for s in scopes if (found := _most(x for x in s if x.status is wish.status and x.plain))), None
        )
        shape = _most_shape([*([now] if now else []), *near])
        if spot.form is StatusForm.MARKER and now is not None:
            shape = now.shape
        elif like is not None and like in near:
            return render(like.word, like.emoji, like.shape)
        emoji = self.emoji(wish.status) if shape.emoji else ""
        emoji = like.emoji if shape.emoji and like is not None and like.emoji else emoji
        if shape.emoji == "alone" and emoji:
            return render("", emoji, shape)
        if like is not None and like.word:
            return render(self._recased(like.word, shape), emoji, shape)
        joint = next((s.shape.joint for s in near if s.shape.joint != " " and s.shape.case == shape.case), " ")
        word = self._cased(usual(wish.status, self.language), shape.case, self.language, joint)
        return render(word, emoji, shape)

    def dated(self, text: str, wish: Wish) -> str:
        """A status with the day that it is written, where one is wanted."""
        if wish.date is None:
            return text
        return f"{text} ({self.day(wish)})"

    def day(self, wish: Wish) -> str:
        """The day that is written beside a status."""
        reopened = wish.reopens and (self.language == DEFAULT or wish.level == LEVELS[-1])
        return f"{'reopened ' if reopened else ''}{wish.date:%Y-%m-%d}"

    def emoji(self, status: Status, *, alone: bool = False) -> str:
        """The emoji that the document writes for a status, or the usual one; empty where there is none.

        Only those that everybody understands are used, unless the document writes others, or one has to stand there
        ``alone``.
        """
        written = Counter(s.emoji for s in self.samples if s.status is status and s.emoji)
        if written:
            return written.most_common(1)[0][0]
        legend = self.page.context.legend
        from_legend = next((emoji for emoji, meaning in legend.items() if meaning is status), None)
        if from_legend is not None:
            return from_legend
        emoji = usual_emoji().get(status, "") if alone or status in KNOWN_BY_EMOJI else ""
        return emoji if emoji and legend.get(emoji, status) is status else ""

    def word(self, wish: Wish) -> str:
        """The status as a plain word, as it stands in parentheses."""
        like = None if wish.level else _most(s for s in self.samples if s.status is wish.status and s.plain and s.word)
        if like is not None:
            return self._recased(like.word, Shape())
        language = self.language if wish.level < LEVELS[-1] else DEFAULT
        return self._cased(usual(wish.status, language), "capital", language, " ")

    def noted(self, wish: Wish) -> str:
        """What stands in parentheses behind an ID or a title: `Resolved`, `Open, reopened 2026-11-24`."""
        return self.word(wish) if wish.date is None else f"{self.word(wish)}, {self.day(wish)}"

    @property
    def writes_fields(self) -> bool:
        """Whether fields under headings state statuses."""
        return any(form in {StatusForm.FIELD, StatusForm.LINE} for _, form, _ in self._placed)

    @property
    def strikes(self) -> bool:
        """Whether what is done is struck through."""
        return any(said.form is StatusForm.STRIKE for _, said in self.page.places)

    @property
    def strikes_titles(self) -> bool:
        """Whether rows are struck in more than one cell."""
        strikes = (
            sum(s.form is StatusForm.STRIKE for s in x.statuses) for x in self.page.statements if x.rank is Rank.ROW
        )
        return any(count > 1 for count in strikes)

    @property
    def leads_with_emoji(self) -> bool:
        """Whether list entries have an emoji before their ID."""
        return any(
            rank is Rank.LIST and form is StatusForm.MARKER and sample.shape.emoji == "alone"
            for rank, form, sample in self._placed
        )

    @cached_property
    def language(self) -> str:
        """The language of the document's status words and field names."""
        words = (sample.word for sample in self.samples if sample.word)
        return language_of(words, self._names()) or self.fallback() or DEFAULT

    @cached_property
    def samples(self) -> list[Sample]:
        """Every status of the document that can be told from what is said beside it."""
        return [sample for _, _, sample in self._placed]

    @cached_property
    def _placed(self) -> list[tuple[Rank, StatusForm, Sample]]:
        found: list[tuple[Rank, StatusForm, Sample]] = []
        for statement, status in self.page.places:
            if status.form in {StatusForm.CHECKBOX, StatusForm.STRIKE}:
                continue
            text = self.page.text(status.span.start, status.span.end)
            sample = read_sample(self.page.context, text) if status.known else None
            if sample is not None and sample.status is status.status:
                found.append((statement.rank, status.form, sample))
        return found

    def _scopes(self, form: StatusForm) -> Iterator[list[Sample]]:
        """What stands in the same form, in a like form, and anywhere."""
        cells = {StatusForm.CELL, StatusForm.FIELD}
        for forms in ({form}, cells if form in cells else {form}):
            yield [sample for _, found, sample in self._placed if found in forms]
        yield self.samples

    def _names(self) -> Iterator[str]:
        for block in self.page.blocks:
            if isinstance(block, Table):
                yield from (cell.text for cell in block.head)
                if len(block.head) == 2:
                    yield from (row.cells[0].text for row in block.rows)

    def _recased(self, word: str, shape: Shape) -> str:
        if shape.case == "upper":
            return word.upper()
        if shape.case == "lower":
            return word.lower()
        return word if not word.isupper() and not word.islower() else word[:1].upper() + word[1:].lower()

    def _cased(self, word: str, case: str, language: str, joint: str) -> str:
        if case == "capital" and language == DEFAULT and self._titled:
            word = " ".join(part[:1].upper() + part[1:] for part in word.split(" "))
        word = word.upper() if case == "upper" else word.lower() if case == "lower" else word
        return word.replace(" ", joint)

    @cached_property
    def _titled(self) -> bool:
        """Whether English phrases are written `Not Started`, as most are, and not `Not started`."""
        phrases = [s.word for s in self.samples if " " in s.word and s.shape.case == "capital"]
        return not phrases or sum(p.istitle() for p in phrases) * 2 >= len(phrases)


def _most(samples: Iterable[Sample]) -> Sample | None:
    """The sample that is written most often; of several the first."""
    counted = Counter(samples)
    return max(counted, key=lambda s: counted[s], default=None)


def _most_shape(samples: Iterable[Sample]) -> Shape:
    counted = Counter(sample.shape for sample in samples)
    return max(counted, key=lambda s: counted[s], default=Shape())
