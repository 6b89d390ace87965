"""The TOML form of a data quality control plan: the same tables as the workbook, made for versions."""

from __future__ import annotations

from collections.abc import Iterator

from tanheng.facts.plan import Plan
from tanheng.library.plan_template import PlanSheet, PlanTemplate, asked, said
from tanheng.metering.toml_form import quoted


def plan_text(plan: Plan, template: PlanTemplate, lang: str = "zh") -> str:
    """A plan as TOML; reading it back gives an equal plan. Fields that are open stand as comments."""
    name = template.name(plan.year, lang)
    lines = [f"# {name} {plan.year} v{plan.version}", ""]
    for listed in template.sheets:
        if not listed.section:
            continue
        if listed.sheet.role == "form":
            lines += _form(plan, template, listed, lang)
        elif plan.table(listed.sheet.id) or not listed.sheet.optional:
            lines += _table(plan, listed, lang)
    return "\n".join(lines)


def _form(plan: Plan, template: PlanTemplate, listed: PlanSheet, lang: str) -> Iterator[str]:
    sheet, entry = listed.sheet, plan.form(listed.sheet.id)
    yield f"# {listed.section} {sheet.title(lang)}"
    yield f"[{sheet.id}]"
    for column in sheet.columns:
        value = said(plan, entry, column)
        if sheet.id == "plan" and column.name == "digest":
            value = plan.digest if plan.submitted_on else ""
        if value:
            yield f"{column.name} = {quoted(value)}"
        elif asked(plan, template, entry, column):
            yield f'# {column.name} = ""  # {column.title(lang)}' + (
                "：待填" if lang == "zh" else ": to be filled"
            )
    yield ""


def _table(plan: Plan, listed: PlanSheet, lang: str) -> Iterator[str]:
    sheet, entries = listed.sheet, plan.table(listed.sheet.id)
    used = [c for c in sheet.columns if c.role == "key" or c.needed or any(e.get(c.name) for e in entries)]
    between = "；" if lang == "zh" else "; "
    yield f"# {listed.section} {sheet.title(lang)}"
    yield f"[{sheet.id}]"
    yield f"# {between.join(f'{c.name} {c.title(lang)}' for c in used)}"
    yield f"columns = [{', '.join(quoted(c.name) for c in used)}]"
    yield "rows = ["
    for entry in entries:
        yield f"  [{', '.join(quoted(entry.get(c.name)) for c in used)}],"
    yield "]"
    yield ""
