"""The matrix of a method: which steps SQL computes to the last digit, and why others are left to exact."""

from __future__ import annotations

from tanheng.engine.sql.plan import Verdict, compile_method
from tanheng.formula.model import Method


def matrix(method: Method) -> dict[str, Verdict]:
    """The verdict on each step, known without data: "equal" or a Refusal with its reason."""
    return dict(compile_method(method).steps)
