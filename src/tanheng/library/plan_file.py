"""Reads the file of a sector's data quality control plan, `templates/<sector>/dqcp.toml`.

An unknown key anywhere is an error that names it.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tanheng.kernel.canonical import digest
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import parse_unit
from tanheng.library.plan_template import (
    DEFAULTS,
    MEMBERS,
    SUBSTITUTES,
    Instrument,
    Parameter,
    PlanSheet,
    PlanTemplate,
    PlanWay,
    Treatment,
)
from tanheng.library.template_library import Column, Sheet

FILE = "dqcp.toml"
SECTIONS = ("B.1", "B.2", "B.3", "B.4", "B.5", "B.6", "B.7", "")

_KEYS = frozenset(
    "id law opens factors_on deadline report_days name reason instrument sheet parameter".split()
)
_NAME = frozenset("since until zh en".split())
_REASON = frozenset("code zh en".split())
_INSTRUMENT = frozenset("zh en class months check law certainty".split())
_SHEET = frozenset("id section zh en role keys optional says columns".split())
_COLUMN = frozenset("name zh en kind one_of suggest needed wide".split())
_PARAMETER = frozenset(
    "zh en unit per since until when word also told law basis laboratory sampled evidence".split()
    + ["treatments", "way"]
)
_TREATMENT = frozenset("zh en fills".split())
_WAY = frozenset("word rank obtained instruments frequency record data says".split())
_KINDS = ("word", "text", "number", "date", "month", "code")


def load_plan_template(template_id: str, own: Iterable[Path] = ()) -> PlanTemplate:
    """Read the plan of a sector.

    Args:
        own: Library folders of the user; `templates/<id>/dqcp.toml` in them comes before the shipped one.

    Raises:
        Refused: TH-Q01 the sector has none, TH-I54 a faulty file.
    """
    roots: list[Traversable] = [Path(folder) / "templates" for folder in own]
    roots.append(importlib.resources.files("tanheng.library") / "templates")
    for root in roots:
        file = root / template_id / FILE
        if template_id and "/" not in template_id and file.is_file():
            return read_plan_template(file.read_bytes(), f"{template_id}/{FILE}")
    raise Refused(problem("TH-Q01", seen=template_id))


def read_plan_template(data: bytes, file: str) -> PlanTemplate:
    """Read the bytes of one file. Raises Refused TH-I54 with everything that does not fit."""
    try:
        raw = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(
            problem("TH-I54", Place(file=file), seen=str(error), wanted="TOML 1.0, UTF-8")
        ) from None
    try:
        return _Reader(file, raw).template(digest(data))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # a list where a table belongs, a word where a number does
        raise Refused(problem("TH-I54", Place(file=file), seen=repr(error), wanted="dqcp.toml")) from None


class _Reader:
    """Checks one file and gathers everything that does not fit."""

    def __init__(self, file: str, raw: Mapping[str, Any]) -> None:
        self.file, self.raw = file, raw
        self.problems: list[Problem] = []
        self.kinds: set[str] = set()

    def template(self, sha: str) -> PlanTemplate:
        raw = self.known("", self.raw, _KEYS)
        instruments = tuple(self.instrument(each) for each in raw.get("instrument", ()))
        self.kinds = {i.zh for i in instruments}
        sheets = tuple(self.sheet(each) for each in raw.get("sheet", ()))
        parameters = tuple(self.parameter(each) for each in raw.get("parameter", ()))
        for what, names in (
            ("sheet", [s.sheet.id for s in sheets]),
            ("parameter", [p.zh for p in parameters]),
        ):
            for name in {n for n in names if names.count(n) > 1}:
                self.no(f"{what} {name}", "×1")
        titles = [self.name(each) for each in raw.get("name", ())]
        reasons = [self.known("reason", each, _REASON) for each in raw.get("reason", ())]
        for key in ("id", "law", "opens", "factors_on", "deadline", "report_days"):
            if key not in raw:
                self.no(key, "…")
        if self.problems:
            raise Refused(self.problems)
        return PlanTemplate(
            str(raw["id"]), str(raw["law"]), str(raw["opens"]), str(raw["factors_on"]), str(raw["deadline"]),
            int(raw["report_days"]), tuple(titles),
            tuple((str(r["code"]), str(r["zh"]), str(r["en"])) for r in reasons),
            instruments, sheets, parameters, sha,
        )  # fmt: skip

    def instrument(self, raw: Mapping[str, Any]) -> Instrument:
        self.known(f"instrument {raw.get('zh', '')}", raw, _INSTRUMENT)
        zh, en, worst, check, law = (str(raw.get(k, "")) for k in ("zh", "en", "class", "check", "law"))
        return Instrument(
            zh, en, worst, int(raw.get("months", 0)), check, law, str(raw.get("certainty", "sure"))
        )

    def name(self, raw: Mapping[str, Any]) -> tuple[str, str, str, str]:
        self.known("name", raw, _NAME)
        since, until, zh, en = (str(raw.get(k, "")) for k in ("since", "until", "zh", "en"))
        return since, until, zh, en

    def sheet(self, raw: Mapping[str, Any]) -> PlanSheet:
        name = str(raw.get("id", ""))
        self.known(f"sheet {name}", raw, _SHEET)
        if raw.get("section") not in SECTIONS or raw.get("role") not in ("form", "rows"):
            self.no(f"sheet {name}: {raw.get('section')} {raw.get('role')}", "B.1 … B.7; form, rows")
        keys = tuple(str(k) for k in raw.get("keys", ()))
        columns = tuple(self.column(name, each, keys) for each in raw.get("columns", ()))
        for key in set(keys) - {c.name for c in columns}:
            self.no(f"sheet {name}: {key}", "column")
        said = raw.get("says", {})
        sheet = Sheet(
            name, str(raw.get("zh", "")), str(raw.get("en", "")), str(raw.get("role")), keys, (), columns,
            optional=bool(raw.get("optional", False)),
            says=(str(said.get("zh", "")), str(said.get("en", ""))),
        )  # fmt: skip
        listed = raw.get("columns", ())
        wide = frozenset(str(c.get("name", "")) for c in listed if c.get("wide"))
        suggest = {str(c.get("name", "")): tuple(c["suggest"]) for c in listed if c.get("suggest")}
        return PlanSheet(sheet, str(raw.get("section", "")), wide, suggest)

    def column(self, sheet: str, raw: Mapping[str, Any], keys: tuple[str, ...]) -> Column:
        name, kind = str(raw.get("name", "")), str(raw.get("kind", "word"))
        self.known(f"{sheet}.{name}", raw, _COLUMN)
        if kind not in _KINDS:
            self.no(f"{sheet}.{name}: {kind}", ", ".join(_KINDS))
        return Column(
            name, "key" if name in keys else "fact", kind, str(raw.get("zh", "")), str(raw.get("en", "")),
            one_of=tuple(raw.get("one_of", ())), needed=bool(raw.get("needed", False)),
        )  # fmt: skip

    def parameter(self, raw: Mapping[str, Any]) -> Parameter:
        name = str(raw.get("zh", ""))
        self.known(name, raw, _PARAMETER)
        per = tuple(str(p) for p in raw.get("per", ()))
        if not per or set(per) - set(MEMBERS):
            self.no(f"{name}.per", ", ".join(MEMBERS))
        parse_unit(str(raw.get("unit", "1")))
        treatments = []
        for each in raw.get("treatments", ()):
            self.known(f"{name}.treatments", each, _TREATMENT)
            if each.get("fills") not in (DEFAULTS, SUBSTITUTES):
                self.no(f"{name}.treatments {each.get('fills')}", f"{DEFAULTS}, {SUBSTITUTES}")
            treatments.append(Treatment(*(str(each.get(k, "")) for k in ("zh", "en", "fills"))))
        ways = tuple(self.way(name, each) for each in raw.get("way", ()))
        if not ways:
            self.no(f"{name}.way", "≥ 1")
        texts = {k: str(raw.get(k, "")) for k in ("en", "unit", "since", "until", "word", "law", "evidence")}
        return Parameter(
            name, texts["en"], texts["unit"], per, texts["since"], texts["until"],
            tuple((str(k), tuple(v)) for k, v in raw.get("when", {}).items()), texts["word"],
            tuple(raw.get("also", ())),
            tuple((str(k), str(v)) for k, v in raw.get("told", {}).items()), texts["law"],
            str(raw.get("basis", "")), str(raw.get("laboratory", "")), tuple(raw.get("sampled", ())),
            texts["evidence"], tuple(treatments), ways,
        )  # fmt: skip

    def way(self, parameter: str, raw: Mapping[str, Any]) -> PlanWay:
        word = str(raw.get("word", ""))
        self.known(f"{parameter} {word}", raw, _WAY)
        lists = {k: tuple(map(str, raw.get(k, ()))) for k in _WAY - {"word", "rank", "says"}}
        for kind in set(lists["instruments"]) - self.kinds:
            self.no(f"{parameter} {word}: {kind}", "instrument")
        return PlanWay(word=word, rank=int(raw.get("rank", 0)), says=str(raw.get("says", "")), **lists)

    def known(self, where: str, raw: Mapping[str, Any], keys: frozenset[str]) -> Mapping[str, Any]:
        for key in raw:
            if key not in keys:
                self.no(f"{where} {key}".strip(), ", ".join(sorted(keys)))
        return raw

    def no(self, seen: str, wanted: str) -> None:
        self.problems.append(problem("TH-I54", Place(file=self.file), seen=seen, wanted=wanted))
