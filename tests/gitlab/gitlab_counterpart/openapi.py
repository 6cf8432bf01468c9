"""GitLab's own description of its API, where the corpus has it beside it: paths, and the names of what they take.

Types in it are wrong, and labels, notes and milestones are missing: what it does not know it says nothing about.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from github_counterpart.messages import Request

#: What every request may have beside what is described.
ANYWHERE = frozenset({"id", "page", "per_page", "pagination", "private_token"})
#: Described nowhere, and in GitLab's documentation of the same version.
DOCUMENTED = {"/projects/{}/repository/tree": {"page_token"}, "/projects/{}/repository/commits": {"ref_name"}}
_PARAMETER = re.compile(r"\{\w+\}")


@dataclass
class OpenApi:
    """Every operation and the names that it takes; and what was held against it."""

    operations: dict[str, frozenset[str]]  # "POST /projects/{}/issues" -> names
    checked: Counter[str] = field(default_factory=Counter)

    def check(self, name: str, request: Request) -> list[str]:
        """What is wrong with a request; nothing where its path is not described. ``name`` is that of its route."""
        name = _PARAMETER.sub("{}", name)
        known = self.operations.get(name)
        if known is None:
            return []
        self.checked[name] += 1
        known |= ANYWHERE | DOCUMENTED.get(name.partition(" ")[2], set())
        sent = {key.removesuffix("[]") for key, _ in request.query}
        if isinstance(request.json, dict):
            sent |= request.json.keys()
        return [f"{name} takes no {key}" for key in sorted(sent - known)]


@cache
def described() -> OpenApi | None:
    """Read in a second, once in a session; None where there is no corpus."""
    corpus = os.environ.get("GAPKEEPER_CORPUS")
    path = Path(corpus or "").parent / "contracts/gitlab/openapi_v2.yaml"
    if not corpus or not path.is_file():
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast, and not everywhere
    whole = yaml.load(path.read_bytes(), loader)  # noqa: S506 - both are safe
    operations = {
        f"{method.upper()} {_PARAMETER.sub('{}', template.removeprefix('/api/v4'))}": frozenset(_names(whole, one))
        for template, methods in whole["paths"].items()
        for method, one in methods.items()
        if isinstance(one, dict)
    }
    return OpenApi(operations)


def _names(whole: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "body":
            schema = parameter["schema"]
            schema = whole["definitions"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            found |= schema.get("properties", {}).keys()
        else:
            found.add(parameter["name"].removesuffix("[]"))
    return found
