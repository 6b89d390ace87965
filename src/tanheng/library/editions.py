"""The editions of a guide: methods that replaced each other, and which of them is in force on a day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from tanheng.formula.model import Method
from tanheng.kernel.problems import Refused
from tanheng.library.method_library import MethodLibrary

INSTEAD = {"instead_zh": "换用该期间有效的方法", "instead_en": "choose the method in force in that period"}
"""What TH-C08 says to do where no library of methods is at hand."""


def editions(method: Method, methods: MethodLibrary) -> tuple[Method, ...]:
    """The method with those before and after it by `replaces`, earliest first; refused files are left out."""
    known: list[Method] = []
    for method_id in methods.ids():
        with suppress(Refused):
            known.append(methods.get(method_id))
    linked, before = {method.id}, 0
    while before < len(linked):
        before = len(linked)
        linked |= {m.id for m in known if m.replaces in linked}
        linked |= {m.replaces for m in known if m.id in linked and m.replaces}
    return tuple(sorted((m for m in known if m.id in linked), key=lambda m: m.force))


def on_day(method: Method, day: date, methods: MethodLibrary) -> Method | None:
    """The edition of a method's guide that is in force on a day."""
    text = day.isoformat()
    found = editions(method, methods)
    return next((m for m in found if m.force <= text <= (m.until or text)), None)


def instead(method: Method, day: date, methods: MethodLibrary) -> tuple[str, str]:
    """What to take where a method is not in force on a day: the edition that is, else each with its days."""
    found = on_day(method, day, methods)
    if found is not None and found.id != method.id:
        return f"改用 {found.id}（{found.zh}）", f"use {found.id} ({found.en or found.zh})"
    days = "；".join(f"{m.id} {m.force}…{m.until}" for m in editions(method, methods))
    return f"这个期间没有有效的方法，现有：{days}", f"no method is in force in that period; there are: {days}"
