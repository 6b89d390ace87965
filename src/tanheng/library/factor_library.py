"""The factor library: shipped tables and the user's own, looked up by set, item, key, region and dates.

A look-up gives exactly one row or is refused with the candidates. There is no nearest year, no national value
and no zero.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import parse_unit
from tanheng.library.factor_table import SHIPPED, Factor, overlaps, read_table, wrong_cell
from tanheng.library.instrument_library import InstrumentLibrary

# how far off a row is that misses this selector: the same thing from another set or region is nearest
_SELECTORS = {"set": 1, "region": 1, "item": 2, "key": 3, "id": 3}
_PARTS = ("factors", "methods", "rules", "instruments", "templates", "uncertainty")
_TABLE = re.compile(r"\w+\.csv")
_MOST = 12  # candidates that are worth listing
_FAR = 3  # GJ for MWh is 3.6, kcal for kJ 4.2, kg for t 1000: no replaced value moves as far without a slip
_FROZEN = {
    "power_of": "10-31"
}  # families drawn from a database that is fixed for a year as of this day before
_CHECKED = ("已核对单位", "unit checked")


@dataclass(frozen=True, slots=True)
class _Question:
    """One look-up: what the row must be, which days it must cover, and when it must have been known."""

    family: str
    wanted: tuple[tuple[str, str], ...]
    since: date
    until: date
    known: date

    def fits(self, row: Factor) -> bool:
        return all(getattr(row, name) == text for name, text in self.wanted)

    def why_not(self, row: Factor, rows: Iterable[Factor]) -> tuple[str, str] | None:
        """What keeps a row out, in Chinese and English; None when the row answers the question."""
        for name, text in self.wanted:
            if getattr(row, name) != text:
                seen = getattr(row, name) or "-"
                return f"{name} 是 {seen}，不是 {text}", f"its {name} is {seen}, not {text}"
        if row.known > self.known:
            return f"到 {row.known_from} 才公布", f"known only from {row.known_from}"
        if not (row.since <= self.since and self.until <= row.until):
            return "有效期没有盖住整个期间", "not valid over the whole period"
        for other in rows:
            newer = other.id == row.id and row.known < other.known <= self.known
            if newer and other.overlaps(self.since, self.until):
                return f"自 {other.known_from} 起已被另一行取代", f"replaced from {other.known_from} on"
        return None


class FactorLibrary:
    """Factors by family, read when first asked for. Make one by `load` or `from_bytes`."""

    def __init__(
        self,
        sources: Sequence[tuple[str, Mapping[str, Traversable | bytes]]],
        known_on: date | None = None,
        instruments: InstrumentLibrary | None = None,
    ) -> None:
        self.known_on = known_on
        self._sources = tuple(sources)
        self._instruments = instruments
        self._rows: dict[str, tuple[Factor, ...]] = {}

    @classmethod
    def load(cls, folders: Iterable[Path] = (), known_on: date | None = None) -> FactorLibrary:
        """The shipped library, extended or overridden by own folders (`<folder>/factors/<family>.csv`).

        Args:
            folders: Own library folders, read and checked at once; shipped tables are read when asked for.
            known_on: Rows that became known later stay out of sight; None for everything that is known.

        Raises:
            Refused: TH-L03 no library folder, or a file in it that is no table; TH-L04 to TH-L11 a table that
                is not in order.
        """
        shipped = _tables(importlib.resources.files("tanheng.library") / "factors")
        sources: list[tuple[str, Mapping[str, Traversable | bytes]]] = [(SHIPPED, shipped)]
        paths = [Path(each) for each in folders]
        for path in paths:
            if not any((path / part).is_dir() for part in _PARTS):
                wanted = ", ".join(f"{path.name}/{part}" for part in _PARTS)
                raise refuse("TH-L03", Place(file=path.name), seen=path.name, wanted=wanted)
            if (path / "factors").is_dir():
                sources.append((path.name, _tables(path / "factors")))
        library = cls(sources, known_on, InstrumentLibrary.load(paths) if paths else None)
        found: list[Problem] = []
        for family in sorted({family for _, tables in sources[1:] for family in tables}):
            try:
                library.rows(family)
            except Refused as refused:
                found.extend(refused.problems)
        if found:
            raise Refused(found)
        return library

    @classmethod
    def from_bytes(cls, tables: Mapping[str, bytes], known_on: date | None = None) -> FactorLibrary:
        """A library of exactly these tables (family -> CSV bytes), as `export_tables` writes them."""
        return cls([(SHIPPED, dict(tables))], known_on)

    def extended(self, name: str, tables: Mapping[str, bytes]) -> FactorLibrary:
        """This library with further tables over it, as an own folder of that name would lay them."""
        if not tables:
            return self
        library = FactorLibrary([*self._sources, (name, dict(tables))], self.known_on)
        library._rows |= {family: rows for family, rows in self._rows.items() if family not in tables}
        return library

    def families(self) -> tuple[str, ...]:
        """The names of all families, sorted."""
        return tuple(sorted({family for _, tables in self._sources for family in tables}))

    def rows(self, family: str) -> tuple[Factor, ...]:
        """Every row of a family, shipped ones first, whatever its dates.

        Raises:
            Refused: TH-L03 no such family; TH-L04 to TH-L11 as the tables are read.
        """
        if family not in self._rows:
            self._rows[family] = self._read(family)
        return self._rows[family]

    def find(
        self,
        family: str,
        *,
        id: str | None = None,
        set: str | None = None,
        item: str | None = None,
        key: str | None = None,
        region: str | None = None,
        since: date,
        until: date,
        known_on: date | None = None,
    ) -> Factor:
        """The one row that matches every given selector and is valid over the whole of [since, until].

        A selector that is not given is not looked at, so what it would have told apart counts as several
        candidates. Rows that became known after `known_on` (default: that of the library) are invisible.
        Where rows of one id overlap, the one that became known last holds.

        Raises:
            Refused: TH-L01 none, TH-L02 several, both followed by the candidates as TH-L13; TH-L03 no such
                family.
        """
        given = {"id": id, "set": set, "item": item, "key": key, "region": region}
        wanted = tuple((name, text) for name, text in given.items() if text is not None)
        question = _Question(family, wanted, since, until, known_on or self.known_on or date.max)
        rows = self.rows(family)
        fitting = [row for row in rows if question.fits(row)]
        answers = [row for row in fitting if question.why_not(row, rows) is None]
        if len(answers) == 1:
            return answers[0]
        raise _several(question, answers) if answers else _none(question, rows)

    def _read(self, family: str) -> tuple[Factor, ...]:
        if family not in self.families():
            raise refuse("TH-L03", seen=family, wanted=", ".join(self.families()))
        rows: tuple[Factor, ...] = ()
        for origin, tables in self._sources:
            if family not in tables:
                continue
            table = tables[family]
            file = f"{family}.csv" if origin == SHIPPED else f"{origin}/factors/{family}.csv"
            data = table if isinstance(table, bytes) else table.read_bytes()
            more = read_table(data, family, file, origin)
            if origin != SHIPPED:
                self._check_own(more, rows, family, file)
            rows += more
        return rows

    def _check_own(self, own: Sequence[Factor], below: Sequence[Factor], family: str, file: str) -> None:
        """What an own table must show beyond its form. Raises Refused with TH-L06, TH-L08, TH-L09, TH-L11."""
        found: list[Problem] = []
        by_id: dict[str, list[Factor]] = {}
        for row in below:
            by_id.setdefault(row.id, []).append(row)
        # a table under a new name must not smuggle in another value of an id that a shipped family holds
        elsewhere = {} if below else self._ids_elsewhere(family)
        for row in own:
            place = Place(file=file, cell=f"L{row.line}", key=row.id)
            found.extend(_grounds(row, by_id.get(row.id, ()), place))
            found.extend(_frozen(row, place))
            if row.id in elsewhere:
                zh, en = f"放在 {elsewhere[row.id]}.csv 中", f"it in {elsewhere[row.id]}.csv"
                found.append(wrong_cell(place, "id", row.id, zh, en))
            if row.instrument and self._instruments and row.instrument not in self._instruments:
                found.append(problem("TH-L11", place, seen=row.instrument, near_zh="", near_en=""))
        found.extend(_overtaken(own, by_id, file))
        found.extend(overlaps([*below, *own], file))
        if found:
            raise Refused(found)

    def _ids_elsewhere(self, family: str) -> Mapping[str, str]:
        others = [other for other in self._sources[0][1] if other != family]
        return {row.id: other for other in others for row in self.rows(other) if row.origin == SHIPPED}


def _tables(folder: Traversable) -> dict[str, Traversable | bytes]:
    tables: dict[str, Traversable | bytes] = {}
    for each in folder.iterdir():
        if each.name.startswith(".") or each.name.endswith(".md"):
            continue
        # a workbook, or "fuels (1).csv" from a second download, would otherwise be left out without a word
        if not _TABLE.fullmatch(each.name):
            raise refuse("TH-L03", Place(file=each.name), seen=each.name, wanted="factors/<family>.csv")
        tables[each.name[:-4]] = each
    return tables


def _grounds(row: Factor, replaced: Sequence[Factor], place: Place) -> list[Problem]:
    """TH-L09 where an own row lacks a date or its reason, TH-L06 where rows of its id are something else."""
    found: list[Problem] = []
    if not row.valid_from:
        found.append(_lacks(place, row.id, "valid_from", "有效期起点", "the first day of validity"))
    if not row.known_from:
        found.append(_lacks(place, row.id, "known_from", "得知该值的日期", "the day it became known"))
    for other in replaced:
        for name in ("set", "item", "key", "region"):
            seen, wanted = getattr(row, name), getattr(other, name) or "-"
            if seen != getattr(other, name):
                found.append(wrong_cell(place, name, seen, f"与同一编号的行相同：{wanted}", wanted))
        if parse_unit(row.unit).dimension != parse_unit(other.unit).dimension:
            zh, en = f"与 {other.unit} 同类的单位", f"a unit like {other.unit}"
            found.append(wrong_cell(place, "unit", row.unit, zh, en))
        if not row.note and row.overlaps(other.since, other.until):
            found.append(
                _lacks(place, row.id, "note", "替换原有值的理由", "the reason for replacing the value")
            )
    # what holds until then; an older correction of it is no measure
    over = [other for other in replaced if row.overlaps(other.since, other.until)]
    held = max(over, key=lambda other: other.known, default=row)
    same = parse_unit(row.unit).dimension == parse_unit(held.unit).dimension
    if same and (times := _times(row, held)):
        seen, wanted = f"{row.value} {row.unit}", f"{held.value} {held.unit}"
        at = Place(place.file, place.sheet, place.cell, "value")
        found.append(problem("TH-L18", at, id=row.id, seen=seen, wanted=wanted, times=times))
    return list(dict.fromkeys(found))


def _frozen(row: Factor, place: Place) -> list[Problem]:
    """TH-L19 where a value fixed for a year is of another span or of an unnamed state of its database."""
    if row.family not in _FROZEN or not row.valid_from:
        return []
    year, state = row.since.year, f"{row.since.year - 1}-{_FROZEN[row.family]}"
    whole = row.valid_from == f"{year}-01-01" and row.valid_to == f"{year}-12-31"
    if whole and state in row.source:
        return []
    seen = f"{row.valid_from}…{row.valid_to}, {row.source}"
    return [problem("TH-L19", place, id=row.id, seen=seen, year=year, state=state)]


def _times(row: Factor, other: Factor) -> str:
    """How many times a value is another's, where that looks like a slip of the unit; "" where it does not."""
    ours = row.value_fraction * parse_unit(row.unit).scale
    theirs = other.value_fraction * parse_unit(other.unit).scale
    near = not ours or not theirs or theirs < ours * _FAR < theirs * _FAR**2
    if near or any(word in row.note for word in _CHECKED):
        return ""
    return Rounding("significant", 2).show(ours / theirs)


