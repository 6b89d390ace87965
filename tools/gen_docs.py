"""Write the generated half of the documentation into docs/reference/: problems, methods, factors, and so on.

Run by `make docs` before mkdocs. Everything comes from the code and the library, so it cannot disagree with
them; the folder is not committed.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

import tanheng
from tanheng.app.booking import book_of
from tanheng.app.cases import load_cases
from tanheng.app.library import Library
from tanheng.cli import main as command_line
from tanheng.kernel.problems import AREAS, codes, registered
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.factor_table import Factor
from tanheng.library.instrument_library import InstrumentLibrary
from tanheng.reports.page import html_bytes
from tools.method_pages import cell, matrix_page, method_page, rules_page, span, table

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
FONT = Path(tanheng.__file__).parent / "reports" / "fonts" / "STIXTwoMath-Regular.ttf"
SEVERITY = {
    "error": "错误：不计算",
    "warning": "警告：计算并注明",
    "ask": "待确认：由人决定",
    "info": "说明",
}
AREA = {
    "N": "数字",
    "U": "单位",
    "D": "日期与期间",
    "M": "方法文件",
    "C": "计算",
    "L": "因子库",
    "I": "填报与读取",
    "P": "封存包",
    "R": "报告",
    "A": "命令与程序",
    "Q": "数据质量控制计划",
    "F": "数据质量规则",
}
MOST_ROWS = 400


def write(name: str, lines: Iterable[str]) -> None:
    """Write one page below docs/reference/."""
    path = REFERENCE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


# -- problems ------------------------------------------------------------


def problem_page(code: str) -> Iterator[str]:
    """One problem code, Chinese first."""
    entry = registered(code)
    yield f"# {code} {entry['title']['zh']}"
    yield f"\n**{SEVERITY[entry['severity']]}**\n\n{entry['about']['zh']}\n"
    yield f"- 提示：{cell(entry['message']['zh'])}"
    yield f"- 怎么办：{cell(entry['remedy']['zh'])}\n"
    yield f"## {entry['title']['en']}\n\n{entry['about']['en']}\n"
    yield f"- Says: {cell(entry['message']['en'])}"
    yield f"- What to do: {cell(entry['remedy']['en'])}"


def problems() -> None:
    """The index of problem codes and a page for each."""
    lines = ["# 问题代码", "", "每一条提示都有固定代码，含义不会改变。花括号是随情况填入的内容。", ""]
    for letter in AREAS:
        ours = [code for code in codes() if code[3] == letter]
        if ours:
            lines += [f"## {AREA[letter]}（TH-{letter}）", ""]
            rows = ((f"[{code}]({code}.md)", registered(code)["title"]["zh"]) for code in ours)
            lines += table(("代码", "含义"), rows)
    write("problems/index.md", lines)
    for code in codes():
        write(f"problems/{code}.md", problem_page(code))


# -- methods ------------------------------------------------------------


def methods(library: Library) -> None:
    """The index of methods and a page for each."""
    loaded = [library.methods.get(each) for each in library.methods.ids()]
    rows = ((f"[{m.id}]({m.id}.md)", m.zh, span(m.force, m.until)) for m in loaded)
    write("methods/index.md", ["# 方法", "", *table(("编号", "名称", "有效期"), rows)])
    for method in loaded:
        write(f"methods/{method.id}.md", method_page(method, load_cases(method, library), library))
        book = html_bytes(book_of(method.id, library))
        (REFERENCE / "methods" / f"{method.id}-book.html").write_bytes(book)


def instruments(library: InstrumentLibrary) -> None:
    """One page with every standard and regulation that a value or a step cites."""
    listed = [library.get(each) for each in library.ids()]
    rows = ((f"`{i.id}`", i.zh, i.number, i.issuer, i.force, i.until) for i in listed)
    head = ["# 依据文件", "", "条款以编号开头，如“G23 6.2”指 G23 的 6.2。", ""]
    write("instruments/index.md", [*head, *table(("编号", "名称", "文号", "发布", "施行", "废止"), rows)])


# -- factors ------------------------------------------------------------


def factor_page(family: str, rows: Iterable[Factor]) -> Iterator[str]:
    """One factor family, every row with its dates, clause and certainty."""
    listed = list(rows)
    yield f"# 因子：{family}\n\n{len(listed)} 行。“check”表示尚待核实，用到时结果会注明。\n"
    if len(listed) > MOST_ROWS:
        yield f"表太长，这里列前 {MOST_ROWS} 行；全部用 `tanheng factors --family {family}` 查看。\n"
    shown = (
        (
            f"`{r.id}`",
            r.set,
            r.name_zh,
            r.value,
            r.unit,
            r.region,
            span(r.valid_from, r.valid_to),
            r.source,
            r.clause,
            r.certainty,
        )
        for r in listed[:MOST_ROWS]
    )
    yield from table(("编号", "套", "名称", "值", "单位", "地区", "有效期", "来源", "条款", "核实"), shown)


def factors(library: FactorLibrary) -> None:
    """The index of factor families and a page for each."""
    families: Mapping[str, tuple[Factor, ...]] = {name: library.rows(name) for name in library.families()}
    rows = ((f"[{name}]({name}.md)", len(listed)) for name, listed in families.items())
    write("factors/index.md", ["# 因子", "", *table(("族", "行数"), rows)])
    for name, listed in families.items():
        write(f"factors/{name}.md", factor_page(name, listed))


# -- rules and back ends --------------------------------------------------


def rules(library: Library) -> None:
    """The index of the sets of rules and a page for each, as laid over the newest method that it judges."""
    methods = [library.methods.get(each) for each in library.methods.ids()]
    rows = []
    for name in library.methods.rules():
        over = {m.id: library.methods.judging(name, m) for m in methods}
        judged = {method_id: laid for method_id, laid in over.items() if laid is not None}
        *_, laid = judged.values()
        rows.append((f"[{name}]({name}.md)", laid.zh, "、".join(f"`{each}`" for each in judged)))
        write(f"rules/{name}.md", rules_page(laid, load_cases(laid, library), library))
    head = ["# 规则", "", "规则叠加在核算方法上：核查数据、给出替代值、计算绩效参数。", ""]
    write("rules/index.md", [*head, *table(("编号", "名称", "用于"), rows)])


# -- commands ------------------------------------------------------------


def commands(group: click.Group) -> None:
    """The index of commands and a page for each, with the text of --help."""
    # a command keeps the help option of the first context that asks it: it must be the real one
    with click.Context(group, info_name="tanheng", **group.context_settings) as top:
        found = {name: group.get_command(top, name) for name in group.list_commands(top)}
        rows = [
            (f"[tanheng {name}]({name}.md)", each.get_short_help_str(80))
            for name, each in found.items()
            if each
        ]
        write("commands/index.md", ["# 命令", "", *table(("命令", "作用"), rows)])
        for name, each in found.items():
            if each is not None:
                with click.Context(each, info_name=name, parent=top) as context:
                    lines = [f"# tanheng {name}", "", "```text", each.get_help(context), "```"]
                    for inner, sub in (each.commands if isinstance(each, click.Group) else {}).items():
                        with click.Context(sub, info_name=inner, parent=context) as below:
                            text = sub.get_help(below)
                        lines += ["", f"## tanheng {name} {inner}", "", "```text", text, "```"]
                write(f"commands/{name}.md", lines)


def font() -> None:
    """Copy the maths font that the formulas on method pages are set in."""
    (REFERENCE / "fonts").mkdir(exist_ok=True)
    shutil.copy(FONT, REFERENCE / "fonts")


def main() -> None:
    """Write every page afresh, so that a page of something that is gone does not stay."""
    shutil.rmtree(REFERENCE, ignore_errors=True)
    problems()
    library = Library()
    methods(library)
    rules(library)
    write("backends/index.md", matrix_page(library))
    factors(library.factors)
    instruments(library.instruments)
    font()
    commands(command_line)
    print(f"docs/reference: {sum(1 for _ in REFERENCE.rglob('*.md'))} pages")


if __name__ == "__main__":
    main()
