"""What was done against what was planned: each deviation with month, parameter, plan and fact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from tanheng.facts.datum import Datum, Row, row_of
from tanheng.facts.plan import Entry, Plan
from tanheng.inventory.plan_done import Comparison, Finding, place_of
from tanheng.inventory.plan_faults import member_text, numbers
from tanheng.inventory.plan_meters import meter_findings
from tanheng.kernel.numbers import narrow
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.library.plan_template import DEFAULTS, OBTAINED, Parameter, PlanWay, word_of

_WHAT = {"unit": ("机组", "unit"), "fuel": ("燃料", "fuel"), "stream": ("供热流", "heat stream")}
_PREFIX = re.compile(r"(?:dqcp|数据质量控制)?\s*(?:计划|方案)?\s*(?:规则|第)?\s*", re.IGNORECASE)
_FACT_LABORATORY = "laboratory"


def compare_plan(given: Comparison) -> list[Problem]:
    """Every deviation of a plant's year from its plan, joined over months, in the order of the plan.

    Raises:
        Refused: TH-Q08 plan and data are not of one year and entity; TH-Q13 the versions are no chain.
    """
    _same(given)
    problems = list(timing(given))
    findings: list[Finding] = []
    bare = [m for m in given.done.months if given.plan_of(m) is None]
    if bare:
        first = min((p.effective_from for p in given.plans if p.effective_from), default="—")
        problems.append(problem("TH-Q37", month=month_text(bare), planned=first))
    for month in given.done.months:
        plan = given.plan_of(month)
        if plan is None:
            continue
        findings += _outside(given, plan, month)
        for entry in plan.table("parameters"):
            parameter = given.template.parameter(entry.get("parameter"))
            way = parameter.way(entry.get("way")) if parameter else None
            members = {k: v for k, v in entry.at if k != "parameter"}
            if parameter and way and given.done.used(members, month):
                findings += _row(given, plan, entry, parameter, way, month)
                findings += meter_findings(given, plan, entry, parameter, way, month)
    findings += _substitutions(given)
    last = given.plans[-1]
    english = {p.zh: p.en for p in given.template.parameters}
    return [
        *problems,
        *_joined(findings, last, english),
        *_rows_lacking(given),
        *_unused(given),
        *_fallen(given),
    ]


def _same(given: Comparison) -> None:
    inputs, plans = given.done.inputs, given.plans
    code = next((d.value for d in inputs.facts if d.name == "credit_code"), "")
    for plan in plans:
        if plan.year != inputs.period:
            said = {"what": "年度", "what_en": "year", "seen": plan.year, "wanted": inputs.period}
            raise Refused(problem("TH-Q08", Place(key=f"v{plan.version}"), **said))
        own = plan.form("entity").get("credit_code")
        if code and own and own != code:
            said = {"what": "统一社会信用代码", "what_en": "credit code", "seen": own, "wanted": code}
            raise Refused(problem("TH-Q08", Place(key=f"v{plan.version}"), **said))
    for one, two in pairwise(plans):
        if two.replaces != one.digest or int(two.version) != int(one.version) + 1:
            raise Refused(
                problem("TH-Q13", Place(key=f"v{two.version}"), seen=two.version, wanted=one.version)
            )


def timing(given: Comparison) -> Iterator[Problem]:
    """Whether each version was made, submitted and begun in time."""
    template = given.template
    for plan in given.plans:
        place = Place(key=f"v{plan.version}")
        if not plan.submitted_on:
            yield problem("TH-Q35", place, seen=plan.version)
        if plan.version == "1":
            before = int(plan.year) - 1
            due, opens = f"{before}-{template.deadline}", f"{before}-{template.opens}"
            if plan.made_on and plan.made_on < opens:
                yield problem("TH-Q36", place, seen=plan.version, done=plan.made_on, planned=opens)
        else:
            # a version cannot govern months that were over before it was submitted
            due = f"{plan.effective_from}-31"
        for name, zh, en in (("made_on", "制定", "made"), ("submitted_on", "提交", "submitted")):
            on = str(getattr(plan, name))
            if on and on > due:
                said = {"what": f"版本 {plan.version} {zh}", "what_en": f"Version {plan.version} {en}"}
                shown = due if plan.version == "1" else plan.effective_from
                yield problem("TH-Q34", place, planned=shown, done=on, **said)


def _row(
    given: Comparison, plan: Plan, entry: Entry, parameter: Parameter, way: PlanWay, month: str
) -> Iterator[Finding]:
    """One parameter in one month: route, basis, laboratory, date of the report, missing measurements."""
    done, name = given.done, parameter.zh
    at = row_of((k, v) for k, v in entry.at if k != "parameter")
    members = dict(at)
    chosen = done.word(parameter.word, members) if parameter.word else None
    if chosen is not None and chosen.value != way.word:
        actual = parameter.way(chosen.value)
        lower = actual is not None and way.rank and actual.rank > way.rank
        code = "TH-Q21" if lower else "TH-Q20"
        yield Finding(code, month, at, name, way.word, chosen.value, place_of(chosen))
        return
    basis = done.word(parameter.basis, members) if parameter.basis and way.measured else None
    if basis is not None and entry.get("basis") and basis.value != entry.get("basis"):
        yield Finding("TH-Q24", month, at, name, entry.get("basis"), basis.value, place_of(basis))
    if parameter.laboratory and way.measured and entry.get("laboratory"):
        house = done.at(_FACT_LABORATORY, members, month)
        if house is not None and _plain(house.value) != _plain(entry.get("laboratory")):
            yield Finding("TH-Q25", month, at, name, entry.get("laboratory"), house.value, place_of(house))
    yield from _told(given, entry, parameter, month)
    yield from _late(given, at, parameter, way, month)
    yield from _missing(given, plan, entry, parameter, way, month)


def _told(given: Comparison, entry: Entry, parameter: Parameter, month: str) -> Iterator[Finding]:
    """Columns of the plan of which the plant's sheets say what was done: by whom, how often."""
    at = row_of((k, v) for k, v in entry.at if k != "parameter")
    for column, fact in parameter.told:
        told = given.done.at(fact, dict(at), "")
        said = OBTAINED.get(told.value, told.value) if told else ""
        if told is not None and entry.get(column) and said != entry.get(column):
            heading = given.template.sheet("parameters").sheet.column(column)
            title = f"{parameter.zh} {heading.zh if heading else column}"
            yield Finding("TH-Q20", month, at, title, entry.get(column), said, place_of(told))


