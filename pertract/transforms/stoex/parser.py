"""Text to expressions, by the grammar of the Palladio Component Model.

From weakest to strongest: ``?:``; ``AND``; ``OR XOR``; comparisons (at most one); ``+ -``; ``* / %``;
``^`` (at most one); ``-`` and ``NOT`` in front. So ``AND`` binds weaker than ``OR``, and ``-2 ^ 2`` is 4.
The grammar that original PerTract came with takes only one ``+`` or ``-`` without parentheses; more are
read here from left to right.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from .tree import (
    CHARACTERISATIONS,
    DISTRIBUTIONS,
    INT_MOST,
    Binary,
    Call,
    Choice,
    Distribution,
    Expression,
    ExpressionProblem,
    Literal,
    Unary,
    Value,
    Variable,
)

_WHOLE = r"(?:0|[1-9][0-9]*)"
_TOKEN = re.compile(
    rf"(?P<blank>\s+|/\*.*?\*/|//[^\r\n]*)"
    rf"|(?P<double>{_WHOLE}(?:\.[0-9]*)?[eE][+-]?{_WHOLE}(?![0-9.])|{_WHOLE}\.[0-9]*(?![eE]))"
    rf"|(?P<int>{_WHOLE}(?![0-9.eE]))"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
    r"""|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"|(?P<sign><>|<=|>=|==|[<>+\-*/%^()\[\];,.?:])",
    re.DOTALL | re.ASCII,
)
_KEYWORDS = frozenset((*CHARACTERISATIONS, *DISTRIBUTIONS, "AND", "OR", "XOR", "NOT", "ordered"))
_LEVELS = (("AND",), ("OR", "XOR"), ("<", ">", "<=", ">=", "==", "<>"), ("+", "-"), ("*", "/", "%"), ("^",))
_ONCE = (2, 5)  # levels where a second operator is not allowed
_TOLERANCE = 1e-6  # of a sum of probabilities


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


