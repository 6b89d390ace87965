"""The TOML form of a plant's year: the same sheets, columns, units and lines as the workbook."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tanheng.facts.inputs import Inputs
from tanheng.kernel.problems import Place, Refused, problem
from tanheng.library.template_library import Sheet, Template
from tanheng.metering.grid import Cell, Grid
from tanheng.metering.table_rows import Plan, rows_of
from tanheng.metering.zip_guard import MAX_FILE, sniff

_COMMENT = {
    "zh": "碳衡 {name}：一年的数据。每张表与工作簿相同：columns 是列，units 是单位，rows 是各行。\n"
    "空白是缺失，不是零；停用与未用须在 declared 中声明。数字可带引号，位数不丢。",
    "en": "Tanheng, {name}: the data of one year. Each sheet is that of the workbook: columns, units, rows.\n"
    "A blank is a gap, not zero; periods without operation are declared. Quoted or not, no digit is lost.",
}


def looks_like_toml(head: bytes) -> bool:
    """Whether a file can be TOML: text, no web page, no archive."""
    return sniff(head) == "text"


def read_toml(path: Path) -> list[Grid]:
    """The sheets of a TOML file as grids; numbers keep every digit that was typed.

    Raises:
        Refused: TH-I07 too large, TH-I08 not UTF-8 or not TOML, TH-I53 a sheet of the wrong shape.
    """
    place = Place(path.name)
    data = path.read_bytes()
    if len(data) > MAX_FILE:
        raise Refused(problem("TH-I07", place, what="bytes", seen=len(data), wanted=MAX_FILE))
    try:
        tree = tomllib.loads(data.decode("utf-8-sig"), parse_float=str)
    except UnicodeDecodeError as error:
        raise Refused(problem("TH-I50", place, byte=error.start + 1, seen="UTF-8")) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise Refused(problem("TH-I53", place, seen=error, wanted="TOML 1.0")) from None
    return [_grid(path.name, name, part) for name, part in tree.items()]


def _grid(file: str, name: str, part: Any) -> Grid:
    if not isinstance(part, dict):
        raise Refused(problem("TH-I53", Place(file, name), seen=type(part).__name__, wanted=f"[{name}]"))
    if "rows" in part or "columns" in part:
        return _table(file, name, part)
    return _form(file, name, part)


def _form(file: str, name: str, part: dict[str, Any]) -> Grid:
    """Key = value, or key = [value, unit]; keys beside the template stay visible as unknown lines."""
    keys = [f"th:{name}#key", *(f"th:{name}.{key}" for key in part)]
    values: list[Cell] = [f"th:{name}#value"]
    units: list[Cell] = [f"th:{name}#unit"]
    for key, value in part.items():
        place = Place(file, name, key)
        pair = value if isinstance(value, list) else [value, ""]
        if len(pair) != 2:
            raise Refused(problem("TH-I53", place, seen=value, wanted="[value, unit]"))
        values.append(_cell(pair[0], place))
        units.append(_cell(pair[1], place))
    names = ["", *part]
    return Grid("toml", file, name, [list(keys), values, units], names=lambda at, row: names[row])


def _table(file: str, name: str, part: dict[str, Any]) -> Grid:
    place = Place(file, name)
    if unknown := set(part) - {"columns", "units", "rows"}:
        raise Refused(
            problem("TH-I53", place, seen=", ".join(sorted(unknown)), wanted="columns, units, rows")
        )
    heads, rows = part.get("columns"), part.get("rows", [])
    if (
        not isinstance(heads, list)
        or not isinstance(rows, list)
        or not all(isinstance(h, str) for h in heads)
    ):
        raise Refused(
            problem("TH-I53", place, seen="columns", wanted='columns = ["unit", …], rows = [[…], …]')
        )
    units = part.get("units", {})
    if not isinstance(units, dict) or set(units) - set(heads):
        raise Refused(problem("TH-I53", place, seen="units", wanted='units = { FC_day = "t" }'))
    columns: list[list[Cell]] = [[f"th:{name}.{h}", h, _cell(units.get(h, ""), place)] for h in heads]
    for number, row in enumerate(rows):
        where = Place(file, name, f"rows[{number}]")
        if not isinstance(row, list) or len(row) != len(heads):
            seen = len(row) if isinstance(row, list) else type(row).__name__
            raise Refused(problem("TH-I51", where, row=number, seen=seen, wanted=len(heads)))
        for at, value in enumerate(row):
            columns[at].append(_cell(value, where))
    return Grid("toml", file, name, columns, names=_namer(heads))


def _namer(heads: list[str]) -> Callable[[int, int], str]:
    def name(at: int, row: int) -> str:
        return f"rows[{row - 3}].{heads[at]}" if row >= 3 else heads[at]

    return name


def _cell(value: Any, place: Place) -> Cell:
    if isinstance(value, bool):
        return ("truth", "true" if value else "false")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return ("date", value.isoformat())
    raise Refused(
        problem("TH-I53", place, seen=type(value).__name__, wanted="text, number, date, true, false")
    )


def write_toml(
    path: Path | str,
    template: Template,
    *,
    period: str,
    lang: str = "zh",
    boundary: str = "",
    units: Sequence[str] = (),
    fuels: Sequence[tuple[str, str]] = (),
    streams: Sequence[str] = (),
    data: Inputs | None = None,
) -> None:
    """Write the TOML form: to fill in, or holding `data`; reading that back gives the same digest.

    Args:
        As of `write_template`; `lang` chooses the language of the comments.
    """
    plan = Plan.of(template, period, units, fuels, streams, data)
    text = toml_text(plan, lang, boundary or (data.boundary if data else template.method.boundary))
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def toml_text(plan: Plan, lang: str, boundary: str) -> str:
    """The TOML form as text."""
    template = plan.template
    said = _COMMENT[lang].format(name=template.zh if lang == "zh" else template.en)
    run = {"template": template.id, "method": template.method.id, "period": plan.period, "boundary": boundary}
    lines = [f"# {line}" for line in said.split("\n")]
    lines += ["", "[run]", *(f"{key} = {quoted(value)}" for key, value in run.items()), ""]
    used = plan.used_sheets()
    for sheet in template.sheets:
        if sheet.role == "form":
            lines += [f"# {sheet.title(lang)}", *_form_text(plan, sheet, lang)]
        elif sheet.role != "run" and (
            not sheet.optional or sheet.offered or sheet.id in used or rows_of(plan, sheet)
        ):
            lines += [f"# {sheet.title(lang)}", *_table_text(plan, sheet, lang)]
    return "\n".join(lines)


def _form_text(plan: Plan, sheet: Sheet, lang: str) -> list[str]:
    said = {d.name: d for d in (*plan.data, *plan.facts) if not d.row}
    lines = [f"[{sheet.id}]"]
    for column in sheet.columns:
        datum = said.get(column.name)
        if datum is None:
            lines.append(f'# {column.name} = ""  # {column.title(lang)}')
        else:
            value = quoted(datum.value)
            lines.append(f"{column.name} = " + (f"[{value}, {quoted(datum.unit)}]" if datum.unit else value))
    return [*lines, ""]


def _table_text(plan: Plan, sheet: Sheet, lang: str) -> list[str]:
    rows = rows_of(plan, sheet)
    filled = bool(plan.data)
    used = [
        c
        for c in sheet.columns
        if not filled or c.role == "key" or c.needed or any(r.get(c.name) for r in rows)
    ]
    names = "；" if lang == "zh" else "; "
    lines = [f"[{sheet.id}]", f"# {names.join(f'{c.name} {c.title(lang)}' for c in used)}"]
    lines.append(f"columns = [{', '.join(quoted(c.name) for c in used)}]")
    units = ", ".join(f"{c.name} = {quoted(c.unit.text)}" for c in used if c.unit is not None)
    lines += [f"units = {{ {units} }}"] if units else []
    lines.append("rows = [")
    lines += [f"  [{', '.join(quoted(row.get(c.name, '')) for c in used)}]," for row in rows]
    return [*lines, "]", ""]


def quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04X}" for c in escaped) + '"'