def _overtaken(own: Iterable[Factor], by_id: Mapping[str, Sequence[Factor]], file: str) -> list[Problem]:
    """TH-L09 where a row below became known as late as every own row over it: a person must decide afresh."""
    found: list[Problem] = []
    owned: dict[str, list[Factor]] = {}
    for row in own:
        owned.setdefault(row.id, []).append(row)
    for id, rows in owned.items():
        for other in by_id.get(id, ()):
            over = [row for row in rows if row.overlaps(other.since, other.until)]
            if over and all(row.known <= other.known for row in over):
                day = other.known_from or "-"
                zh = f"晚于 {day} 的日期（{other.origin} 的一行在那天公布）"
                en = f"a day after {day}, when a row of {other.origin} became known"
                place = Place(file=file, cell=f"L{over[-1].line}", key=id)
                found.append(_lacks(place, id, "known_from", zh, en))
    return found


def _lacks(place: Place, id: str, column: str, zh: str, en: str) -> Problem:
    return problem("TH-L09", place, id=id, column=column, wanted_zh=zh, wanted_en=en)


def _several(question: _Question, answers: Sequence[Factor]) -> Refused:
    main = problem(
        "TH-L02",
        Place(key=question.family),
        family=question.family,
        count=len(answers),
        ids=", ".join(row.id for row in answers),
        **_asked(question),
    )
    return Refused([main, *(_candidate(row, ("符合", "it fits")) for row in answers[:_MOST])])


