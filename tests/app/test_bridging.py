"""The enterprise's form beside the plant's workbook: read, joined, bridged, printed, refused."""

import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tanheng.app.accounting import account
from tanheng.app.bridging import two_boundaries, write_bridge
from tanheng.app.forms import write_form
from tanheng.facts.inputs import Inputs, Member
from tanheng.kernel.problems import Refused
from tanheng.kernel.rounding import Rounding
from tests.plant import EXAMPLES, WORKBOOK, beiling

sys.path.insert(0, str(EXAMPLES))
from make_enterprise import MONTHS, SOURCES, enterprise


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("enterprise") / "enterprise.xlsx"
    return write_form(path, "power-enterprise", enterprise(beiling()))


def half_up(value: Fraction) -> Fraction:
    return Rounding("half_up", 2).apply(value)


def of(inputs: Inputs, name: str, **row: str) -> Fraction:
    (found,) = [d.value for d in inputs.data if d.name == name and row.items() <= dict(d.row).items()]
    return Fraction(found)


def test_totals_are_those_of_a_calculation_by_hand(form: Path) -> None:
    made = two_boundaries(WORKBOOK, form)
    own = enterprise(beiling())
    ratio = Fraction(44, 12)
    energy = {"diesel": ("42.652", "0.0202", "0.98"), "natural_gas": ("389.31", "0.01532", "0.99")}
    outside = sum(
        half_up(
            of(own, "FC_source", source=id, month=m) * Fraction(ncv) * Fraction(cc) * Fraction(share) * ratio
        )
        for id, _, code, *_ in SOURCES
        for m in MONTHS
        for ncv, cc, share in [energy[code]]
    )
    lime = sum(
        half_up(of(own, "B_k", month=m) * of(own, "I_k", month=m) / 100 * Fraction("0.44")) for m in MONTHS
    )
    bought = sum(half_up(of(own, "W_buy_ent", month=m) * Fraction("0.6187")) for m in MONTHS)
    # the units' own carbon is the facility's; only the share that is oxidised is another
    run = made.facility.run
    coal = Fraction(0)
    for row in run.of("E_fuel"):
        unit, fuel, month = row
        burnt, scale = run.value("FC", row), run.method.steps["E_fuel"].unit.scale
        if fuel == "烟煤" and burnt:
            share = run.value("C_measured", row)
            carbon = (
                burnt * share if share else burnt * run.value("NCV", row) * run.value("CC", row)
            ) / scale
            # what the oxidation rate is of: the carbon content as reported, four decimals
            held = burnt * run.value("C_ar", row) / scale
            at = {"unit": unit, "month": month}
            lost = of(own, "G_slag", **at) * of(own, "C_slag", **at) / 100
            lost += of(own, "G_ash", **at) * of(own, "C_ash", **at) / of(own, "eta_dust", unit=unit)
            coal += half_up(carbon * (1 - lost / held) * ratio)
        elif burnt:
            coal += run.value("E_fuel", row) / scale
    assert made.found.after == coal + outside + lime + bought
    assert made.found.before == 5803699


def test_the_enterprise_is_accounted_and_sealed_like_any_other(form: Path, tmp_path: Path) -> None:
    done = account(form, beside=WORKBOOK)
    assert done.ok and done.inputs.boundary == "enterprise"
    from tanheng.app.packing import seal
    from tanheng.evidence.verify.check import verify_pack

    sealed = seal(done, tmp_path / "e.zip")
    assert verify_pack(tmp_path / "e.zip", sealed.root).exit_code == 0


@pytest.mark.parametrize("kind", ["xlsx", "pdf", "docx"])
def test_the_page_is_printed(form: Path, tmp_path: Path, kind: str) -> None:
    path = write_bridge(two_boundaries(WORKBOOK, form), tmp_path / f"bridge.{kind}")
    assert path.stat().st_size > 5_000
    with pytest.raises(Refused):
        write_bridge(two_boundaries(WORKBOOK, form), path)


def test_the_shipped_form_is_what_the_script_writes() -> None:
    done = account(EXAMPLES / "beiling-enterprise-2024.xlsx", beside=WORKBOOK)
    own = {(d.name, d.row): d.value for d in enterprise(beiling()).data}
    read = {(d.name, d.row): d.value for d in done.inputs.data if (d.name, d.row) in own}
    assert {at: Fraction(v) if v[0].isdigit() else v for at, v in read.items()} == {
        at: Fraction(v) if v[0].isdigit() else v for at, v in own.items()
    }


def codes(made: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        made()
    return [p.code for p in caught.value.problems]


def test_forms_that_do_not_belong_together_are_refused(form: Path, tmp_path: Path) -> None:
    assert codes(lambda: account(form)) == ["TH-A34"]
    own = enterprise(beiling())

    def beside(changed: Inputs) -> list[str]:
        path = write_form(tmp_path / "other.toml", "power-enterprise", changed)
        return codes(lambda: account(path, beside=WORKBOOK))

    facts = tuple(replace(d, value="914403001922038216") if d.name == "credit_code" else d for d in own.facts)
    assert beside(replace(own, facts=facts)) == ["TH-A34"]
    units = (*own.members["unit"], Member("3"))
    assert beside(replace(own, members={**own.members, "unit": units})) == ["TH-A34"]
    fuels = tuple(replace(m, unit="1e4Nm3") for m in own.members["fuel"])
    assert beside(replace(own, members={**own.members, "fuel": fuels})) == ["TH-A34"]


def test_a_plant_that_may_not_be_filed_lends_no_figure(form: Path, tmp_path: Path) -> None:
    plant = beiling()
    short = replace(plant, data=tuple(d for d in plant.data if d.name != "NCV_ok"))
    path = write_form(tmp_path / "plant.toml", "power-coal-chp", short)
    assert codes(lambda: account(form, beside=path))
