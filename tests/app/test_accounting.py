"""A year is accounted from any form of it; what may not be filed gives no figure."""

import json
import os
import shutil
from dataclasses import replace
from datetime import date
from importlib import resources

import pytest

import tanheng as th
from tanheng.app import accounting
from tanheng.app.library import Library
from tanheng.app.packing import seal
from tanheng.kernel.problems import Refused
from tests.app.plants import FORM, changed, codes, own_library
from tests.plant import WORKBOOK, beiling

# 2024-05 of unit 1: a day of coal each
MAY = [line for line in FORM.read_text(encoding="utf-8").splitlines() if '"1", "烟煤", "2024-05-' in line]


def without(name: str, month: str):
    """The plant's inputs without one given in one month of unit 1."""
    inputs = beiling()
    left = tuple(
        d for d in inputs.data
        if not (d.name == name and dict(d.row)["unit"] == "1" and dict(d.row)["month"] == month)
    )  # fmt: skip
    assert len(left) < len(inputs.data)
    return replace(inputs, data=left)


def with_value(name: str, value: str, **row: str):
    """The plant's inputs with another value of one given at one row."""
    inputs = beiling()
    data = [replace(d, value=value) if d.name == name and dict(d.row) == row else d for d in inputs.data]
    assert sum(old != new for old, new in zip(inputs.data, data, strict=True)) == 1
    return replace(inputs, data=tuple(data))


def test_workbook_form_and_inputs_give_the_same_figures():
    results = [th.account(source) for source in (WORKBOOK, FORM, beiling())]
    assert len({r.inputs_digest for r in results}) == 1
    assert len({r.line("E").exact for r in results}) == 1
    assert all(r.ok for r in results)


def test_a_month_without_coal_is_refused_and_never_zero(tmp_path):
    """Lines taken out, or their cells left blank: both are a gap."""
    assert len(MAY) == 31
    gone = changed(tmp_path, *((f"{line}\n", "") for line in MAY), name="gone.toml")
    empty = [(line, ", ".join([*line.split(", ")[:3], '"", "", ""],'])) for line in MAY]
    blank = changed(tmp_path, *empty, name="blank.toml")
    for source in (gone, blank):
        with pytest.raises(Refused) as caught:
            th.account(source)
        assert "TH-I41" in codes(caught.value.problems)
        with pytest.raises(Refused):
            accounting.account(source)


def test_the_engine_refuses_the_same_month_when_inputs_come_from_elsewhere():
    done = accounting.account(without("FC_day", "2024-05"))
    assert not done.ok and "TH-C01" in codes(done.problems)
    line = done.result.line
    assert line("E") is None and line("E_unit", unit="1") is None
    assert line("E_unit", unit="2") is not None
    with pytest.raises(Refused):
        th.account(without("FC_day", "2024-05"))


def test_json_of_what_may_not_be_filed_holds_no_figure():
    told = accounting.account(without("FC_day", "2024-05")).to_json()
    assert set(told) == {"ok", "problems"} and told["ok"] is False
    assert "TH-C01" in {p["code"] for p in told["problems"]}
    assert th.account(beiling()).to_json()["ok"] is True
    assert th.account(without("FC_day", "2024-05"), strict=False).to_json()["ok"] is False


def test_a_check_that_fails_keeps_the_year_from_being_filed():
    """More heat supplied than the boilers made: everything can be computed, and nothing may be filed."""
    done = accounting.account(with_value("t_run", "1", unit="1", month="2024-01"))
    assert not done.ok and "TH-F01" in codes(done.problems)
    assert done.to_json()["ok"] is False and "steps" not in done.to_json()


def test_an_open_question_keeps_the_year_from_being_filed(tmp_path):
    """A calorific value of 203 GJ/t may be a slip of the decimal point: a person must say."""
    line = next(line for line in MAY if "2024-05-02" in line)
    cells = line.split(", ")
    path = changed(tmp_path, (line, ", ".join([*cells[:4], '"203"', *cells[5:]])))
    done = accounting.account(path)
    assert "ask" in {p.severity for p in done.problems} and not done.ok
    with pytest.raises(Refused):
        th.account(path)
    with pytest.raises(Refused):
        th.explain(path, "E")
    (node,) = th.explain(path, "NCV_d", unit="1", fuel="烟煤", day="2024-05-02", strict=False)
    assert node.exact == "203"


def test_a_pack_is_accounted_by_its_own_rules(tmp_path):
    own = own_library(tmp_path)
    sealed = seal(accounting.account(WORKBOOK, Library.of([own])), tmp_path / "p.zip")
    assert sealed.root
    again = th.account(tmp_path / "p.zip")
    assert again == th.account(WORKBOOK, library=[own])
    assert again.line("E").exact != th.account(WORKBOOK).line("E").exact


