"""Tables and lists for the terminal, made with rich; nothing in them is read as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tanheng.cli.lines import Paragraph
from tanheng.formula.model import Given, Method, Step, Way
from tanheng.inventory.difference import Difference
from tanheng.kernel.numbers import grouped, parse_exact
from tanheng.kernel.rounding import Rounding
from tanheng.library.factor_table import COLUMNS, Factor

if TYPE_CHECKING:
    from tanheng.app.backends import MatrixRow

_UNSURE = {"zh": "未确认", "en": "unconfirmed"}
_BOUNDARIES = {
    "ets_facility": ("发电设施（碳市场履约边界）", "ETS facility"),
    "enterprise": ("企业", "enterprise"),
    "iso14064": ("ISO 14064-1 组织", "ISO 14064-1 organisation"),
    "product": ("产品", "product"),
}


def grid(*heads: tuple[str, str], lang: str, right: Sequence[int] = ()) -> Table:
    """An empty table with one rule under its head and two columns of air; heads in Chinese and English."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for number, (zh, en) in enumerate(heads):
        table.add_column(
            en if lang == "en" else zh, justify="right" if number in right else "left", overflow="fold"
        )
    return table


def said_boundary(boundary: str, lang: str) -> str:
    """A boundary for people; one of an own method as it is written."""
    zh, en = _BOUNDARIES.get(boundary, (boundary, boundary))
    return zh if lang == "zh" else en


def difference(found: Difference, before: str, after: str, lang: str) -> Iterator[RenderableType]:
    """An answer before and after, and the causes of its change; they add up to it."""
    kinds = {"boundary": "边界", "input": "输入", "factor": "因子", "method": "方法"}
    yield Text(f"{found.name} {found.en if lang == 'en' else found.zh} [{found.unit}]", style="bold")
    table = grid(("", ""), ("原因", "cause"), ("数值", "value"), lang=lang, right=(2,))
    table.add_row("before" if lang == "en" else "变化前", Text(before), _short(found.before))
    for part in found.parts:
        what = part.en if lang == "en" else part.zh
        places = f" ({part.places})" if lang == "en" else f"（{part.places} 处）"
        table.add_row(
            part.kind if lang == "en" else kinds[part.kind], Text(what + places), _signed(part.change)
        )
    table.add_row("after" if lang == "en" else "变化后", Text(after), _short(found.after), style="bold")
    table.add_row("in all" if lang == "en" else "合计", "", _signed(found.change))
    yield table
    if not found.parts:
        yield Text("No difference" if lang == "en" else "没有差别")


def _short(exact: str) -> str:
    value = parse_exact(exact)
    return grouped(exact if "/" not in exact and len(exact) <= 16 else Rounding("half_up", 2).show(value))


def _signed(exact: str) -> str:
    text = _short(exact)
    return text if text.startswith(("−", "-")) or not text.strip("0.,") else f"+{text}"


def method_lines(methods: Sequence[Method], lang: str) -> Iterator[RenderableType]:
    """Methods with their days in force."""
    for m in methods:
        text = Text(m.id, style="bold")
        yield text.append(f"  {m.force} … {m.until}", style="not bold")
        yield Paragraph(m.en if lang == "en" else m.zh, 4)


def method_page(method: Method, lang: str) -> Iterator[RenderableType]:
    """A method's head, then every way of every step with condition, formula, rounding and clause."""
    yield Text(method.en if lang == "en" else method.zh, style="bold")
    boundary = said_boundary(method.boundary, lang)
    yield Text(f"{method.id} · {method.law} · {boundary} · {method.force} … {method.until}")
    for step in method.steps.values():
        yield Text("")
        yield _step_head(step, lang)
        for way in step.ways:
            name = (way.en if lang == "en" else way.zh) or way.name
            line = Text(f"{name}  " if name else "", style="magenta")
            if way.when is not None:
                line.append(f"{'if' if lang == 'en' else '当'} {way.when.text}  ", style="dim")
            line.append(f"= {way.expr.text}", style="cyan")
            told = [way.rounding.label(lang) if way.rounding else "", way.law if way.law != step.law else ""]
            line.append("".join(f"  {each}" for each in told if each), style="dim")
            yield Paragraph(line, 4, 2)


