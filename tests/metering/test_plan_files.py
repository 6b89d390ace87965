"""A plan goes into a workbook and a TOML form and comes back whole; damaged ones give named problems."""

import io
import string
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.facts.datum import row_of
from tanheng.facts.plan import Entry, Plan
from tanheng.library.plan_file import load_plan_template
from tanheng.metering.plan_book import write_plan_book
from tanheng.metering.plan_reader import OPEN, read_calibrations, read_plan
from tanheng.metering.plan_toml import plan_text
from tests.metering.mutate import mutant
from tests.metering.small import change
from tests.plant import EXAMPLES

TEMPLATE = load_plan_template("power-coal-chp")
TOML = EXAMPLES / "beiling-dqcp-2024.toml"


def demo() -> Plan:
    plan = read_plan(TOML).plan
    assert plan is not None
    return plan


def draft() -> Plan:
    return replace(demo(), submitted_on="")


def book(plan: Plan, lang: str = "zh") -> bytes:
    made = io.BytesIO()
    write_plan_book(made, plan, TEMPLATE, lang)
    return made.getvalue()


def read(data: bytes, folder, name="plan.xlsx"):
    path = folder / name
    path.write_bytes(data)
    return read_plan(path)


def both(plan: Plan, folder, lang="zh"):
    """The plan as both files give it back."""
    return [
        read(book(plan, lang), folder),
        read(plan_text(plan, TEMPLATE, lang).encode(), folder, "plan.toml"),
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_demonstration_comes_back_whole_submitted_and_as_a_draft(tmp_path, lang):
    for plan in (demo(), draft(), demo().revised("2024-07", "2", "2024-06-15", "改用新表")):
        for reading in both(plan, tmp_path, lang):
            assert reading.problems == () and reading.plan == plan


def test_the_same_plan_gives_the_same_bytes():
    assert book(demo()) == book(demo())
    assert book(demo()) == (EXAMPLES / "beiling-dqcp-2024.xlsx").read_bytes()
    assert plan_text(demo(), TEMPLATE) == TOML.read_text(encoding="utf-8")


_LETTERS = string.ascii_letters + string.digits + "中文煤炭，。、；：（）“”=+-@#'\"\\/[]{}<>&|_^~`!?%$· \n"
_TEXTS = (
    st.text(_LETTERS, min_size=1, max_size=60)
    .map(lambda t: t.strip())
    .filter(lambda t: bool(t) and t not in OPEN and not t.startswith("#"))
)


@st.composite
def plans(draw) -> Plan:
    """Plans whose texts are anything that people might type."""
    entries = []
    for listed in TEMPLATE.sheets:
        sheet = listed.sheet
        if not listed.section or sheet.id in ("plan", "history"):
            continue
        free = [c for c in sheet.columns if c.kind in ("word", "text") and not c.one_of]
        seen = set()
        for _ in range(1 if sheet.role == "form" else draw(st.integers(0, 3))):
            texts = {c.name: draw(_TEXTS) for c in free if c.name in sheet.keys or draw(st.booleans())}
            at = row_of((n, t) for n, t in texts.items() if n in sheet.keys)
            fields = row_of((n, t) for n, t in texts.items() if n not in sheet.keys)
            if at not in seen and (at or fields):
                seen.add(at)
                entries.append(Entry(sheet.id, at, fields))
    return Plan(
        TEMPLATE.id, "2025", "1", "2024-12-01", "2025-03", "", draw(_TEXTS), draw(st.just("") | _TEXTS),
        entries=tuple(entries),
    )  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(plans())
def test_any_plan_comes_back_whole(tmp_path_factory, plan):
    folder = tmp_path_factory.mktemp("plan")
    for reading in both(plan, folder):
        assert reading.plan == plan, [p.line() for p in reading.problems]
        assert reading.plan.digest == plan.digest


def test_what_is_open_stands_there_and_reads_as_blank(tmp_path):
    at = {"unit": "1", "fuel": "烟煤", "parameter": "燃煤消耗量"}
    row = row_of(at.items())
    opened = [
        replace(e, fields=tuple(f for f in e.fields if f[0] != "department")) if e.at == row else e
        for e in draft().entries
    ]
    plan = replace(draft(), entries=tuple(opened))
    grids = read(book(plan), tmp_path)
    assert grids.plan == plan
    place = grids.places["parameters", row, "department"]
    assert place.sheet == "数据确定方式" and place.cell
    data = change(book(plan), "数据确定方式", {place.cell: "燃料部"})
    filled = read(data, tmp_path).plan
    assert filled is not None and filled.find("parameters", **at).get("department") == "燃料部"


# -- damage ------------------------------------------------------------


def codes(reading) -> list[str]:
    return sorted({p.code for p in reading.problems})


def edited(old: str, new: str, tmp_path, plan: Plan | None = None):
    text = plan_text(plan or draft(), TEMPLATE)
    assert text.count(old) >= 1, old
    return read(text.replace(old, new, 1).encode(), tmp_path, "plan.toml")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('year = "2024"', 'year = "二零二四"', "TH-D01"),
        ('year = "2024"', 'year = "2024-03"', "TH-A11"),
        ('year = "2024"', 'year = "2025"', "TH-I32"),
        ('year = "2024"', "", "TH-I37"),
        ('version = "1"', 'version = "0"', "TH-Q09"),
        ('version = "1"', 'version = "2"', "TH-Q09"),
        ('template = "power-coal-chp"', 'template = "待填"', "TH-I37"),
        ('effective_from = "2024-01"', 'effective_from = "2024-13"', "TH-D02"),
        ('made_on = "2023-12-08"', 'made_on = "2023-02-30"', "TH-D02"),
        ('made_on = "2023-12-08"', 'made_on = "2023-12-08"\nsubmitted_on = "2023-12-22"', "TH-Q03"),
        ('credit_code = "91640100MA0BL2X07L"', 'credit_code = "91640100MA0BL2X07M"', "TH-N"),
        ('["GL-1", ', '["QJ-1", ', "TH-Q02"),
        ('["GL-1", ', '["", ', "TH-I37"),
        ('"是"', '"也许"', "TH-I31"),
        ("[entity]", "[entity]\nsurprise = \"x\"", "TH-I24"),
        ("[boundary]", "[bundary]", "TH-I20"),
        ('columns = ["number", "facility"', 'columns = ["nummer", "facility"', "TH-I23"),
        ("rows = [", "rows = 3 # [", "TH-I53"),
        ("[plan]", "[plan", "TH-I53"),
        ("[plan]", "[play]", "TH-I20"),
    ],
)  # fmt: skip
def test_each_damage_has_its_name(old, new, code, tmp_path):
    reading = edited(old, new, tmp_path)
    assert any(c.startswith(code) for c in codes(reading)), [p.line() for p in reading.problems]
    severities = {p.severity for p in reading.problems}
    assert (reading.plan is None) == ("error" in severities)


