"""Every case of every golden document; README.md beside this file has the format."""

from __future__ import annotations

import pytest
from golden_cases import FOLDER, Case, load_cases
from golden_facts import compare, describe

from gapkeeper.reading import read_register


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in load_cases() if case.expected])
def test_documents_are_read_as_the_case_says(case: Case) -> None:
    around = case.repository
    paths = {document.path for document in case.documents}
    register = read_register(
        case.documents,
        case.rules,
        exists=None if around is None else lambda path: path in paths or around.exists(path),
        commit_dates=None if around is None else around.commit_dates,
    )
    wrong = compare(case.expected, register, case.file)
    if wrong:
        place = f"{FOLDER.name}/{case.file}:{case.line}"
        pytest.fail(
            "\n".join([f"{place}: {case.title}", *wrong, "", "What was read:", describe(register)]), pytrace=False
        )