def _late(given: Comparison, at: Row, parameter: Parameter, way: PlanWay, month: str) -> Iterator[Finding]:
    if len(parameter.sampled) != 2 or not set(parameter.sampled) <= set(way.data):
        return
    sampled, issued = (given.done.at(n, dict(at), month) for n in parameter.sampled)
    if sampled is None or issued is None:
        return
    days = (date.fromisoformat(issued.value) - date.fromisoformat(sampled.value)).days
    if days > given.template.report_days:
        most = str(given.template.report_days)
        yield Finding("TH-Q26", month, at, parameter.zh, most, str(days), place_of(issued))


def _missing(
    given: Comparison, plan: Plan, entry: Entry, parameter: Parameter, way: PlanWay, month: str
) -> Iterator[Finding]:
    """Measurements that the plan asks for and that are not there."""
    at = row_of((k, v) for k, v in entry.at if k != "parameter")
    lacking = [t for n in way.data for t in given.done.lacking(n, dict(at), month)]
    if not lacking:
        return
    rules = _rules(plan, entry)
    defaults = {t.zh for t in parameter.treatments if t.fills == DEFAULTS}
    planned = [r for r in rules if r.get("treatment") in defaults]
    said = "、".join(f"{r.get('number')}（{r.get('treatment')}）" for r in planned or rules) or "—"
    code = "TH-Q27" if planned else "TH-Q28"
    more = (("done_en", _times(lacking, "en")),)
    yield Finding(code, month, at, parameter.zh, said, _times(lacking), Place(), more)