@pytest.mark.parametrize("old", ["碳管理办公室", 'remark = "2015', "0.2S", 'version = "1"', "2023-12-22"])
def test_a_submitted_plan_that_was_altered_is_refused(old, tmp_path):
    new = {'version = "1"': 'version = "1"\nremark = "x"'}.get(
        old, old[:-1] + ("1" if old[-1] == "2" else "X")
    )
    if 'remark = "2015' in old:
        old, new = "2015 年起停用", "2016 年起停用"
    reading = edited(old, new, tmp_path, demo())
    assert reading.plan is None and codes(reading) == ["TH-Q03"]


def test_a_line_without_its_keys_is_said_even_if_it_is_the_first(tmp_path):
    reading = read(book(draft()), tmp_path)
    first = next(p for (t, _, n), p in reading.places.items() if t == "parameters" and n == "parameter")
    row = first.cell.lstrip(string.ascii_uppercase)
    data = change(book(draft()), "数据确定方式", {f"{c}{row}": None for c in "ABCD"})
    assert codes(read(data, tmp_path)) == ["TH-I37"]


def test_a_plant_workbook_is_no_plan(tmp_path):
    reading = read_plan(EXAMPLES / "beiling-2024.xlsx")
    assert reading.plan is None and codes(reading) == ["TH-I20"]
    for data in (b"", b"PK\3\4", b"\xff\xfe\0", b"<html>"):
        broken = read(data, tmp_path)
        assert broken.plan is None and broken.problems


@pytest.mark.drill
def test_damaged_workbooks_never_crash_and_never_lie(tmp_path, rounds, rng):
    """What is read from a damaged workbook is the same plan, or differs only where a cell was changed."""
    data, plan = book(demo()), demo()
    accepted = 0
    for _ in range(rounds(20, 300)):
        said, broken, _ = mutant(rng, data)
        reading = read(broken, tmp_path)
        if reading.plan is None:
            assert any(p.severity == "error" for p in reading.problems), said
            assert all(p.line("zh") and p.line("en") for p in reading.problems), said
        else:
            accepted += 1
            # a submitted plan carries its digest: whatever was accepted is what was submitted
            assert reading.plan.digest == plan.digest, said
    print(f"accepted {accepted}")


@pytest.mark.drill
def test_damaged_drafts_never_crash(tmp_path, rounds, rng):
    data = book(draft())
    for _ in range(rounds(20, 300)):
        said, broken, _ = mutant(rng, data)
        reading = read(broken, tmp_path)
        assert (reading.plan is None) == any(p.severity == "error" for p in reading.problems), said


# -- the ledger ------------------------------------------------------------


def test_the_ledger_is_read_from_csv_and_toml(tmp_path):
    entries, notes = read_calibrations(EXAMPLES / "beiling-calibrations-2024.csv", TEMPLATE)
    assert {p.severity for p in notes} <= {"info"}
    # scales 4, feeders 2, steam and water 6, pressure 2, temperature 2, balance, tank gauge
    assert len(entries) == 4 + 2 + 6 + 2 + 2 + 2
    rows = 'rows = [["A", "2024-05-06"], ["A", "2024-05-07"]]'
    text = f'[calibrations]\ncolumns = ["number", "calibrated_on"]\n{rows}\n'
    (tmp_path / "l.toml").write_text(text, encoding="utf-8")
    entries, _ = read_calibrations(tmp_path / "l.toml", TEMPLATE)
    assert [e.get("calibrated_on") for e in entries] == ["2024-05-06", "2024-05-07"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("设备编号,检定/校准日期\nA,2024-02-30\n", "TH-D02"),
        ("设备编号,检定/校准日期\nA,\n", "TH-I37"),
        ("设备编号,检定/校准日期\n,2024-02-03\n", "TH-I37"),
        ("设备编号,检定/校准日期\nA,2024-02-03\nA,2024-02-03\n", "TH-Q02"),
        ("设备,日期\nA,2024-02-03\n", "TH-I22"),
        ("设备编号,证书编号\nA,x\n", "TH-I23"),
    ],
)
def test_a_faulty_ledger_is_refused(text, code, tmp_path):
    from tanheng.kernel.problems import Refused

    (tmp_path / "l.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=code):
        read_calibrations(tmp_path / "l.csv", TEMPLATE)
