"""GitHub's own description of its API: every request that leaves is held against it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from jsonschema import Draft4Validator, validators
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT4

from github_counterpart.installed import OPENAPI, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from github_counterpart.messages import Request

NAME = "urn:github"
#: Parameters whose values hold slashes, which clients leave as they are.
_LONG = frozenset({"ref", "path", "branch", "basehead", "dir"})
_SIMPLE = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": r"true|false|1|0"}


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    template: str
    values: Mapping[str, str]  # of the parameters in the path


class OpenApi:
    """Loaded once in a session: 13 MB of JSON, in about half a second."""

    def __init__(self) -> None:
        require(OPENAPI)
        self._whole: dict[str, Any] = json.loads(OPENAPI.read_bytes())
        self._registry = Registry().with_resource(NAME, DRAFT4.create_resource(self._whole))
        self.checked: Counter[str] = Counter()  # requests that were held against it, by operation
        self.wrong: Counter[str] = Counter()  # of them, those that it does not allow
        self.find = lru_cache(10_000)(self._find)

    def check(self, request: Request, path: str, *, given: bool = False) -> list[str]:
        """What is wrong with a request; nothing, if all is well. ``path`` is where it leads, in GitHub's own names.

        Where GitHub has given the whole address itself, as that of a next page, its query is not looked at.
        """
        operation = self.find(request.method, path)
        if operation is None:
            return [f"there is no {request.method} {path}"]
        self.checked[f"{operation.method} {operation.template}"] += 1
        wrong = [*self._parameters(operation, request, given=given), *self._body(operation, request)]
        self.wrong[f"{operation.method} {operation.template}"] += bool(wrong)
        return wrong

    # --- Which operation ----------------------------------------------------------------------------

    def _find(self, method: str, path: str) -> Operation | None:
        for pattern, template, names in self._patterns:
            if method.lower() in self._whole["paths"][template] and (match := pattern.fullmatch(path)):
                return Operation(method, template, dict(zip(names, map(unquote, match.groups()), strict=True)))
        return None

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str, list[str]]]:
        """The more is fixed in a path, the sooner it is tried."""
        found = []
        for template in sorted(self._whole["paths"], key=_rank):
            names = re.findall(r"\{(\w+)\}", template)
            source = re.sub(
                r"\\\{(\w+)\\\}", lambda name: "(.+)" if name[1] in _LONG else "([^/]+)", re.escape(template)
            )
            found.append((re.compile(source), template, names))
        return found

    # --- Parameters ---------------------------------------------------------------------------------

    def _parameters(self, operation: Operation, request: Request, *, given: bool) -> Iterator[str]:
        known = {(one["in"], one["name"]): one for one in self._known(operation)}
        for name, value in operation.values.items():
            yield from _plain(name, value, known.get(("path", name), {}))
        if given:
            return
        for name, value in request.query:
            if ("query", name) not in known:
                yield f"no parameter `{name}`"
            else:
                yield from _plain(name, value, known["query", name])
        asked = dict(request.query)
        for (place, name), one in known.items():
            if place == "query" and one.get("required") and name not in asked:
                yield f"`{name}` is missing"

    def _known(self, operation: Operation) -> Iterator[dict[str, Any]]:
        path = self._whole["paths"][operation.template]
        for one in (*path.get("parameters", ()), *path[operation.method.lower()].get("parameters", ())):
            yield self._resolved(one)

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in value:
            found: Any = self._whole
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            value = found
        return value

    # --- The body -----------------------------------------------------------------------------------

    def _body(self, operation: Operation, request: Request) -> Iterator[str]:
        described = self._whole["paths"][operation.template][operation.method.lower()].get("requestBody")
        if described is None:
            if request.body:
                yield "has a body, and none is known"
            return
        if not request.body:
            if described.get("required"):
                yield "has no body"
            return
        if "json" not in request.headers.get("content-type", "application/json"):
            yield f"its body is {request.headers['content-type']}"
            return
        if request.json is None and request.body.strip() != b"null":
            yield "its body is no JSON"
            return
        pointer = "/".join(
            (
                "#/paths",
                _escaped(operation.template),
                operation.method.lower(),
                "requestBody/content/application~1json/schema",
            )
        )
        yield from self.problems(pointer, request.json)

    def problems(self, pointer: str, value: object) -> Iterator[str]:
        """What is wrong with a value, by the schema at a place such as `#/components/schemas/issue`."""
        error = best_match(self._validator(pointer).iter_errors(value))
        if error is not None:
            yield f"{error.json_path}: {_short(error.message)}"
        schema: Any = {"$ref": pointer}
        yield from (f"no key `{name}`" for name in self._unknown(schema, value))

    @cache  # noqa: B019 - there is one of us in a session
    def _validator(self, pointer: str) -> Any:  # noqa: ANN401 - a class that jsonschema makes
        return _Validator({"$ref": f"{NAME}{pointer}"}, registry=self._registry)

    def _unknown(self, schema: dict[str, Any], value: object, at: str = "") -> Iterator[str]:
        """Keys that no part of a schema speaks of. GitHub would take them and do nothing."""
        schema = self._resolved(schema)
        if isinstance(value, list):
            for place, one in enumerate(value):
                for part in self._parts(schema):
                    if "items" in part:
                        yield from self._unknown(part["items"], one, f"{at}[{place}]")
        if not isinstance(value, dict):
            return
        parts = [part for part in self._parts(schema) if "properties" in part or "additionalProperties" in part]
        if not parts or any(part.get("additionalProperties") for part in parts):
            return
        for key, one in value.items():
            places = [part["properties"][key] for part in parts if key in part.get("properties", {})]
            if not places:
                yield f"{at}.{key}".lstrip(".")
            elif len(places) == 1:
                yield from self._unknown(places[0], one, f"{at}.{key}")

    def _parts(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        schema = self._resolved(schema)
        yield schema
        for word in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(word, ()):
                yield from self._parts(part)

    # --- Answers ------------------------------------------------------------------------------------

    def answer_problems(self, method: str, template: str, status: int, value: object) -> list[str]:
        """What is wrong with an answer of our own."""
        described = self._whole["paths"][template][method.lower()]["responses"]
        if str(status) not in described:
            return [f"{method} {template} never answers {status}"]
        answer = self._resolved(described[str(status)])
        if "content" not in answer:
            return [] if value is None else ["has a body, and none is known"]
        where = described[str(status)].get("$ref") or "/".join(
            ("#/paths", _escaped(template), method.lower(), "responses", str(status))
        )
        media = next(name for name in answer["content"] if "json" in name)
        return list(self.problems(f"{where}/content/{_escaped(media)}/schema", value))


def _rank(template: str) -> tuple[int, list[bool], str]:
    parts = template.split("/")
    return (-len(parts), [part.startswith("{") for part in parts], template)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _short(message: str) -> str:
    """A message begins with the whole value that is wrong."""
    return message if len(message) <= 200 else f"{message[:100]} … {message[-100:]}"


def _plain(name: str, value: str, described: Mapping[str, Any]) -> Iterator[str]:
    """A value in a path or query, which is text in any case."""
    schema = described.get("schema", {})
    pattern = _SIMPLE.get(schema.get("type", ""))
    if pattern is not None and not re.fullmatch(pattern, value):
        yield f"`{name}` is no {schema['type']}: {value!r}"
    if "enum" in schema and value not in map(str, schema["enum"]):
        yield f"`{name}` is none of {schema['enum']}: {value!r}"


def _type(validator: Any, types: Any, value: object, schema: Mapping[str, Any]) -> Iterator[ValidationError]:  # noqa: ANN401 - as jsonschema calls it
    if not (value is None and schema.get("nullable")):
        yield from Draft4Validator.VALIDATORS["type"](validator, types, value, schema)


def _enum(validator: Any, values: Any, value: object, schema: Mapping[str, Any]) -> Iterator[ValidationError]:  # noqa: ANN401 - as jsonschema calls it
    if not (value is None and schema.get("nullable")):  # GitHub's lists leave null out
        yield from Draft4Validator.VALIDATORS["enum"](validator, values, value, schema)


def _nullable(word: str) -> Any:  # noqa: ANN401 - as jsonschema calls it
    def check(validator: Any, parts: Any, value: object, schema: Mapping[str, Any]) -> Iterator[ValidationError]:  # noqa: ANN401 - as jsonschema calls it
        if not (value is None and schema.get("nullable")):
            yield from Draft4Validator.VALIDATORS[word](validator, parts, value, schema)

    return check


_Validator = validators.extend(
    Draft4Validator,
    {"type": _type, "enum": _enum, **{word: _nullable(word) for word in ("oneOf", "anyOf", "allOf")}},
)
