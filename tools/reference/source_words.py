"""Words that stand in the source but not in the running program: below a value of an enumeration, in an error."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import connector

_ROOT = Path(next(iter(connector.__path__))).parent
_VERBS = frozenset({"get", "post", "put", "delete"})
_BEFORE_EVERY_ADDRESS = ("connector.http", "connector.access.gate", "connector.access.idempotency")
"""Modules that a request goes through wherever it goes."""
VARIES = "4xx"
"""A status that is decided while the program runs."""


def meanings(enumeration: type[StrEnum]) -> dict[str, str]:
    """Each value with the string that stands below it.

    Raises:
        ValueError: a value has none.
    """
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(enumeration))).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - for mypy: the source of a class is a class
    found: dict[str, str] = {}
    name = ""
    for statement in definition.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]):
                pass
            case ast.Expr(value=ast.Constant(value=str(words))) if name:
                found[enumeration[name].value] = " ".join(words.split())
    if missing := [member.name for member in enumeration if member.value not in found]:
        raise ValueError(f"{enumeration.__name__}: say in a string below what it means: {', '.join(missing)}")
    return found


@dataclass(frozen=True, slots=True)
class Route:
    """An address of the program, and the method of a class that answers there."""

    method: str
    path: str
    handler: str


@dataclass(frozen=True, slots=True, order=True)
class ErrorAnswer:
    """An answer that is an error, as it stands in the source; what varies in its words is shown as ``…``."""

    status: str
    code: str
    message: str
    hint: str


def routes(part: type) -> list[Route]:
    """The addresses that a part of the program adds, read from its ``add_to``."""
    (method,) = ast.parse(textwrap.dedent(inspect.getsource(part.add_to))).body  # type: ignore[attr-defined] # a duck
    found = []
    for node in ast.walk(method):
        match node:
            case ast.Call(
                func=ast.Attribute(attr=str(verb)),
                args=[ast.Constant(value=str(path)), ast.Attribute(attr=str(handler)), *_],
            ) if verb in _VERBS:
                found.append(Route(verb.upper(), path, handler))
    return sorted(found, key=lambda route: route.path)


def errors_of(module: str) -> list[ErrorAnswer]:
    """The error answers in a module and in the modules of this program that it imports by name."""
    found = set(_errors_in(_tree(module)))
    for name in _imports(_tree(module)):
        if name not in _BEFORE_EVERY_ADDRESS and (_ROOT / f"{name.replace('.', '/')}.py").is_file():
            found.update(_errors_in(_tree(name)))
    return sorted(found)


def errors_everywhere() -> list[ErrorAnswer]:
    """The error answers that any address may give."""
    return sorted({error for module in _BEFORE_EVERY_ADDRESS for error in _errors_in(_tree(module))})


def _tree(module: str) -> ast.Module:
    return ast.parse((_ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> set[str]:
    return {node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module}


def _errors_in(tree: ast.Module) -> Iterator[ErrorAnswer]:
    named = sorted(
        (node.lineno, target.id, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="ApiError"), args=[status, ast.Constant(value=str(code)), message, hint, *_]
            ):
                number = str(status.value) if isinstance(status, ast.Constant) else VARIES
                texts = {name: value for line, name, value in named if line < node.lineno}
                yield ErrorAnswer(number, code, _text(message, texts), _text(hint, texts))
            case _:
                pass


def _text(node: ast.expr, texts: dict[str, ast.expr]) -> str:
    """The words of a string in the source."""
    match node:
        case ast.Constant(value=str(words)):
            return words
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case ast.Name(id=name) if name in texts:
            return _text(texts[name], texts)
        case _:
            return "…"