def _outside(given: Comparison, plan: Plan, month: str) -> Iterator[Finding]:
    """Members in use that no row of the version in force knows."""
    planned = {
        row_of(p for p in e.at if p[0] in ("unit", scope))
        for e in plan.table("parameters")
        for scope in _WHAT
    }
    for scope, at in given.done.members():
        unit = row_of(p for p in at if p[0] == "unit")
        # a unit that is not planned says it once for all of its fuels
        if at in planned or (scope != "unit" and unit not in planned) or not given.done.used(dict(at), month):
            continue
        what = (("what", _WHAT[scope][0]), ("what_en", _WHAT[scope][1]))
        yield Finding("TH-Q22", month, unit, "", "", dict(at)[scope], _member_place(given, scope, at), what)


def _member_place(given: Comparison, scope: str, at: Row) -> Place:
    for datum in given.done.inputs.data:
        if datum.row == at and dict(datum.row).get(scope):
            return place_of(datum)
    return Place()


def _substitutions(given: Comparison) -> Iterator[Finding]:
    """Substituted values, each against the rules that the version in force names for its parameter."""
    grouped: dict[tuple[str, Row, str, str], list[tuple[str, Datum]]] = {}
    for datum, at, time in given.done.substituted():
        parameter = _owner(given, datum.name, at)
        key = (parameter.zh if parameter else datum.name, at, time[:7], datum.rule)
        grouped.setdefault(key, []).append((time, datum))
    for (name, at, month, rule), found in grouped.items():
        plan = given.plan_of(month)
        if plan is None:
            continue
        entry = plan.find("parameters", **dict(at), parameter=name)
        rules = _rules(plan, entry) if entry else []
        met = next((r for r in rules if _is_rule(rule, r)), None)
        days, place = [t for t, _ in found], place_of(found[0][1])
        times, times_en = _times(days), _times(days, "en")
        if met is None:
            planned = "、".join(map(_rule_text, rules)) or "—"
            more = (("done_en", f"{times_en} {rule}"),)
            yield Finding("TH-Q29", month, at, name, planned, f"{times} {rule}", place, more)
        else:
            more = (("done_en", times_en),)
            yield Finding("TH-Q30", month, at, name, met.get("number"), times, place, more)


def _owner(given: Comparison, name: str, at: Row) -> Parameter | None:
    """The parameter that a given belongs to, for these members."""
    per = {k for k, _ in at}
    for parameter in given.template.parameters:
        named = {*parameter.also, *(n for w in parameter.ways for n in w.data)}
        fits = all(word_of(given.done.inputs, n, dict(at)) in words for n, words in parameter.when)
        if (
            name in named
            and set(parameter.per) == per
            and fits
            and parameter.exists(given.done.inputs.period)
        ):
            return parameter
    return None


def _rules(plan: Plan, entry: Entry) -> list[Entry]:
    found = (plan.find("missing", number=n) for n in numbers(entry.get("missing")))
    return [r for r in found if r is not None]


def _rule_text(rule: Entry) -> str:
    return f"{rule.get('number')} {rule.get('rule') or rule.get('treatment')}"


def _is_rule(said: str, rule: Entry) -> bool:
    """Whether a substitution names a rule: its number, alone or before the rule's own words."""
    text = _PREFIX.sub("", narrow(said), count=1).strip()
    number = narrow(rule.get("number"))
    if not text.startswith(number):
        return False
    rest = text[len(number) :]
    # 4.3 is not 4.31
    if re.match(r"[.-]?[0-9A-Za-z]", rest):
        return False
    return _plain(rest.lstrip(" :,.;条")) in ("", _plain(rule.get("rule")), _plain(rule.get("treatment")))


def _plain(text: str) -> str:
    """A text for comparing: width, blanks and the full stop at its end do not count."""
    return "".join(narrow(text).lower().split()).rstrip("。.")


