"""Compute a pack's figures afresh from its inputs, methods and factors; compare them with the stored ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tanheng.engine.exact.result import compute, result_json
from tanheng.evidence.verify.form import FACTORS, INPUTS, METHODS, RESULT, RULES, Manifest, parse_canonical
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Result
from tanheng.kernel.canonical import canonical_json, digest
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_methods_from_bytes

MOST_DIFFERENCES = 50
"""Figures that are named one by one; the rest is counted."""
_TEXTS = ("title", "message", "remedy", "severity")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The fresh result (None where computing was refused), its bytes, and why it was refused."""

    result: Result | None
    data: bytes
    problems: tuple[Problem, ...]


def recompute(items: Mapping[str, bytes], file: str = "") -> Recomputed:
    """Compute the result from items alone.

    Problems: TH-P30 the inputs, TH-P31 anything else that stops the engine, each followed by its causes.
    """
    try:
        inputs = read_inputs(items[INPUTS], file)
        methods = load_methods_from_bytes(_below(items, METHODS) | _below(items, RULES))
        tables = {
            path[len(FACTORS) : -4]: body
            for path, body in _below(items, FACTORS).items()
            if path.endswith(".csv")
        }
        result = compute(inputs, methods, FactorLibrary.from_bytes(tables))
        return Recomputed(result, result_json(result), ())
    except Refused as refused:
        first = refused.problems[0]
        own = first.code == "TH-P30"
        head = () if own else (_stopped(file, first.line("zh"), first.line("en")),)
        return Recomputed(None, b"", (*head, *refused.problems))
    # whatever a forged item does to the engine is a finding about the pack, never a traceback for a verifier
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return Recomputed(None, b"", (_stopped(file, text, text),))


def read_inputs(data: bytes, file: str = "") -> Inputs:
    """Read inputs.json, which must be exactly what `inputs_json` writes. Refused TH-P30 with its causes."""
    place = Place(file=file, key=INPUTS)
    tree = parse_canonical(data)
    if tree is None:
        raise refuse("TH-P30", place, fault_zh="不是规范的 JSON", fault_en="is not canonical JSON")
    try:
        inputs = Inputs.from_json(tree)
    except Refused as refused:
        head = problem("TH-P30", place, fault_zh="的内容不成立", fault_en="does not hold together")
        raise Refused((head, *refused.problems)) from None
    # data in another order or a part left out would compute the same and hash differently
    if inputs_json(inputs) != data:
        raise refuse("TH-P30", place, fault_zh="不是规范的次序", fault_en="is not in canonical order")
    return inputs


def inputs_json(inputs: Inputs) -> bytes:
    """The bytes of inputs.json: everything, origins included, in canonical order."""
    return canonical_json(inputs.to_json())


def compare(
    items: Mapping[str, bytes], fresh: Recomputed, manifest: Manifest | None, file: str = ""
) -> list[Problem]:
    """Compare the stored result with the fresh one.

    Problems: TH-P32 a value, TH-P33 nothing stored, TH-P34 not canonical or of another engine than the
    manifest says, TH-P35 an engine of another version (information).
    """
    place = Place(file=file, key=RESULT)
    if RESULT not in items:
        listed = [entry.sha256 for entry in manifest.entries if entry.path == RESULT] if manifest else []
        same = listed == [digest(fresh.data)]
        zh = "其散列值与清单记载的相同" if same else "其散列值与清单记载的不同"
        en = "their hash is the one in the manifest" if same else "their hash is not the one in the manifest"
        return [problem("TH-P33", place, match_zh=zh, match_en=en)] if fresh.result else []
    stored = parse_canonical(items[RESULT])
    if not isinstance(stored, dict):
        return [problem("TH-P34", place, fault_zh="不是规范的 JSON", fault_en="is not canonical JSON")]
    if manifest and stored.get("engine") != manifest.engine:
        return [
            problem(
                "TH-P34",
                place,
                fault_zh="的引擎与清单记载的不同",
                fault_en="names another engine than the manifest",
            )
        ]
    if fresh.result is None:
        return []
    computed: dict[str, Any] = json.loads(fresh.data)
    found = _align_engine(stored, computed, place)
    differences = _differences(_plain(stored), _plain(computed), "")
    for what, old, new in islice(differences, MOST_DIFFERENCES):
        found.append(problem("TH-P32", place, what=what, stored=old, computed=new))
    more = sum(1 for _ in differences)
    if more:
        texts = {
            "what_zh": f"另有 {more} 处",
            "what_en": f"{more} more places",
            "stored": "…",
            "computed": "…",
        }
        found.append(problem("TH-P32", place, **texts))
    return found


def _below(items: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    return {path: body for path, body in items.items() if path.startswith(folder)}


def _stopped(file: str, zh: str, en: str) -> Problem:
    return problem("TH-P31", Place(file=file), reason_zh=zh, reason_en=en)


def _align_engine(stored: Mapping[str, Any], computed: dict[str, Any], place: Place) -> list[Problem]:
    """A later engine must give the same figures; only its name may differ, and that is said."""
    sealed, own = stored.get("engine"), computed["engine"]
    if sealed == own or not isinstance(sealed, str):
        return []
    pins = computed["pins"]
    pins[f"engine:{sealed}"] = sealed
    del pins[f"engine:{own}"]
    computed["engine"] = sealed
    return [problem("TH-P35", place, sealed=sealed, own=own)]


def _plain(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result without the wording of its problems, which a later version may improve."""
    found = result.get("problems")
    if not isinstance(found, list):
        return dict(result)
    kept = [{k: v for k, v in p.items() if k not in _TEXTS} if isinstance(p, dict) else p for p in found]
    return {**result, "problems": kept}


def _differences(stored: Any, computed: Any, where: str) -> Iterator[tuple[str, str, str]]:
    """Every place in which two JSON values differ: what it is, stored text, computed text."""
    if isinstance(stored, dict) and isinstance(computed, dict):
        for key in sorted(stored.keys() | computed.keys()):
            yield from _differences(
                stored.get(key, _ABSENT), computed.get(key, _ABSENT), f"{where} {key}".strip()
            )
    elif isinstance(stored, list) and isinstance(computed, list):
        yield from _differences(_named(stored), _named(computed), where)
    elif type(stored) is not type(computed) or stored != computed:
        yield where.removeprefix("steps "), _said(stored), _said(computed)


class _Absent:
    def __str__(self) -> str:
        return "∅"


_ABSENT = _Absent()


def _named(values: list[Any]) -> dict[str, Any]:
    """List elements by what they are about (name, scope, period), so that one lost line is one difference."""
    named: dict[str, Any] = {}
    times: dict[str, int] = {}
    for value in values:
        label = _label(value) if isinstance(value, dict) else ""
        times[label] = times.get(label, 0) + 1
        named[label if times[label] == 1 else f"{label} #{times[label]}"] = value
    return named


def _label(value: Mapping[str, Any]) -> str:
    scope = value.get("scope")
    members = ",".join(f"{k}={v}" for k, v in scope.items()) if isinstance(scope, dict) else ""
    parts = (
        value.get("kind"),
        value.get("code"),
        value.get("name"),
        f"[{members}]" if members else "",
        value.get("period"),
    )
    return " ".join(str(part) for part in parts if part)


def _said(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("exact"), str):
        return f"{value['exact']} {value.get('unit', '')}".rstrip()
    if isinstance(value, str | _Absent):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
