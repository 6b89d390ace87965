"""Failure codes of a run: small numbers in the tables, problems for people outside them."""

from __future__ import annotations

from dataclasses import dataclass

from tanheng.kernel.problems import Problem

REFUSED_DATUM = "refused datum"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failure code stands for.

    Attributes:
        code: The problem code; REFUSED_DATUM and a missing given have been said when the data were read.
        step: The step in which the failure is met, or the given.
        text: The expression.
        problems: The whole problems, where another room has said them (a look-up, the exact back end).
    """

    code: str
    step: str = ""
    text: str = ""
    problems: tuple[Problem, ...] = ()


class Failures:
    """The failures that can be met in a run, numbered from 1."""

    def __init__(self) -> None:
        self._numbers: dict[Failure, int] = {}
        self._listed: list[Failure] = []

    def number(self, failure: Failure) -> int:
        """The number of a failure, always the same for the same one."""
        if failure not in self._numbers:
            self._listed.append(failure)
            self._numbers[failure] = len(self._listed)
        return self._numbers[failure]

    def of(self, number: int) -> Failure:
        """The failure with a number."""
        return self._listed[number - 1]

    def met_in(self, step: str) -> list[int]:
        """The numbers of the failures whose cells are the step's own, not handed on by what it reads."""
        return [n for n, f in enumerate(self._listed, 1) if f.step == step and not f.problems]

    def said(self) -> list[int]:
        """The numbers of the failures that bring their own problems."""
        return [n for n, f in enumerate(self._listed, 1) if f.problems]