def _times(times: Iterable[str], lang: str = "zh") -> str:
    """Days of a month for people: "3日、9日–10日"; "当月" where it is the month as a whole."""
    spans: list[list[int]] = []
    for day in sorted({int(t[8:]) for t in times if len(t) > 7}):
        if spans and spans[-1][-1] == day - 1:
            spans[-1][1:] = [day]
        else:
            spans.append([day])
    if lang == "en":
        return ("day " + ", ".join("–".join(map(str, span)) for span in spans)) if spans else "the month"
    return "、".join("–".join(f"{d}日" for d in span) for span in spans) or "当月"


def _joined(findings: Sequence[Finding], plan: Plan, english: Mapping[str, str]) -> Iterator[Problem]:
    """Findings that say the same of several months, as one."""
    groups: dict[Finding, list[Finding]] = {}
    for each in findings:
        key = each._replace(month="")
        # a meter is said once, with every parameter that rests on it
        key = key._replace(at=(), name="") if "device" in dict(each.more) else key
        groups.setdefault(key, []).append(each)
    for each, found in groups.items():
        served = dict.fromkeys((member_text(plan, dict(f.at)), f.name) for f in found)
        where, name = next(iter(served))
        name_en = english.get(name, name)
        if len(served) > 1:
            where, name = "", "、".join(f"{place} {title}" for place, title in served)
            name_en = ", ".join(f"{place} {english.get(title, title)}" for place, title in served)
        span = {"month": month_text(f.month for f in found), "where": where, "where_en": where}
        said = {"name": name, "name_en": name_en, "planned": each.planned, "done": each.done}
        yield problem(each.code, each.place, **{**span, **said, **dict(each.more)})


def month_text(months: Iterable[str]) -> str:
    """Months as spans: "2024-01 至 2024-06、2024-09"."""
    spans: list[list[str]] = []
    for month in sorted(set(months)):
        if spans and int(month[5:]) == int(spans[-1][-1][5:]) + 1 and month[:4] == spans[-1][-1][:4]:
            spans[-1][1:] = [month]
        else:
            spans.append([month])
    return "、".join("–".join(dict.fromkeys(span)) for span in spans)


def _rows_lacking(given: Comparison) -> Iterator[Problem]:
    """Rows of table B.4 that the guide asks for and the last version lacks, for members that it has."""
    plan, inputs = given.plans[-1], given.done.inputs
    members = {row_of(p for p in e.at if p[0] != "parameter") for e in plan.table("parameters")}
    for parameter, at in given.template.rows(inputs, inputs.period):
        inner = row_of(p for p in at if p[0] != "parameter")
        if inner in members and plan.find("parameters", **dict(at)) is None:
            where = member_text(plan, dict(inner))
            yield problem("TH-Q07", name=parameter.zh, name_en=parameter.en, where=where, where_en=where)


def _unused(given: Comparison) -> Iterator[Problem]:
    plan = given.plans[-1]
    there = {at for _, at in given.done.members()}
    seen = dict.fromkeys(row_of(p for p in e.at if p[0] != "parameter") for e in plan.table("parameters"))
    for at in seen:
        scope = next((s for s in ("stream", "fuel", "unit") if s in dict(at)), "")
        if at and scope and at not in there:
            where = member_text(plan, {k: v for k, v in at if k == "unit"})
            told = {"what": _WHAT[scope][0], "what_en": _WHAT[scope][1], "planned": dict(at)[scope]}
            yield problem("TH-Q23", where=where, where_en=where, **told)


def _fallen(given: Comparison) -> Iterator[Problem]:
    """Rows whose level is lower than the year before; the level of a source may not fall."""
    if given.before is None:
        return
    for plan in given.plans:
        for entry in plan.table("parameters"):
            parameter = given.template.parameter(entry.get("parameter"))
            old = given.before.find("parameters", **dict(entry.at))
            if parameter is None or old is None:
                continue
            ranks = [w.rank if (w := parameter.way(e.get("way"))) else 0 for e in (old, entry)]
            if 0 < ranks[0] < ranks[1]:
                where = member_text(plan, dict(entry.at))
                told = {"name": parameter.zh, "planned": old.get("way"), "done": entry.get("way")}
                yield problem("TH-Q39", Place(key=f"v{plan.version}"), where=where, where_en=where, **told)