def _none(question: _Question, rows: Sequence[Factor]) -> Refused:
    if all(row.origin != SHIPPED for row in rows):
        # a family of the plant's own values: no row of the library is near, and the way out is one line
        main = problem("TH-L14", Place(key=question.family), family=question.family, **_asked(question))
        reasons = [(row, question.why_not(row, rows) or ("", "")) for row in _nearest(question, rows)]
        return Refused([main, *(_candidate(row, why) for row, why in reasons)])
    # a text that does not apply is given as empty, else the message would show a gap for it
    texts = {"nearest_zh": "没有", "nearest_en": "nothing", "known_zh": "", "known_en": ""}
    reasons = [(row, question.why_not(row, rows) or ("", "")) for row in _nearest(question, rows)]
    if reasons:
        texts["nearest_zh"] = "；".join(f"{row.id}（{why[0]}）" for row, why in reasons[:2])
        texts["nearest_en"] = "; ".join(f"{row.id} ({why[1]})" for row, why in reasons[:2])
    if question.known != date.max:
        texts |= {"known_zh": f"，{question.known} 时已公布", "known_en": f", known on {question.known}"}
    main = problem("TH-L01", Place(key=question.family), family=question.family, **_asked(question), **texts)
    return Refused([main, *(_candidate(row, why) for row, why in reasons)])


def _asked(question: _Question) -> dict[str, object]:
    wanted = ", ".join(f"{name}={text}" for name, text in question.wanted) or "*"
    return {"wanted": wanted, "since": question.since, "until": question.until}


def _nearest(question: _Question, rows: Sequence[Factor]) -> list[Factor]:
    """The rows that miss the least, for the message; rows that share no selector are not near."""
    wanted = question.wanted
    missed = [sum(_SELECTORS[name] for name, text in wanted if getattr(row, name) != text) for row in rows]
    least = min(missed, default=0)
    if wanted and least == sum(_SELECTORS[name] for name, _ in wanted):
        return []
    near = [row for row, far in zip(rows, missed, strict=True) if far == least]
    return sorted(near, key=lambda row: not row.overlaps(question.since, question.until))[:_MOST]


def _candidate(row: Factor, why: tuple[str, str]) -> Problem:
    return problem(
        "TH-L13",
        Place(key=row.id),
        value=row.value,
        unit=row.unit,
        set=row.set,
        region=row.region or "-",
        valid=f"{row.valid_from or '…'}..{row.valid_to or '…'}",
        known=row.known_from or "-",
        origin=row.origin,
        why_zh=why[0],
        why_en=why[1],
    )
