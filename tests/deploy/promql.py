"""Reads PromQL as far as our rules and dashboards use it: an expression that it takes is well formed.

It knows selectors, ranges, offsets, functions by their number of arguments, aggregations with their labels, operators
with their matching, and nothing of types: whether a range stands where one is needed is Prometheus' to judge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

FUNCTIONS = {"rate": 1, "increase": 1, "histogram_quantile": 2, "time": 0, "abs": 1, "vector": 1, "max_over_time": 1}
"""The functions that we use, with how many arguments each takes."""
AGGREGATIONS = ("sum", "max", "min", "avg", "count")
DURATION = r"(?:\d+(?:ms|[smhdwy]))+|\$__rate_interval"
TOKEN = re.compile(
    rf"""\s*(?:
      (?P<duration>{DURATION})(?![\w.])
    | (?P<number>\d+(?:\.\d+)?)(?![\w.])
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<word>[a-zA-Z_][a-zA-Z0-9_:]*)
    | (?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){{}}\[\],])
    )""",
    re.VERBOSE,
)
BINARY = frozenset(["+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">=", "and", "or", "unless"])
MATCHERS = frozenset(["=", "!=", "=~", "!~"])


class NoPromql(Exception):
    """This is no expression, or none of the kind that we use."""


@dataclass
class Found:
    """The series that an expression asks for: {name: the labels that it speaks of}."""

    series: dict[str, set[str]] = field(default_factory=dict)


def read(text: str) -> Found:
    """What an expression asks for.

    Raises:
        NoPromql: with the place where it stops making sense.
    """
    reader = _Reader(list(_tokens(text)), text)
    reader.expression()
    reader.end()
    return reader.found


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise NoPromql(f"{text[at : at + 20]!r} is nothing")
        assert match.lastgroup is not None
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


class _Reader:
    """Goes through the tokens once, from left to right."""

    def __init__(self, tokens: list[tuple[str, str]], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._at = 0
        self.found = Found()

    def expression(self) -> set[str]:
        """Operands with operators between them; gives the series in it."""
        names = self._operand()
        while self._peek()[1] in BINARY:
            self._next()
            if self._peek()[1] in ("on", "ignoring"):
                self._next()
                self._labels(names)
            names |= self._operand()
        return names

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise self._wrong("nothing more")

    def _operand(self) -> set[str]:
        kind, token = self._next()
        if token == "-":
            return self._operand()
        if token == "(":
            names = self.expression()
            self._take(")")
        elif kind == "number":
            return set()
        elif kind != "word" or token in BINARY:
            self._at -= 1
            raise self._wrong("an operand")
        elif token in AGGREGATIONS:
            names = self._aggregation()
        elif self._peek()[1] == "(":
            names = self._function(token)
        else:
            names = self._selector(token)
        return self._suffixed(names)

    def _aggregation(self) -> set[str]:
        labels: set[str] = set()
        if self._peek()[1] in ("by", "without"):
            self._next()
            labels = self._labels(set())
        self._take("(")
        names = self.expression()
        self._take(")")
        self._speaks_of(names, labels)
        if self._peek()[1] in ("by", "without"):
            self._next()
            self._labels(names)
        return names

    def _function(self, name: str) -> set[str]:
        if name not in FUNCTIONS:
            raise NoPromql(f"{name} is no function that we use")
        self._take("(")
        names: set[str] = set()
        count = 0
        while self._peek()[1] != ")":
            if count:
                self._take(",")
            names |= self.expression()
            count += 1
        self._take(")")
        if count != FUNCTIONS[name]:
            raise NoPromql(f"{name} takes {FUNCTIONS[name]} arguments, not {count}")
        return names

    def _selector(self, name: str) -> set[str]:
        self.found.series.setdefault(name, set())
        if self._peek()[1] == "{":
            self._next()
            while self._peek()[1] != "}":
                kind, label = self._next()
                if kind != "word" or self._next()[1] not in MATCHERS or self._next()[0] != "string":
                    raise self._wrong("a matcher")
                self.found.series[name].add(label)
                if self._peek()[1] != "}":
                    self._take(",")
            self._take("}")
        return {name}

    def _suffixed(self, names: set[str]) -> set[str]:
        if self._peek()[1] == "[":
            self._next()
            self._duration()
            self._take("]")
        if self._peek()[1] == "offset":
            self._next()
            self._duration()
        return names

    def _duration(self) -> None:
        if self._next()[0] != "duration":
            raise self._wrong("a duration")

    def _labels(self, names: set[str]) -> set[str]:
        self._take("(")
        labels: set[str] = set()
        while self._peek()[1] != ")":
            if labels:
                self._take(",")
            labels.add(self._next()[1])
        self._take(")")
        self._speaks_of(names, labels)
        return labels

    def _speaks_of(self, names: set[str], labels: set[str]) -> None:
        for name in names:
            self.found.series[name] |= labels

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token[0] == "end":
            raise self._wrong("something more")
        self._at += 1
        return token

    def _take(self, wanted: str) -> None:
        if self._peek()[1] != wanted:
            raise self._wrong(repr(wanted))
        self._at += 1

    def _wrong(self, wanted: str) -> NoPromql:
        return NoPromql(f"{wanted} is missing before {self._peek()[1]!r} in {self._text!r}")
