"""Sector templates: which sheet asks for which givens of a method, and which facts describe the plant.

A template names givens; everything about a given (names, unit, words, range, clause) comes from the method,
so a sheet cannot say something else than the formula. A template may serve several editions of a guide: a
given that the bound one does not have is left out where another of the template's methods has it.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tanheng.formula.check import closure_of
from tanheng.formula.model import TIME_SCOPES, Given, Method, Scope
from tanheng.kernel.canonical import digest
from tanheng.kernel.numbers import parse_exact
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.units import parse_unit
from tanheng.library.method_library import load_methods
from tanheng.library.template_model import Band as Band
from tanheng.library.template_model import Column as Column
from tanheng.library.template_model import Need as Need
from tanheng.library.template_model import Sheet as Sheet
from tanheng.library.template_model import Template as Template

ROLES = ("run", "form", "members", "rows", "declared", "substituted", "confirmed")
KINDS = ("word", "number", "date", "truth", "code", "span", "text")
_KEYS = frozenset("id zh en terms methods beside law kept choices bands need sheet".split())
_SHEET_KEYS = frozenset("id use zh en says role scope keys givens papers facts optional offered same".split())
_FACT_KEYS = frozenset("name zh en kind unit one_of needed methods".split())


def template_ids(own: Iterable[Path] = ()) -> tuple[str, ...]:
    """The ids of all sector templates."""
    return tuple(sorted({folder.name for folder in _folders(own)}))


def template_methods(template_id: str, own: Iterable[Path] = ()) -> tuple[str, ...]:
    """The methods that a template serves, the preferred one first.

    Raises:
        Refused: TH-I28 no such template, TH-I54 a faulty file.
    """
    return tuple(str(m) for m in _read(template_id, own)[0].get("methods", ()))


def run_sheet() -> Sheet:
    """The form that every workbook begins with: template, method, period, boundary."""
    raw = _common()["run"]
    facts = tuple(
        Column(
            f["name"],
            "fact",
            f.get("kind", "word"),
            f["zh"],
            f["en"],
            one_of=tuple(f.get("one_of", ())),
            needed=True,
        )
        for f in raw["facts"]
    )
    return Sheet("run", raw["zh"], raw["en"], "run", (), (), facts)


def load_template(template_id: str, method: Method, own: Iterable[Path] = ()) -> Template:
    """Read a sector template and bind it to a method.

    Args:
        own: Library folders of the user; `templates/<id>/template.toml` in them comes before the shipped one.

    Raises:
        Refused: TH-I28 no such template, or not for this method; TH-I54 a name, scope or unit that does not
        fit.
    """
    raw, data = _read(template_id, own)
    if method.id not in raw.get("methods", ()):
        names = ", ".join(raw.get("methods", ()))
        raise Refused(problem("TH-I28", what="方法", what_en="method", seen=method.id, wanted=names))
    library = load_methods(own)
    elsewhere = library.declared(m for m in raw["methods"] if m != method.id)
    return _Binder(template_id, raw, method, elsewhere, library.papers(method)).template(digest(data))


def _common() -> dict[str, Any]:
    shared = importlib.resources.files("tanheng.library") / "templates" / "common.toml"
    return _parse(shared.read_bytes(), "common.toml")


def _folders(own: Iterable[Path]) -> list[Traversable]:
    roots: list[Traversable] = [Path(folder) / "templates" for folder in own]
    roots.append(importlib.resources.files("tanheng.library") / "templates")
    return [f for root in roots if root.is_dir() for f in root.iterdir() if (f / "template.toml").is_file()]


def _read(template_id: str, own: Iterable[Path]) -> tuple[dict[str, Any], bytes]:
    for folder in _folders(own):
        if folder.name == template_id:
            data = (folder / "template.toml").read_bytes()
            return _parse(data, f"{template_id}/template.toml"), data
    names = ", ".join(template_ids(own))
    raise Refused(problem("TH-I28", what="模板", what_en="template", seen=template_id, wanted=names))


def _parse(data: bytes, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(
            problem("TH-I54", Place(file=file), seen=str(error), wanted="TOML 1.0, UTF-8")
        ) from None


class _Binder:
    """Checks one template file against one method and gathers everything that does not fit."""

    def __init__(
        self,
        template_id: str,
        raw: Mapping[str, Any],
        method: Method,
        elsewhere: frozenset[str],
        papers: tuple[Mapping[str, Scope], Mapping[str, Given]],
    ) -> None:
        self.paper_scopes, self.papers = papers
        self.scopes = {**self.paper_scopes, **method.scopes}
        self.file, self.raw, self.method = f"{template_id}/template.toml", raw, method
        # what the other editions declare, and what a base declares that the bound edition dropped
        self.elsewhere = elsewhere.union(*(each.givens for each in method.lineage)) - method.givens.keys()
        self.problems: list[Problem] = []
        self.common = _common()

    def template(self, sha: str) -> Template:
        raw = self.raw
        self.known("", raw, _KEYS)
        sheets = tuple(s for each in raw.get("sheet", ()) if (s := self.sheet(each)) is not None)
        placed = [c.name for s in sheets for c in s.columns if c.role == "given"]
        for name in self.method.givens:
            # beside another form only what the method's own file declares is asked for
            elsewhere = "beside" in raw and name not in self.method.own
            if placed.count(name) != 1 and not (elsewhere and name not in placed):
                self.no(name, f"×1 ({placed.count(name)})")
        needs = tuple(
            Need(n["word"], tuple(n["is"]), self.here(n.get("must", ())), self.here(n.get("default", ())))
            for n in raw.get("need", ())
            # a choice or all that it needs may belong to other editions
            if n["word"] not in self.elsewhere and self.here((*n.get("must", ()), *n.get("default", ())))
        )
        for need in needs:
            for name in (need.word, *need.must, *need.default):
                if name not in self.method.givens:
                    self.no(f"need.{need.word}: {name}", "given")
            word = self.method.givens.get(need.word)
            for each in need.words:
                if word is not None and each not in word.one_of:
                    self.no(f"need.{need.word}: {each}", ", ".join(word.one_of))
        for name in self.here((*raw.get("bands", {}), *raw.get("kept", ()))):
            if name not in self.method.givens:
                self.no(f"bands, kept: {name}", "given")
        if self.problems:
            raise Refused(self.problems)
        return Template(
            str(raw["id"]),
            str(raw["zh"]),
            str(raw["en"]),
            self.method,
            tuple(raw["methods"]),
            sheets,
            needs,
            sha,
            self.paper_scopes,
        )

    def worded(self, text: str) -> str:
        """A text with the terms that the bound edition has for the same things."""
        for old, new in self.raw.get("terms", {}).get(self.method.id, {}).items():
            text = text.replace(str(old), str(new))
        return text

    def here(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names without those that only other editions have."""
        return tuple(name for name in names if name not in self.elsewhere)

    def sheet(self, raw: Mapping[str, Any]) -> Sheet | None:
        """A sheet; None where everything that it asks for belongs to other editions."""
        raw = {**self.common.get(raw.get("use", ""), {}), **raw}
        name = str(raw.get("id", ""))
        self.known(name, raw, _SHEET_KEYS)
        role, scope = str(raw.get("role", "")), str(raw.get("scope", ""))
        if role not in ROLES:
            self.no(f"{name}.role = {role}", ", ".join(ROLES))
        if raw.get("papers") and not self.papers and not raw.get("givens"):
            # no rules judge this method: nobody would read what the sheet asks for
            return None
        keys = self.keys(name, role, raw)
        closure = closure_of(keys, self.scopes) if keys else ()
        columns = [self.key(k) for k in keys]
        if role == "members" and scope in self.method.scopes and self.method.scopes[scope].units:
            units = self.method.scopes[scope].units
            columns.append(
                Column(
                    "own_unit", "own_unit", "word", "计量单位", "Unit of measure", one_of=units, needed=True
                )
            )
        if role == "members":
            columns.append(Column("label", "label", "word", "显示名称", "Label"))
        givens = self.here(map(str, raw.get("givens", ())))
        facts = [f for f in raw.get("facts", ()) if self.method.id in f.get("methods", (self.method.id,))]
        if role == "rows" and not givens and not facts and raw.get("givens"):
            return None
        columns += [c for g in givens if (c := self.given(name, g, closure)) is not None]
        columns += [self.fact(name, f) for f in facts]
        asked = map(str, raw.get("papers", ()) if self.papers else ())
        columns += [c for p in asked if (c := self.paper(name, p, closure)) is not None]
        said = raw.get("says", {})
        return Sheet(
            name,
            str(raw.get("zh", "")),
            str(raw.get("en", "")),
            role,
            keys,
            closure,
            tuple(columns),
            scope,
            bool(raw.get("optional", False)),
            (self.worded(str(said.get("zh", ""))), str(said.get("en", ""))),
            bool(raw.get("offered", False)),
            self.same(name, raw, columns),
        )

    def same(self, sheet: str, raw: Mapping[str, Any], columns: Iterable[Column]) -> tuple[str, ...]:
        names = tuple(map(str, raw.get("same", ())))
        known = [c.name for c in columns if c.role in ("given", "fact")]
        for name in names:
            if name not in known:
                self.no(f"{sheet}.same: {name}", ", ".join(known))
        return names

    def keys(self, sheet: str, role: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
        scopes = self.scopes if role == "rows" else self.method.scopes
        if role in ("declared", "substituted"):
            return tuple(
                s.id for s in scopes.values() if s.id not in TIME_SCOPES and not s.open and not s.rows
            )
        if role == "members":
            scope = str(raw.get("scope", ""))
            keys = closure_of((scope,), scopes) if scope in scopes else ()
        else:
            keys = tuple(str(k) for k in raw.get("keys", ()))
        for key in keys or ((str(raw.get("scope", "")),) if role == "members" else ()):
            if key not in scopes:
                self.no(f"{sheet}.keys: {key}", ", ".join(scopes))
        return tuple(k for k in keys if k in scopes)

    def key(self, scope_id: str) -> Column:
        scope: Scope = self.scopes[scope_id]
        kind = scope_id if scope_id in TIME_SCOPES else "word"
        zh = {"day": "日期", "month": "月份"}.get(scope_id, scope.zh)
        en = {"day": "Day", "month": "Month"}.get(scope_id, scope.en[:1].upper() + scope.en[1:])
        return Column(scope_id, "key", kind, zh, en, one_of=scope.rows, needed=True)

    def given(self, sheet: str, name: str, closure: tuple[str, ...]) -> Column | None:
        given: Given | None = self.method.givens.get(name)
        if given is None:
            self.no(f"{sheet}.givens: {name}", "given")
            return None
        if set(given.closure) != set(closure):
            self.no(f"{sheet}.givens: {name}", " ".join(given.closure))
        choices = self.choices(given.unit.text) if given.unit is not None else ()
        return Column(
            name,
            "given",
            given.kind,
            given.zh,
            given.en,
            given.unit,
            choices,
            given.one_of,
            not given.optional,
            given.low,
            given.high,
            self.band(name),
            given.law,
            given.says,
            _counts(given) and name not in self.raw.get("kept", ()),
            given.symbol,
        )

    def paper(self, sheet: str, name: str, closure: tuple[str, ...]) -> Column | None:
        """A column that rules read and no formula of the method: it is stored as a fact."""
        found = self.papers.get(name)
        if found is None or set(found.closure) != set(closure):
            self.no(f"{sheet}.papers: {name}", " ".join(found.closure) if found else ", ".join(self.papers))
            return None
        choices = self.choices(found.unit.text) if found.unit is not None else ()
        return Column(
            name,
            "fact",
            found.kind,
            found.zh,
            found.en,
            found.unit,
            choices,
            found.one_of,
            low=found.low,
            high=found.high,
            law=found.law,
            says=found.says,
            symbol=found.symbol,
        )

    def fact(self, sheet: str, raw: Mapping[str, Any]) -> Column:
        name = str(raw.get("name", ""))
        self.known(f"{sheet}.{name}", raw, _FACT_KEYS)
        kind = str(raw.get("kind", "word"))
        if kind not in KINDS:
            self.no(f"{sheet}.{name}: {kind}", ", ".join(KINDS))
        unit = parse_unit(str(raw["unit"])) if kind == "number" else None
        return Column(
            name,
            "fact",
            kind,
            str(raw.get("zh", "")),
            str(raw.get("en", "")),
            unit,
            self.choices(unit.text) if unit else (),
            tuple(raw.get("one_of", ())),
            bool(raw.get("needed", False)),
        )

    def band(self, name: str) -> Band | None:
        raw = self.raw.get("bands", {}).get(name)
        if raw is None:
            return None
        return Band(
            parse_unit(raw["unit"]), parse_exact(raw["low"]), parse_exact(raw["high"]), str(raw["law"])
        )

    def choices(self, unit: str) -> tuple[str, ...]:
        wanted = parse_unit(unit)
        found = [parse_unit(str(text)) for text in self.raw.get("choices", {}).get(unit, ())]
        for each in found:
            # the units of "[fuel]" columns fit one of the fuels' own units, which only the plant knows
            if "[" not in unit and each.dimension != wanted.dimension:
                self.no(f"choices.{unit}: {each.text}", unit)
        return tuple(each.text for each in found)

    def known(self, where: str, raw: Mapping[str, Any], keys: frozenset[str]) -> None:
        for key in raw:
            if key not in keys:
                self.no(f"{where}.{key}".lstrip("."), ", ".join(sorted(keys)))

    def no(self, seen: str, wanted: str) -> None:
        self.problems.append(problem("TH-I54", Place(file=self.file), seen=seen, wanted=wanted))


def _counts(given: Given) -> bool:
    if given.unit is None or not set(given.closure) & set(TIME_SCOPES):
        return False
    return bool(given.unit.dimension) and all(
        p > 0 and base != "temperature" for base, p in given.unit.dimension
    )
