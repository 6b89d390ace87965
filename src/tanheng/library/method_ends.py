"""The end of a method file: what it is run for (answers), what must hold (checks), notes and the bridge."""

from __future__ import annotations

from tanheng.formula.expr import parse
from tanheng.formula.model import Answer, Bridge, Check
from tanheng.library.method_file import MethodFile, Raw
from tanheng.library.method_keys import check_keys


def read_ends(parts: MethodFile) -> None:
    """What the method is run for: answers, checks and notes."""
    for name, raw in parts.data.get("answer", {}).items():
        with parts.heeding():
            check_keys(raw, "answer", parts.place(f"answer.{name}"))
            if "as" not in raw:
                parts.no("TH-M01", f"answer.{name}", seen="", wanted="as")
            parts.answers[name] = Answer(name, raw["as"], raw.get("level", 0), raw.get("better", ""))
    for number, raw in enumerate(parts.data.get("check", [])):
        with parts.heeding():
            parts.checks.append(_check(parts, number, raw))
    for number, raw in enumerate(parts.data.get("note", [])):
        with parts.heeding():
            check_keys(raw, "note", parts.place(f"note[{number}]"))
            parts.notes.append(dict(raw))

    for number, raw in enumerate(parts.data.get("bridge", [])):
        with parts.heeding():
            check_keys(raw, "bridge", parts.place(f"bridge[{number}]"))
            texts = (raw.get(key, "") for key in ("zh", "en", "less", "more", "law"))
            parts.bridge.append(Bridge(*texts))


def _check(parts: MethodFile, number: int, raw: Raw) -> Check:
    id = str(raw.get("id", number))
    key = f"check.{id}"
    check_keys(raw, "check", parts.place(key))
    if any(known.id == id for known in parts.checks):
        parts.no("TH-M02", key, seen=id, wanted="unique")
    per, closure = parts.per(raw, key)
    that = parse(raw.get("that", ""), parts.place(f"{key}.that"))
    shown = {
        name: parse(raw[name], parts.place(f"{key}.{name}")) if name in raw else None
        for name in ("figure", "low", "high", "tonnes")
    }
    if ("figure" in raw) != ("low" in raw or "high" in raw) or ("figure" in raw) != ("unit" in raw):
        parts.no("TH-M01", key, seen=id, wanted="figure, unit, low / high")
    return Check(
        id,
        per,
        closure,
        that,
        raw.get("level", "warning"),
        raw.get("law", ""),
        raw.get("zh", ""),
        raw.get("en", ""),
        **shown,
        unit=parts.unit(raw["unit"], f"{key}.unit", closure) if "unit" in raw else None,
        covers=raw.get("covers", ""),
        replaced=raw.get("replaced", False),
        excuse=raw.get("excuse", ""),
    )
