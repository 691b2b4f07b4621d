"""Many regular expressions over one text: one pass tells which of them may match, and only those are searched.

The pass is RE2's set matching, whose time depends on the text alone, however many alternatives the expressions have;
Python's ``re`` tries every alternative at every letter, some hundred times slower on lists of a few hundred words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import re2

_LOOKAROUND = re.compile(r"\(\?<?[=!](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)")
"""Looking ahead or behind, which RE2 lacks; without it an expression matches at least as often."""

_MAX_BYTES = 256 << 20
"""What RE2 may use for the states it meets; they are few for texts of one language."""


class AnyOf:
    """Whether a text may hold one of some expressions: never a wrong no, a wrong yes only where one looks around."""

    def __init__(self, patterns: Iterable[str], *, whole: bool = False, ignore_case: bool = False) -> None:
        """``whole``: the expression must match the text as a whole."""
        options = re2.Options()
        options.max_mem = _MAX_BYTES
        options.case_sensitive = not ignore_case
        self._set = re2.Set.FullMatchSet(options) if whole else re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(_LOOKAROUND.sub("", pattern))
        self._set.Compile()

    def numbers(self, text: str) -> list[int]:
        """Which of the expressions may match, counted from 0."""
        return sorted(self._set.Match(text) or ())

    def may_match(self, text: str) -> bool:
        return bool(self._set.Match(text))


class Patterns:
    """Named expressions, each a list of alternatives, in an order of preference."""

    def __init__(self, words: Mapping[str, Sequence[str]], *, ignore_case: bool = False) -> None:
        self.names = tuple(words)
        flags = re.IGNORECASE if ignore_case else 0
        self.patterns = [re.compile("|".join(alternatives), flags) for alternatives in words.values()]
        self._any = AnyOf((pattern.pattern for pattern in self.patterns), ignore_case=ignore_case)

    def found(self, text: str) -> Iterator[tuple[str, re.Match[str]]]:
        """(name, first match) of every expression that the text holds, in the order of the names."""
        for number in self._any.numbers(text):
            if match := self.patterns[number].search(text):
                yield self.names[number], match