def parse(text: str) -> Expression:
    """Return the tree of an expression.

    Raises
    ------
    ExpressionProblem
        If the text does not follow the grammar, an INT has more than 32 bit, or the probabilities of a
        distribution do not sum to 1; the message tells the position, counted from 1.
    """
    try:
        return _Parser(text).whole()
    except RecursionError as error:
        raise ExpressionProblem(f"'{text[:60]}...' is nested too deeply") from error


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[_Token] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise self.error(position, _advice(text[position:]))
            if match.lastgroup != "blank":
                self.tokens.append(_Token(str(match.lastgroup), match.group(), position))
            position = match.end()
        self.tokens.append(_Token("end", "", len(text)))
        self.next = 0

    def error(self, position: int, what: str) -> ExpressionProblem:
        shown = self.text if len(self.text) <= 100 else f"{self.text[:97]}..."
        return ExpressionProblem(f"'{shown}' is no stochastic expression: {what} at character {position + 1}")

    def unexpected(self, wanted: str) -> ExpressionProblem:
        token = self.tokens[self.next]
        found = f"found '{token.text}'" if token.text else "found the end"
        return self.error(token.position, f"expected {wanted}, {found}")

    def at(self, *texts: str) -> bool:
        token = self.tokens[self.next]
        return token.kind in ("sign", "word") and token.text in texts

    def take(self, *texts: str) -> str:
        if not self.at(*texts):
            raise self.unexpected(" or ".join(f"'{t}'" for t in texts))
        self.next += 1
        return self.tokens[self.next - 1].text

    def whole(self) -> Expression:
        found = self.choice()
        if self.tokens[self.next].kind != "end":
            raise self.unexpected("an operator or the end")
        return found

    def choice(self) -> Expression:
        condition = self.level(0)
        if not self.at("?"):
            return condition
        self.take("?")
        then = self.level(0)
        self.take(":")
        return Choice(condition, then, self.level(0))

    def level(self, number: int) -> Expression:
        if number == len(_LEVELS):
            return self.front()
        left = self.level(number + 1)
        while self.at(*_LEVELS[number]):
            operator = self.take(*_LEVELS[number])
            left = Binary(operator, left, self.level(number + 1))
            if number in _ONCE and self.at(*_LEVELS[number]):
                raise self.unexpected(f"parentheses around one '{operator}'")
        return left

    def front(self) -> Expression:
        if self.at("-", "NOT"):
            return Unary(self.take("-", "NOT"), self.front())
        return self.atom()

    def atom(self) -> Expression:
        token = self.tokens[self.next]
        if token.kind in ("int", "double"):
            return Literal(self.number())
        if token.kind == "text":
            return Literal(self.quoted())
        if self.at("("):
            self.take("(")
            inside = self.choice()
            self.take(")")
            return inside
        if self.at("true", "false"):
            return Literal(self.take("true", "false") == "true")
        if self.at(*DISTRIBUTIONS):
            return self.distribution(self.take(*DISTRIBUTIONS))
        if token.kind == "word" and token.text not in _KEYWORDS:
            self.next += 1
            return self.call(token.text) if self.at("(") else self.variable(token.text)
        raise self.unexpected("a number, a variable or '('")

    def number(self) -> int | float:
        token = self.tokens[self.next]
        if token.kind not in ("int", "double"):
            raise self.unexpected("a number")
        self.next += 1
        if token.kind == "int":
            if int(token.text) > INT_MOST:
                advice = f"whole numbers have 32 bit, write {token.text}.0"
                raise self.error(token.position, advice)
            return int(token.text)
        value = float(token.text)
        if math.isinf(value):
            raise self.error(token.position, "a number that is too large")
        return value

    def quoted(self) -> str:
        token = self.tokens[self.next]
        if token.kind != "text":
            raise self.unexpected("a text in quotes")
        self.next += 1
        return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)

    def call(self, function: str) -> Call:
        arguments: list[Expression] = []
        self.take("(")
        while not self.at(")"):
            if arguments:
                self.take(",")
            arguments.append(self.level(0))
        self.take(")")
        return Call(function, tuple(arguments))

    def variable(self, name: str) -> Variable:
        while True:
            self.take(".")
            token = self.tokens[self.next]
            if token.kind != "word" or (token.text in _KEYWORDS and token.text not in CHARACTERISATIONS):
                raise self.unexpected(f"one of {', '.join(CHARACTERISATIONS)}")
            self.next += 1
            name += f".{token.text}"
            if token.text in CHARACTERISATIONS:
                return Variable(name)

    def distribution(self, kind: str) -> Distribution:
        start = self.tokens[self.next - 1].position
        if kind in ("EnumPMF", "BoolPMF") and self.at("("):
            for text in ("(", "ordered", ")"):
                self.take(text)
        self.take("[")
        samples: list[tuple[Value, float]] = []
        while not samples or self.at("("):
            self.take("(")
            value = self.sample(kind)
            self.take(";")
            samples.append((value, float(self.number())))
            self.take(")")
        self.take("]")
        if abs(math.fsum(p for _, p in samples) - 1) > _TOLERANCE:
            raise self.error(start, "probabilities that do not sum to 1")
        if len({value for value, _ in samples}) < len(samples):
            raise self.error(start, "a value that appears twice")
        if kind == "DoublePDF":
            samples.sort()
        return Distribution(kind, tuple(samples))

    def sample(self, kind: str) -> Value:
        if kind == "EnumPMF":
            return self.quoted()
        if kind == "BoolPMF":
            return self.take("true", "false") == "true"
        sign = -1 if self.at("-") and self.take("-") else 1
        if kind == "IntPMF" and self.tokens[self.next].kind != "int":
            raise self.unexpected("a whole number")
        if kind != "IntPMF":
            # A whole number may have any length here: it is read as a DOUBLE.
            token = self.tokens[self.next]
            if token.kind == "int":
                self.next += 1
                return sign * float(token.text)
        return sign * self.number()


def _advice(rest: str) -> str:
    """Return what is wrong with the beginning of a text that is no token."""
    leading = re.match(r"([0-9.]+[eE][+-]?)0+([0-9]+)", rest)
    if leading:
        return f"an exponent with leading zeros, write {leading[1]}{leading[2]}"
    if rest[0] in "0123456789":
        return "a number that is not written as 12, 1.5 or 1.5E-3"
    return f"'{rest[0]}' has no meaning"
