"""The formula book of a method: everything that its file says, for a reader who checks it against the law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tanheng.engine.notation.constants import ratio_text
from tanheng.engine.notation.formula import symbol_of
from tanheng.engine.notation.matrix import Refusal, matrix
from tanheng.engine.notation.parts import letters
from tanheng.engine.notation.symbols import symbol
from tanheng.formula.model import Constant, Dated, Given, Method, Scope
from tanheng.formula.model import Table as LookUp
from tanheng.kernel.numbers import exact_text
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.factor_table import Factor
from tanheng.library.instrument_library import InstrumentLibrary
from tanheng.statement.book_steps import KINDS, check_blocks, fill_blocks, rows_text, scope_name, step_blocks
from tanheng.statement.inline import inline, unit_text
from tanheng.statement.model import Block, Cell, Column, Paragraph, Section, Statement, Table, TableRow
from tanheng.statement.text import BOLD, CODE, Run, Text, rich, words

_BOUNDARIES = {"ets_facility": "发电设施（全国碳市场履约边界）", "enterprise": "企业边界"}
_ANSWERS = {
    "emission": "排放量",
    "removal": "清除量",
    "allowance": "配额",
    "memo": "备查项",
    "indicator": "指标",
}
_CERTAIN = {"sure": "已确认", "check": "待核实"}
_NOTES = {"reading": "理解", "doubt": "存疑"}
_STEPS = (
    "公式由方法文件排印，计算用的就是这些公式。大括号内各路径自上而下取第一条条件成立且有值的；条件见公式下的表。"
    "公式中的 10 的幂只为换算单位；百分数带 % 代入。带有 [ ] 的单位是该对象自己的计量单位。"
)


def method_book(
    whole: Method, factors: FactorLibrary, laws: InstrumentLibrary, own: bool = False
) -> Statement:
    """The book as a document.

    Args:
        own: Only what stands in the file itself, as for rules that judge a method and hold its steps as well.
        factors: Where the tables and constants that the method does not hold itself are read.
        laws: What the law of the method is called.

    Raises:
        Refused: TH-L03 a factor family that the method names is not in the library.
    """
    named = iter("一二三四五六七八九")
    method = _own(whole) if own else whole

    def section(title: str, blocks: Iterable[Block], fresh: bool = False) -> tuple[Section, ...]:
        found = tuple(blocks)
        return (Section(words(f"{next(named)}、{title}"), found, fresh=fresh),) if found else ()

    return Statement(
        id="method-book",
        title=words("公式手册"),
        subtitle=rich(method.zh),
        running=method.zh,
        digest=f"方法文件 SHA-256 {method.digest}",
        cover=tuple(_cover(method, whole, factors, laws)),
        figures=(),
        sections=(
            *section("范围与下标", [_scopes(method)]),
            *section("结果", [_answers(method)] if method.answers else ()),
            *section("输入", _givens(method)),
            *section("常数与查表值", [*_constants(method, factors), *_tables(method, factors)]),
            *section("公式", _formulas(whole, method), True),
            *section("校验", check_blocks(whole, method.checks) if method.checks else ()),
            *section("缺失数据的补缺", fill_blocks(whole, method.fills) if method.fills else ()),
            *section("说明与存疑", _notes(method)),
        ),
    )


def _own(method: Method) -> Method:
    """A method without what it took over. For lists only: its formulas need the names that are left out."""
    return replace(
        method,
        givens={name: each for name, each in method.givens.items() if name in method.own},
        constants={name: each for name, each in method.constants.items() if name in method.own},
        tables={name: each for name, each in method.tables.items() if name in method.own},
        steps={name: each for name, each in method.steps.items() if name in method.own},
        answers={},
        checks=tuple(each for each in method.checks if each.id in method.own),
        notes=tuple(n for n in method.notes if method.base is None or n not in method.base.notes),
    )


def _formulas(whole: Method, method: Method) -> Iterator[Block]:
    if method.steps:
        yield Paragraph(words(_STEPS), "note")
        yield from step_blocks(whole, method.steps.values())


def _cover(
    method: Method, whole: Method, factors: FactorLibrary, laws: InstrumentLibrary
) -> Iterator[tuple[Text, Cell]]:
    rows: list[tuple[str, Text]] = [
        ("方法", words(method.id, CODE)),
        ("英文名", words(method.en)),
        ("依据", _law(method.law, laws)),
        ("核算边界", words(_BOUNDARIES.get(method.boundary, method.boundary))),
        ("施行期间", words(_days(method.force, method.until))),
        ("替代", words(method.replaces)),
        ("基于", words(_base(method))),
        (
            "修约规则",
            words(
                f"{method.rounding_law}，{_CERTAIN[method.rounding_certainty]}" if method.rounding_law else ""
            ),
        ),
        ("待核实", words(_doubts(method, factors))),
        ("内容", words(_counts(method))),
        ("公式排印", words(_printed(whole))),
        ("方法文件 SHA-256", words(method.digest, CODE)),
    ]
    yield from ((words(label), Cell(text)) for label, text in rows if text)


def _law(law: str, laws: InstrumentLibrary) -> Text:
    """The title of a law behind its citation; a law that no library knows is cited as it stands."""
    try:
        return words(f"《{laws.resolve(law).zh.strip('《》')}》（{law}）")
    except Refused:
        return words(law)


def _base(method: Method) -> str:
    """The method whose edition this is, and how much the file itself states."""
    if method.base is None:
        return ""
    return f"{method.base.zh}（{method.base.id}），本文件自行规定 {len(method.own)} 项"


def _counts(method: Method) -> str:
    return f"{len(method.givens)} 项输入，{len(method.steps)} 个公式，{len(method.checks)} 条校验"


def _printed(method: Method) -> str:
    """Whether every formula can be read off the page; one with two like symbols cannot."""
    refused = [each.zh for each in matrix(method).values() if isinstance(each, Refusal)]
    return "；".join(refused) or "全部公式可以照排印的符号唯一读出"


def _doubts(method: Method, factors: FactorLibrary) -> str:
    """What is not confirmed: rounding, constants and tables of the file, and rows of the factor library."""
    listed: Sequence[Constant | LookUp] = [*method.constants.values(), *method.tables.values()]
    unsure = [each.zh or each.name for each in listed if _unsure(each)]
    rows = [row for table in method.tables.values() for row in _rows_of(table, factors)]
    loose = sum(row.certainty == "check" for row in rows)
    said = [*(["修约规则"] if method.rounding_certainty == "check" else []), *unsure]
    return "、".join(said + ([f"查表值 {loose} 行"] if loose else [])) or "无"


def _rows_of(table: LookUp, factors: FactorLibrary) -> list[Factor]:
    if not table.family:
        return []
    return [f for f in factors.rows(table.family) if (f.set, f.item) == (table.set, table.item)]


def _unsure(value: Constant | LookUp) -> bool:
    dated = (
        value.dated if isinstance(value, Constant) else tuple(d for rows in value.rows.values() for d in rows)
    )
    return value.certainty == "check" or any(each.certainty == "check" for each in dated)


def _days(since: str, until: str) -> str:
    if not since and not until:
        return "不限"
    return f"{since or '…'} 至 {until or '今'}"


def _table(id: str, title: str, heads: Sequence[tuple[str, float]], rows: Iterable[Sequence[Text]]) -> Table:
    columns = tuple(Column(words(head), width=width) for head, width in heads)
    body = tuple(TableRow(tuple(Cell(text or words("—")) for text in row)) for row in rows)
    return Table(id, words(title), columns, body, small=True)


def _values(id: str, title: str, heads: Sequence[tuple[str, float]], rows: Sequence[Sequence[Text]]) -> Table:
    """A table of values; what is the same in every row is said once below it."""
    alike = [
        column
        for column, (head, _) in enumerate(heads)
        if head in _SAID_ONCE and len(rows) > 1 and len({row[column] for row in rows}) == 1
    ]
    kept = [column for column in range(len(heads)) if column not in alike]
    said: list[Text] = [
        (Run(f"{heads[column][0]}："), *rows[0][column]) for column in alike if rows[0][column]
    ]
    shown = [[row[column] for column in kept] for row in rows]
    names = [heads[column][0] for column in kept]
    if "来源" in names and len(rows) > _FEW:
        place = names.index("来源")
        sources = list(dict.fromkeys(row[place] for row in shown))
        for row in shown:
            row[place] = words(f"[{sources.index(row[place]) + 1}]")
        said += [(Run(f"[{number}] "), *source) for number, source in enumerate(sources, 1)]
        kept_heads = [(head, 0.5 if head == "来源" else width) for head, width in (heads[c] for c in kept)]
    else:
        kept_heads = [heads[column] for column in kept]
    return replace(_table(id, title, kept_heads, shown), notes=tuple(said))


def _scopes(method: Method) -> Table:
    named = letters(method)
    heads = (("下标", 0.5), ("范围", 1.6), ("隶属", 1.4), ("成员", 2.6), ("计量单位", 1.4))
    rows = (
        (
            words(named[s.id]),
            (*words(f"{scope_name(method, s.id)}　"), Run(s.id, CODE)),
            words("、".join(scope_name(method, each) for each in s.within)),
            words(_members(s)),
            rich("、".join(s.units)),
        )
        for s in method.scopes.values()
    )
    return _table("scopes", "", heads, rows)


def _members(scope: Scope) -> str:
    if scope.id in ("month", "day"):
        return "核算期内各月" if scope.id == "month" else "各月内各日"
    if scope.rows:
        return "固定：" + "、".join(scope.rows)
    return "有几行算几行，可以没有" if scope.open else "由企业列出，不得缺漏"


def _answers(method: Method) -> Table:
    heads = (("符号", 1.0), ("名称", 2.6), ("性质", 0.8), ("单位", 1.0), ("范围", 1.8))
    rows = []
    for answer in method.answers.values():
        step = method.steps[answer.name]
        name = (*rich(f"{step.zh or step.name}　"), Run(step.name, CODE))
        kind = words(_ANSWERS.get(answer.kind, answer.kind))
        symbol = inline(symbol_of(method, step.name))
        rows.append(
            (symbol, name, kind, unit_text(method, step.unit), words(rows_text(method, step.closure)))
        )
    return _table("answers", "", heads, rows)


def _givens(method: Method) -> Iterator[Table]:
    """One table for each set of rows that inputs are asked for."""
    closures = dict.fromkeys(given.closure for given in method.givens.values())
    heads = (("符号", 1.0), ("名称", 3.4), ("单位", 1.0), ("取值", 2.6), ("条款", 1.5))
    for number, closure in enumerate(closures):
        mine = [given for given in method.givens.values() if given.closure == closure]
        title = rows_text(method, closure).removesuffix("一个值")
        yield _table(f"givens-{number}", title, heads, (_given(method, given) for given in mine))


def _given(method: Method, given: Given) -> tuple[Text, ...]:
    name = (
        Run(given.zh or given.name),
        Run("　"),
        Run(given.name, CODE),
        Run(f"　{given.en}" if given.en else ""),
    )
    unit = unit_text(method, given.unit) if given.unit else words(KINDS[given.kind])
    # a word or truth is printed by its Chinese name
    symbol = inline(symbol_of(method, given.name)) if given.kind in ("number", "date") else ()
    return symbol, name, unit, words(_range(given)), words(given.law)


def _range(given: Given) -> str:
    said = []
    if given.one_of:
        said.append(" / ".join(given.one_of))
    low, high = (exact_text(v) if v is not None else "" for v in (given.low, given.high))
    if low and high:
        said.append(f"{low}～{high}")
    elif low or high:
        said.append(f"≥ {low}" if low else f"≤ {high}")
    if given.kind == "truth":
        said.append("是 / 否")
    return "；".join([*said, *(["可缺"] if given.optional else [])])


_FEW = 6  # a table with more rows names its sources below and numbers them
_SAID_ONCE = ("名称", "单位", "有效期", "来源", "核实")
_VALUES = (
    ("符号", 0.9),
    ("名称", 2.6),
    ("值", 1.2),
    ("单位", 1.1),
    ("有效期", 1.5),
    ("来源", 1.9),
    ("核实", 0.8),
)


def _constants(method: Method, factors: FactorLibrary) -> Iterator[Table]:
    rows: list[tuple[Text, ...]] = []
    for constant in method.constants.values():
        sign = inline(symbol(constant.symbol or constant.name))
        name = (*rich(f"{constant.zh or constant.name}　"), Run(constant.name, CODE))
        unit = unit_text(method, constant.unit) or words("1")
        if constant.family:
            found = [f for f in factors.rows(constant.family) if f.id == constant.factor]
            rows += [(sign, name, words(f.value), rich(f.unit), *_source(f)) for f in found]
        # 44/12 stands as the law writes it, not as 11/3
        ratio = ratio_text(method, constant.name)
        rows += [
            (sign, name, words(ratio or exact_text(d.value)), unit, *_dated(d, constant))
            for d in constant.dated
        ]
    if rows:
        yield _values("constants", "常数", _VALUES, rows)


def _dated(entry: Dated, of: Constant | LookUp) -> tuple[Text, Text, Text]:
    unsure = "check" in (entry.certainty, of.certainty)
    law = words(entry.law or of.law)
    return words(_days(entry.since, entry.until)), law, _certainty("check" if unsure else "sure")


def _source(factor: Factor) -> tuple[Text, Text, Text]:
    days = words(_days(factor.valid_from, factor.valid_to))
    return days, words(f"{factor.source} {factor.clause}".strip()), _certainty(factor.certainty)


def _certainty(certainty: str) -> Text:
    return words(_CERTAIN.get(certainty, certainty), BOLD if certainty == "check" else "")


def _tables(method: Method, factors: FactorLibrary) -> Iterator[Table]:
    """Every look-up with its dated rows, its own or the factor library's."""
    heads = (("键", 1.5), ("名称", 1.7), *_VALUES[2:])
    for table in method.tables.values():
        rows: list[tuple[Text, ...]] = [
            (words(f"{f.key} {f.region}".strip()), rich(f.name_zh), words(f.value), rich(f.unit), *_source(f))
            for f in _rows_of(table, factors)
        ]
        unit = unit_text(method, table.unit) or words("1")
        for key, entries in table.rows.items():
            label = words(" / ".join(key))
            rows += [(label, (), words(exact_text(e.value)), unit, *_dated(e, table)) for e in entries]
        title = f"{table.zh or table.name}（{table.name}，{table.law}）"
        yield _values(f"table-{table.name}", title, heads, rows)


def _notes(method: Method) -> Iterator[Paragraph]:
    for note in method.notes:
        kind = note.get("kind", "")
        head = Run(f"{_NOTES.get(kind, kind)}　{note.get('law', '')}　", BOLD)
        doubt = kind == "doubt"
        yield Paragraph((head, *rich(note.get("says", ""))), "caution" if doubt else "body")