def _step_head(step: Step, lang: str) -> Text:
    text = Text(f"{step.name} ", style="bold")
    text.append(f"{step.en if lang == 'en' else step.zh}")
    if step.closure:
        text.append(f" [{' · '.join(step.closure)}]", style="dim")
    text.append(f"  {step.unit.label if step.unit else step.kind}", style="green")
    text.append(f"  {step.law}", style="blue")
    return text


def method_json(method: Method) -> dict[str, Any]:
    """A method's declarations for programs."""
    parts = ("id", "zh", "en", "law", "boundary", "force", "until", "digest")
    return {part: getattr(method, part) for part in parts} | {
        "givens": [
            _declared(g) | {"optional": g.optional, "one_of": list(g.one_of)} for g in method.givens.values()
        ],
        "steps": [_declared(s) | {"ways": [_way(w, s) for w in s.ways]} for s in method.steps.values()],
        "answers": {name: answer.kind for name, answer in method.answers.items()},
    }


def _declared(item: Given | Step) -> dict[str, Any]:
    texts = {part: getattr(item, part) for part in ("name", "symbol", "kind", "zh", "en", "law")}
    return texts | {"per": list(item.closure), "unit": item.unit.text if item.unit else ""}


def _way(way: Way, step: Step) -> dict[str, Any]:
    return {
        "name": way.name,
        "is": way.expr.text,
        "when": way.when.text if way.when else "",
        "law": way.law or step.law,
        "round": way.rounding.text if way.rounding else "",
        "default": way.default,
    }


def families_table(rows: Sequence[Factor], families: Sequence[str], lang: str) -> Table:
    """How many factors each family holds, and how many of them are unconfirmed."""
    table = grid(("因子族", "family"), ("行数", "rows"), ("未确认", "unconfirmed"), lang=lang, right=(1, 2))
    for family in families:
        mine = [r for r in rows if r.family == family]
        table.add_row(family, str(len(mine)), str(sum(r.certainty != "sure" for r in mine)))
    return table


def factor_lines(rows: Sequence[Factor], lang: str) -> Iterator[RenderableType]:
    """Factors, each with value and days in force on one line and its source on the next."""
    for r in rows:
        text = Text(r.id, style="bold")
        text.append(f"  {r.name_en if lang == 'en' and r.name_en else r.name_zh}")
        text.append(f"  {r.value} {r.unit}", style="bold green")
        text.append(f"  {r.valid_from or '…'} – {r.valid_to or '…'}" + (f"  {r.region}" if r.region else ""))
        if r.certainty != "sure":
            text.append(f"  {_UNSURE[lang]}", style="yellow")
        if r.origin != "shipped":
            text.append(f"  {r.origin}", style="magenta")
        yield Paragraph(text, 0, 4)
        yield Paragraph(f"{r.source} {r.clause}".strip(), 4, style="dim")
    yield Text(f"{len(rows)} factors" if lang == "en" else f"{len(rows)} 个因子")


def factor_json(row: Factor) -> dict[str, str]:
    """A factor's columns for programs."""
    return {name: str(getattr(row, name)) for name in (*COLUMNS, "family", "origin", "digest")}


def matrix_lines(rows: Sequence[MatrixRow], lang: str) -> Iterator[RenderableType]:
    """How many steps of each method every back end computes as exact does; below, each that is refused."""
    zh = lang == "zh"
    names = list(rows[0].verdicts) if rows else []
    heads = [("方法", "method"), ("步骤", "steps"), ("exact", "exact"), *((name, name) for name in names)]
    table = grid(*heads, lang=lang, right=range(1, len(heads)))
    for row in rows:
        steps = str(len(row.method.steps))
        table.add_row(row.method.id, steps, steps, *(str(row.equal(name)) for name in names))
    yield table
    for row in rows:
        for name in names:
            for refusal in row.refusals(name):
                step = row.method.steps[refusal.step]
                said = f"{refusal.step} {step.zh if zh else step.en}"
                reason = f"{'由 exact 计算：' if zh else 'left to exact: '}{refusal.text(lang)}"
                yield Text(f"{row.method.id} · {name} · {said}：{reason}", style="dim")


def matrix_json(rows: Sequence[MatrixRow]) -> dict[str, Any]:
    """Method, back end, step: "equal" or the reason."""
    return {
        row.method.id: {
            name: {step: v if isinstance(v, str) else v.reason for step, v in verdicts.items()}
            for name, verdicts in row.verdicts.items()
        }
        for row in rows
    }