def test_a_broken_pack_is_refused(tmp_path):
    seal(accounting.account(WORKBOOK), tmp_path / "p.zip")
    data = bytearray((tmp_path / "p.zip").read_bytes())
    at = data.index(b'"value":"4818.58"')
    data[at + 9 : at + 16] = b"4818.59"
    (tmp_path / "p.zip").write_bytes(data)
    with pytest.raises(Refused) as caught:
        th.account(tmp_path / "p.zip")
    assert any(code.startswith("TH-P") for code in codes(caught.value.problems))


def test_own_factors_count_from_their_day_and_from_when_they_were_known(tmp_path):
    own = own_library(tmp_path)
    shipped, mine = th.account(WORKBOOK), th.account(WORKBOOK, library=[own])
    ncv = {m: mine.line("NCV", m, unit="1", fuel="柴油").exact for m in ("2024-06", "2024-07")}
    assert ncv == {"2024-06": "42.652", "2024-07": "42.51"}
    before = th.account(WORKBOOK, library=[own], known_on=date(2024, 6, 30))
    assert before.line("E").exact == shipped.line("E").exact


def test_both_rows_of_an_id_replaced_in_midyear_are_pinned(tmp_path):
    """Of one id the shipped row serves until June and the own one from July; the result names both."""
    done = accounting.account(WORKBOOK, Library.of([own_library(tmp_path)]))
    rows = [f for f in done.run.factors.values() if f.id == "fuel.g23.diesel.ncv"]
    assert {f.value for f in rows} == {"42.652", "42.51"}
    pinned = [key for key in done.result.pins if "fuel.g23.diesel.ncv" in key]
    assert len(pinned) == 2


def test_names_are_stored_as_text_whatever_their_bytes(tmp_path):
    name = os.fsdecode("电厂".encode("gbk"))
    path = tmp_path / f"{name}.toml"
    shutil.copy(FORM, path)
    done = accounting.account(path)
    assert done.file == "电厂.toml"
    assert {d.origin.file for d in done.inputs.data if d.origin.kind == "toml"} == {"电厂.toml"}
    json.dumps(done.result.to_json(), ensure_ascii=False).encode("utf-8")


def test_a_folder_that_is_no_library(tmp_path):
    for folder in ("nothing", "x" * 300):
        with pytest.raises(Refused) as caught:
            th.account(WORKBOOK, library=[tmp_path / folder])
        assert codes(caught.value.problems) == ["TH-A02"]


def test_check_tells_everything_and_raises_nothing(tmp_path):
    assert all(p.severity in ("warning", "info") for p in th.check(WORKBOOK))
    assert codes(th.check(tmp_path / "nothing")) == ["TH-A01"]
    assert codes(th.check(tmp_path)) == ["TH-A06"]


def test_read_gives_inputs_for_work_in_python():
    assert th.read(FORM).digest == beiling().digest
    with pytest.raises(Refused):
        th.read(FORM.parent)


def test_names_of_the_package_are_those_that_it_lists():
    assert set(th.__all__) <= set(dir(th))
    with pytest.raises(AttributeError, match="nothing"):
        _ = th.nothing


def test_an_own_method_with_its_template_goes_the_whole_way(tmp_path):
    """A method and a template in the user's folder: read, computed, sealed, and opened without the folder."""
    rules = resources.files("tanheng.library")
    for kind, shipped, mine, file in (
        ("methods", "cets-power-2023", "mine", "method.toml"),
        ("templates", "power-coal-chp", "my-chp", "template.toml"),
    ):
        text = (rules / kind / shipped / file).read_text(encoding="utf-8")
        text = text.replace(f'id = "{shipped}"', f'id = "{mine}"', 1)
        text = text.replace('methods = ["cets-power-2023", ', 'methods = ["mine", ')
        folder = tmp_path / "own" / kind / mine
        folder.mkdir(parents=True)
        (folder / file).write_text(text, encoding="utf-8")
    method, template = ('method = "cets-power-2023"', 'method = "mine"'), ('"power-coal-chp"', '"my-chp"')
    path = changed(tmp_path, method, template)
    with pytest.raises(Refused):
        th.account(path)
    done = accounting.account(path, Library.of([tmp_path / "own"]))
    assert done.ok and done.result.line("E").exact == th.account(FORM).line("E").exact
    seal(done, tmp_path / "p.zip")
    assert th.account(tmp_path / "p.zip") == done.result
