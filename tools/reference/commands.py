"""The commands: what each does, its arguments, options and exit codes, from the functions that run."""

import inspect
import json
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, DefaultPlaceholder, OptionInfo

from connector.cli import main
from tools.reference.markdown import code, table

PROGRAM = "qoo10-connector"


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument (``spellings`` is empty) or an option of a command."""

    name: str
    spellings: tuple[str, ...]
    takes: str
    default: str
    required: bool
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its words, as typed, and what its docstring says."""

    words: tuple[str, ...]
    about: str
    parameters: tuple[Parameter, ...]

    @property
    def synopsis(self) -> str:
        """How it is called."""
        arguments = [each.name if each.required else f"[{each.name}]" for each in self.parameters if not each.spellings]
        needed = [f"{each.spellings[0]} {each.takes}" for each in self.parameters if each.spellings and each.required]
        return " ".join([PROGRAM, *self.words, *arguments, *needed])


def commands(group: typer.Typer = main, before: tuple[str, ...] = ()) -> Iterator[Command]:
    """Every command that people see."""
    for info in group.registered_commands:
        function = info.callback
        if info.hidden or function is None:
            continue
        words = (*before, info.name or function.__name__.strip("_").replace("_", "-"))
        yield Command(words, inspect.getdoc(function) or "", tuple(_parameters(function)))
    for inner in group.registered_groups:
        if inner.typer_instance is not None and not isinstance(inner.name, DefaultPlaceholder):
            yield from commands(inner.typer_instance, (*before, str(inner.name)))


def lines() -> list[str]:
    """The part about commands."""
    written = ["## Commands", "", f"`{PROGRAM} COMMAND --help` says the same. Exit codes stand with each command."]
    for command in commands():
        if "Exit codes:" not in command.about:
            raise ValueError(f"{' '.join(command.words)}: say its exit codes in the docstring")
        written += ["", f"### `{' '.join((PROGRAM, *command.words))}`", "", code(command.synopsis), "", command.about]
        rows = [
            (", ".join(map(code, each.spellings)) or code(each.name), code(each.takes), each.default, each.help)
            for each in command.parameters
        ]
        if rows:
            written += ["", *table(("argument or option", "takes", "default", "meaning"), rows)]
    return written


def _parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        annotation, *about = get_args(hints[name]) if get_origin(hints[name]) is Annotated else (hints[name],)
        (info,) = [each for each in about if isinstance(each, ArgumentInfo | OptionInfo)]
        required = parameter.default is inspect.Parameter.empty
        default = "must be given" if required else _default(parameter.default)
        words = " ".join((info.help or "").replace("\\[", "[").split())
        if isinstance(info, OptionInfo):
            # Beside a type, Typer takes the first spelling for the default.
            written = [each for each in (info.default, *(info.param_decls or ())) if isinstance(each, str)]
            spellings = tuple(written or [f"--{name.replace('_', '-')}"])
            yield Parameter(name, spellings, _takes(annotation), default, required, words)
        else:
            yield Parameter(str(info.metavar or name.upper()), (), _takes(annotation), default, required, words)


def _default(value: object) -> str:
    return "" if value is None or value is False or value == "" else code(json.dumps(value, default=str).strip('"'))


def _takes(annotation: Any) -> str:
    """What is written after the option; nothing for a switch."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _takes(next(each for each in inner if each is not type(None)))
    if origin is list:
        return f"{_takes(inner[0])} ..."
    if annotation is bool:
        return ""
    if hasattr(annotation, "__members__"):
        return "|".join(str(member.value) for member in annotation)
    return {"str": "TEXT", "int": "NUMBER", "float": "NUMBER", "Path": "PATH", "datetime": "TIME"}[annotation.__name__]
