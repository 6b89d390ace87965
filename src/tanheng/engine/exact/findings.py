"""Rules of plausibility over the inputs of a method: what breaks them, by how much, how many tonnes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from tanheng.engine.exact.compile import Compiler, Function
from tanheng.engine.exact.gather import gathered
from tanheng.engine.exact.rows import Row
from tanheng.engine.exact.run import Run
from tanheng.engine.exact.trace import lacks
from tanheng.facts.finding import EXPLAINED, NOT_APPLICABLE, NOT_COMPUTED, OPEN, REPLACED, Finding
from tanheng.facts.inputs import Inputs
from tanheng.formula.expr import Expr
from tanheng.formula.model import TIME_SCOPES, Check, Method
from tanheng.kernel.numbers import exact_text, grouped
from tanheng.kernel.problems import Place, Problem, Refused, problem
from tanheng.kernel.rounding import Rounding
from tanheng.kernel.units import Unit, parse_unit
from tanheng.library.method_library import MethodLibrary

TONNE = parse_unit("tCO2")
FINEST = 6
"""Decimals of a figure that lies so near its bound that fewer would show the bound itself."""
_CODES = {"error": "TH-F01", "warning": "TH-F02", "info": "TH-F03"}
_STATES = {REPLACED: "TH-F04", EXPLAINED: "TH-F05", NOT_COMPUTED: "TH-F06"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a run.

    Attributes:
        rules: The runs of the rules, each over the method's own inputs.
        findings: In the order of rules and rows.
        problems: Data that only the rules know and that were refused.
        covered: Ids of the method's checks that a finding says better, with figure, bound and tonnes.
    """

    rules: tuple[Run, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    covered: frozenset[str]


def judge(run: Run, methods: MethodLibrary) -> Judgement:
    """Run every set of rules that judges the run's method.

    Refused rules of the user's own folder are raised; what a row lacks never is.
    """
    made = tuple(filter(None, (ruled(run, rules, methods) for rules in methods.rules())))
    own = [(each, check) for each in made for check in each.method.checks if check.id in each.method.own]
    known = {p for each in run.lineage for p in each.data.problems}
    return Judgement(
        made,
        tuple(found for each, check in own for found in _judged(each, check)),
        tuple(dict.fromkeys(p for each in made for p in each.data.problems if p not in known)),
        frozenset(check.covers for _, check in own if check.covers),
    )


def finding_problems(findings: tuple[Finding, ...]) -> tuple[Problem, ...]:
    """The findings as problems for people: TH-F01 to F06, following days of one rule as one line."""
    return gathered(_problem(each) for each in findings if each.state != NOT_APPLICABLE)


def without_tonnes(found: Finding) -> Finding:
    """A finding of a year whose data are in question: its figure stands, the tonnes are not known."""
    return replace(found, tonnes="", shown=tuple(pair for pair in found.shown if pair[0] != "tonnes"))


def ruled(run: Run, rules_id: str, methods: MethodLibrary) -> Run | None:
    """The rules over a run's method and inputs; None where they do not judge it."""
    made: Run | None = None
    for each in reversed(run.lineage):
        laid = methods.judging(rules_id, each.method)
        # rules that only fill gaps judge nothing
        if each is run and (laid is None or not any(c.id in laid.own for c in laid.checks)):
            return None
        method = laid or each.method
        made = Run(method, _with_papers(each.inputs, method, each.method), run.library, made)
        made.take(each)
    return made


def _with_papers(inputs: Inputs, rules: Method, judged: Method) -> Inputs:
    """The inputs of a method and, as data, the facts that only the rules read."""
    papers = tuple(f for f in inputs.facts if f.name in rules.givens and f.name not in judged.givens)
    return replace(inputs, method=rules.id, data=inputs.data + papers)


class _Judge:
    """One rule, compiled."""

    def __init__(self, run: Run, check: Check) -> None:
        self.run, self.check = run, check
        self.that = self._of(check.that)
        self.parts = {
            name: self._of(expr)
            for name in ("figure", "low", "high", "tonnes")
            if (expr := getattr(check, name)) is not None
        }
        given = run.method.givens.get(check.excuse)
        self.excuse = (given.name, [check.closure.index(s) for s in given.closure]) if given else None
        self.span = run.spans(check.closure)

    def _of(self, expr: Expr) -> Function:
        return Compiler(self.run, expr, self.check.closure, self.check.zh).compiled()

    def verdict(self, row: Row) -> bool | None:
        """Whether the rule holds. Refused where what it needs could not be computed."""
        found: bool | None = self.run.settled(lambda: self.that(row))
        return found

    def value(self, part: str, row: Row) -> Fraction | None:
        """One of the figures that are shown beside the rule, in base units."""
        read = self.parts.get(part)
        try:
            found = self.run.settled(lambda: read(row)) if read is not None else None
        except Refused:
            return None
        # a literal bound is an int
        return Fraction(found) if found is not None else None

    def reason(self, row: Row) -> str:
        """What people wrote about this row."""
        if self.excuse is None:
            return ""
        name, places = self.excuse
        return str(self.run.value(name, tuple(row[i] for i in places)) or "")


def _judged(run: Run, check: Check) -> Iterator[Finding]:
    """The findings of one rule."""
    judge = _Judge(run, check)
    absent: list[Row] = []
    judged = False
    for row in run.rows.of(check.closure):
        try:
            verdict = judge.verdict(row)
        except Refused as refused:
            # each problem has its own line already; here its code and title say why nothing is judged
            zh, en = (
                "；".join(dict.fromkeys(f"{p.code} {p.title(lang)}" for p in refused.problems))
                for lang in ("zh", "en")
            )
            yield _finding(judge, row, NOT_COMPUTED, zh, en)
            judged = True
            continue
        judged = judged or verdict is not None
        if verdict is None:
            absent.append(row)
        elif not verdict:
            reason = judge.reason(row)
            state = REPLACED if check.replaced else EXPLAINED if reason else OPEN
            yield _finding(judge, row, state, reason, reason)
    if not judged:
        # a rule without rows (no meter, no batch is entered) says so as well: silence would look like a pass
        zh, en = (
            [lacks(run, check.that, check.closure, absent[0], lang) for lang in ("zh", "en")]
            if absent
            else ("没有登记的行", "no row is entered")
        )
        head = (check.id, check.level, check.zh, check.en, check.law or run.method.law)
        yield Finding(*head, (), run.period.key, NOT_APPLICABLE, reason=zh, reason_en=en, rows=len(absent))


def _finding(judge: _Judge, row: Row, state: str, reason: str, reason_en: str) -> Finding:
    run, check = judge.run, judge.check
    unit = run.data.unit_of(check.unit, check.closure, row) if check.unit is not None else parse_unit("1")
    scale = check.unit.scale if check.unit is not None else Fraction(1)
    values = {name: judge.value(name, row) for name in ("figure", "low", "high", "tonnes")}
    own = {n: v / (TONNE.scale if n == "tonnes" else scale) for n, v in values.items() if v is not None}
    if "figure" in own:
        own["closing"] = _closing(own["figure"], own.get("low"), own.get("high"))
    exact = {name: exact_text(value) for name, value in own.items()}
    members = sorted((s, m) for s, m in zip(check.closure, row, strict=True) if s not in TIME_SCOPES)
    return Finding(
        check.id,
        check.level,
        check.zh,
        check.en,
        check.law or run.method.law,
        tuple(members),
        judge.span(row),
        state,
        exact.get("figure", ""),
        exact.get("low", ""),
        exact.get("high", ""),
        exact.get("closing", ""),
        exact.get("tonnes", ""),
        unit.text,
        shown=tuple(sorted(_shown(own, unit).items())),
        reason=reason,
        reason_en=reason_en,
    )


def _closing(figure: Fraction, low: Fraction | None, high: Fraction | None) -> Fraction:
    """The smallest change of the figure that meets its bound; 0 where the bound itself is not allowed."""
    if low is not None and figure < low:
        return low - figure
    if high is not None and figure > high:
        return high - figure
    return Fraction(0)


def _shown(own: dict[str, Fraction], unit: Unit) -> dict[str, str]:
    """The figures as people read them: never so short that a figure past its bound looks like the bound."""
    ends = [own[name] for name in ("low", "high") if name in own]
    figure = own.get("figure")
    fewest = 5 if unit.text.startswith("tC/") else 2
    digits = next(
        (
            d
            for d in range(fewest, FINEST)
            if figure is None
            or all(end == figure or Rounding("half_up", d).apply(figure) != end for end in ends)
        ),
        FINEST,
    )
    return {
        name: grouped(Rounding("half_up", 2).show(value)) if name == "tonnes" else _text(value, digits)
        for name, value in own.items()
    }


def _text(value: Fraction, digits: int) -> str:
    exact = exact_text(value)
    short = "/" not in exact and len(exact.partition(".")[2]) <= digits
    return grouped(exact if short else Rounding("half_up", digits).show(value))


def _problem(found: Finding) -> Problem:
    """A finding in words; the row stands in its place too, so that following days become one line."""
    code = _STATES.get(found.state) or _CODES[found.level]
    members = [m for _, m in sorted(found.row, key=lambda pair: _ORDER.get(pair[0], 9))]
    row = [*members, *([found.period] if len(found.period) > 4 else [])]
    label = parse_unit(found.unit).label if found.unit and found.unit != "1" else ""
    figures = {
        "figure": f"{found.said('figure')} {label}".strip() or "—",
        "bound": f"{bound_text(found)} {label}".strip() or "—",
        "closing_zh": f"{closing_text(found, 'zh')} {label}".strip() if found.closing else "—",
        "closing_en": f"{closing_text(found, 'en')} {label}".strip() if found.closing else "—",
        "tonnes": f"{found.said('tonnes')} tCO2" if found.tonnes else "—",
    }
    return problem(
        code,
        Place(key=f"{found.rule}[{', '.join(row)}]"),
        rule=found.rule,
        name_zh=found.zh,
        name_en=found.en or found.zh,
        row=" · ".join(row) or found.period,
        reason_zh=found.reason,
        reason_en=found.reason_en or found.reason,
        law=found.law,
        **figures,
    )


_ORDER = {"unit": 0, "fuel": 1, "stream": 1, "meter": 1, "document": 1, "batch": 2}


def bound_text(found: Finding) -> str:
    """The bound as "low … high", "≤ high" or "≥ low"; a strict one as "< high"."""
    low, high = found.said("low"), found.said("high")
    if low and high:
        return f"{low} … {high}"
    strict = found.closing == "0"
    if high:
        return f"{'<' if strict else '≤'} {high}"
    return f"{'>' if strict else '≥'} {low}" if low else ""


def closing_text(found: Finding, lang: str) -> str:
    """The closing value with its sign."""
    text = found.said("closing")
    if found.closing == "0":
        return "须越过界限" if lang == "zh" else "beyond the bound"
    return text if text.startswith(("−", "-")) else f"+{text}"
