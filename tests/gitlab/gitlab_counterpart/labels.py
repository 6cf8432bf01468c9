"""Labels of a project, and those of its issues."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from github_counterpart.messages import Answer
from gitlab_counterpart import shapes
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import bad_fields, bad_request, not_found, told
from gitlab_counterpart.pages import page
from gitlab_counterpart.world import Label, Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.world import Issue, MergeRequest

#: Of a label that is made because an issue names it.
DEFAULT_COLOR = "#6699cc"
_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_NAMED = {"red": "#FF0000", "blue": "#0000FF", "green": "#008000", "grey": "#808080"}


@route("GET ~/labels")
def labels(call: Call) -> Answer:
    wanted = call.text("search").lower()
    there = sorted((one for one in call.project.labels.values() if wanted in one.name.lower()), key=lambda o: o.name)
    counts = call.flag("with_counts") or False
    return page(call, there, lambda one: shapes.label(call.project, one, counts=counts))


@route("GET ~/labels/{label_id}")
def one_label(call: Call) -> Answer:
    return Answer(200, shapes.label(call.project, _named(call), counts=False))


@route("POST ~/labels")
def create_label(call: Call) -> Answer:
    call.require(Role.PLANNER)
    call.needs("name", "color")
    name = call.text("name").strip()
    if name in call.project.labels:
        raise told(409, "Label already exists")
    made = Label(call.gitlab.new_id(), name, _color(call), call.text("description") or None)
    _validate(made)
    call.project.labels[name] = made
    return Answer(201, shapes.label(call.project, made, counts=False))


@route("PUT ~/labels/{label_id}", "PUT ~/labels")
def change_label(call: Call) -> Answer:
    call.require(Role.PLANNER)
    if not {"new_name", "color", "description", "priority"} & call.params.keys():
        raise bad_request("new_name, color, description, priority are missing, at least one parameter must be provided")
    one = _named(call)
    name = call.text("new_name", one.name)
    if name != one.name and name in call.project.labels:
        raise bad_fields(title="has already been taken")
    changed = Label(one.id, name, _color(call, one.color), call.text("description", one.description or "") or None)
    _validate(changed)
    del call.project.labels[one.name]
    call.project.labels[name] = changed
    for owner in _owners(call):
        owner.labels = [name if label == one.name else label for label in owner.labels]
    return Answer(200, shapes.label(call.project, changed, counts=False))


@route("DELETE ~/labels/{label_id}", "DELETE ~/labels")
def delete_label(call: Call) -> Answer:
    call.require(Role.PLANNER)
    one = _named(call)
    del call.project.labels[one.name]
    for owner in _owners(call):
        owner.labels = [label for label in owner.labels if label != one.name]
    return Answer(204)


def known(call: Call, names: list[str]) -> list[str]:
    """Those labels that there are, each once; what is missing is made, by whoever may make labels."""
    found = []
    for name in dict.fromkeys(names):
        if name not in call.project.labels and call.may(Role.PLANNER) and _is_title(name):
            call.project.labels[name] = Label(call.gitlab.new_id(), name, DEFAULT_COLOR)
        if name in call.project.labels:
            found.append(name)
    return found


def exclusive(names: list[str], *, scoped: bool) -> list[str]:
    """Of each scope the last one stays: of `status::open` and `status::blocked` the second. Premium alone does it."""
    if not scoped:
        return names
    last = {name.rpartition("::")[0]: name for name in names if "::" in name}
    return [name for name in names if last.get(name.rpartition("::")[0], name) == name or "::" not in name]


def _owners(call: Call) -> list[Issue | MergeRequest]:
    return [*call.project.issues.values(), *call.project.requests.values()]


def _named(call: Call) -> Label:
    named = call.values.get("label_id") or call.text("label_id") or call.text("name")
    there = call.project.labels
    found = there.get(named) or next((one for one in there.values() if str(one.id) == named), None)
    if found is None:
        raise not_found("Label")
    return found


def _color(call: Call, default: str = "") -> str:
    color = call.text("color", default)
    return _NAMED.get(color.lower(), color)


def _is_title(name: str) -> bool:
    return 0 < len(name) <= 255 and "," not in name


def _validate(label: Label) -> None:
    if not _COLOR.fullmatch(label.color):
        raise bad_fields(color="must be a valid color code")
    if len(label.name) > 255:
        raise bad_fields(title="is too long (maximum is 255 characters)")
    if not _is_title(label.name):
        raise bad_fields(title="is invalid")
