"""Units: grammar, dimensions, substances, gas volumes, labels, and the differential test against pint."""

from fractions import Fraction

import pint
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tanheng.kernel.problems import Place, Refused
from tanheng.kernel.units import PURE, Unit, _tables, bind_unit, convert, parse_unit

F = Fraction


def refusal(call, *args):
    with pytest.raises(Refused) as caught:
        call(*args)
    (only,) = caught.value.problems
    return only


def into(value, source, target) -> Fraction:
    return convert(F(value), parse_unit(source), parse_unit(target))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("tC/t", "tC/t"),
        ("1", "1"),
        ("％", "%"),
        ("t*km", "t*km"),
        ("t·km", "t*km"),
        ("吨公里", "t*km"),
        ("10^4 Nm3", "1e4Nm3"),
        ("10⁴Nm³", "1e4Nm3"),
        ("万Nm³", "1e4Nm3"),
        ("万标立方米", "1e4Nm3"),
        ("1E4Nm3", "1e4Nm3"),
        ("m3(0C)", "Nm3"),
        ("万m³(20℃)", "1e4m3(20C)"),
        ("万m3(20°C)", "1e4m3(20C)"),
        ("GJ/[fuel]", "GJ/[fuel]"),
        ("GJ·t⁻¹", "GJ/t"),
        ("GJ/10^4Nm3", "GJ/1e4Nm3"),
        ("tCO₂/MWh", "tCO2/MWh"),
        ("ｔＣＯ２", "tCO2"),
        ("吨标准煤", "tce"),
        ("吨二氧化碳当量", "tCO2e"),
        ("万千瓦时", "1e4kWh"),
        ("亿kWh", "1e8kWh"),
        ("元/吨", "CNY/t"),
        ("kgCO2e/(t·km)", "kgCO2e/t/km"),
        ("kgBOD/(person·d)", "kgBOD/person/d"),
        ("kg/(m3(liquid)*d)", "kg/m3(liquid)/d"),
        ("m^2", "m2"),
        ("㎡", "m2"),
        ("t/t", "1"),
        ("1/GJ", "1/GJ"),
        ("[fuel]^2/t", "[fuel]^2/t"),
        ("%*tC/t", "%*tC/t"),
        ("大卡/千克", "kcal/kg"),
        ("t*t", "t^2"),
    ],
)
def test_spellings(text, canonical):
    unit = parse_unit(text)
    assert unit.text == canonical
    assert parse_unit(canonical) == unit


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mwh", "TH-U01"),
        ("T", "TH-U01"),
        ("foo", "TH-U01"),
        ("10^5t", "TH-U01"),
        ("1e4", "TH-U01"),
        ("万", "TH-U01"),
        ("12kg", "TH-U01"),
        ("t(km)", "TH-U01"),
        ("tfoo", "TH-U01"),
        ("MJCO2", "TH-U01"),
        ("m3", "TH-U06"),
        ("m³", "TH-U06"),
        ("㎥", "TH-U06"),
        ("m^3", "TH-U06"),
        ("万m³", "TH-U06"),
        ("1e4m3", "TH-U06"),
        ("立方米", "TH-U06"),
        ("GJ/m3", "TH-U06"),
        ("", "TH-U07"),
        ("t//t", "TH-U07"),
        ("/t", "TH-U07"),
        ("t*", "TH-U07"),
        ("t/(km", "TH-U07"),
        ("t/km)", "TH-U07"),
        ("(t)", "TH-U07"),
        ("t*(km)", "TH-U07"),
        ("t/(km/h)", "TH-U07"),
        ("t^0", "TH-U07"),
        ("t^10", "TH-U07"),
        ("t^99999999", "TH-U07"),
        ("t^", "TH-U07"),
        ("[fuel", "TH-U07"),
        ("t" * 121, "TH-U07"),
    ],
)
def test_refused(text, code):
    found = refusal(parse_unit, text, Place(cell="C3"))
    assert (found.code, found.place.cell) == (code, "C3")


@pytest.mark.parametrize(
    ("text", "hint"), [("mwh", "MWh"), ("T", "t"), ("Tce", "tce"), ("KWH", "kWh"), ("gj", "GJ")]
)
def test_case_errors_get_a_hint(text, hint):
    found = refusal(parse_unit, text)
    assert f"是否为 {hint}" in found.remedy("zh") and f"Did you mean {hint}?" in found.remedy("en")


def test_gas_volume_without_its_state_is_asked_with_the_difference():
    found = refusal(parse_unit, "万m³")
    assert found.severity == "ask"
    assert "7.3%" in found.message("zh") and "7.3 %" in found.message("en")
    # (273.15 + 20) / 273.15, the figure of the message, by hand: 1.07322
    assert F("1.0732") < F("293.15") / F("273.15") < F("1.0733")


@given(st.text(max_size=20))
@example("\n")
@example("t/\nGJ")
def test_any_text_is_a_unit_or_a_refusal(text):
    try:
        unit = parse_unit(text)
    except Refused as said:
        assert said.problems[0].line("zh") and said.problems[0].line("en")
    else:
        assert parse_unit(unit.text) == unit and unit.scale > 0


@pytest.mark.parametrize(
    ("value", "source", "target", "wanted"),
    [
        (1, "MWh", "GJ", "3.6"),
        (1, "1e4kWh", "MWh", "10"),
        (7000, "kcal/kg", "kJ/kg", "29307.6"),
        ("29.3076", "GJ/tce", "kJ/kgce", "29307.6"),
        (300, "gce/kWh", "tce/MWh", "0.3"),
        (1, "MW*h", "MWh", "1"),
        (1, "t*kJ/kg", "MJ", "1"),
        (1, "TJ/Gg", "GJ/t", "1"),
        (94600, "kgCO2/TJ", "tCO2/GJ", "0.0946"),
        (25, "%", "1", "0.25"),
        (2, "1e4Nm3", "Nm3", "20000"),
        (90, "min", "h", "1.5"),
        (8784, "h", "d", "366"),
        (600, "MW", "GJ/h", "2160"),
        (1, "km2", "hm2", "100"),
        (2, "m3(liquid)", "L", "2000"),
        (12, "1e4CNY/tCO2", "CNY/tCO2", "120000"),
        (1, "kgCF4*cell*d/tAl/min", "tCF4*cell/tAl", "1.44"),
    ],
)
def test_conversions_by_hand(value, source, target, wanted):
    assert into(value, source, target) == F(wanted)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("tCO2", "tCO2e"),
        ("t", "tCO2"),
        ("t", "tce"),
        ("tC", "tCO2"),
        ("Nm3", "m3(20C)"),
        ("m3(20C)", "m3(15C)"),
        ("Nm3", "m3(liquid)"),
        ("tC/t", "tC/GJ"),
        ("d", "a"),
        ("MW", "MWh"),
        ("GJ/[fuel]", "GJ/t"),
        ("1", "%*t"),
    ],
)
def test_dimensions_never_mix(source, target):
    assert refusal(into, 1, source, target).code == "TH-U02"
    assert parse_unit(source).dimension != parse_unit(target).dimension


def test_algebra():
    gj, t, carbon = parse_unit("GJ"), parse_unit("t"), parse_unit("tC/t")
    assert (gj / t).text == "GJ/t" and (carbon * t).text == "tC"
    assert t / t == PURE == gj**0
    assert (gj / t) ** -2 == parse_unit("t^2/GJ^2")
    assert (parse_unit("kWh") * parse_unit("1e4Nm3")).scale == F("0.0036") * 10_000
    assert (parse_unit("tCO2/tC") * carbon * t).dimension == parse_unit("tCO2").dimension
    assert hash(gj / t) == hash(parse_unit("GJ/t"))
    with pytest.raises(AttributeError):
        gj.text = "x"  # type: ignore[misc]


def test_open_units_are_bound_to_the_member():
    heat = parse_unit("GJ/[fuel]")
    assert bind_unit(heat, {"fuel": parse_unit("1e4Nm3")}) == parse_unit("GJ/1e4Nm3")
    assert bind_unit(heat * parse_unit("[fuel]"), {}) == parse_unit("GJ")
    assert bind_unit(parse_unit("tC/t"), {}) == parse_unit("tC/t")
    assert bind_unit(parse_unit("[fuel]^2*[load]"), {"fuel": parse_unit("t"), "load": PURE}).text == "t^2"
    assert refusal(bind_unit, heat, {"load": PURE}).code == "TH-U08"


@pytest.mark.parametrize(
    ("text", "label", "runs"),
    [
        ("tCO2/t", "tCO2/t", (("tCO", ""), ("2", "sub"), ("/t", ""))),
        ("kgCO2e", "kgCO2e", (("kgCO", ""), ("2", "sub"), ("e", ""))),
        ("1e4Nm3", "10^4Nm³", (("10", ""), ("4", "sup"), ("Nm", ""), ("3", "sup"))),
        ("m^2", "m²", (("m", ""), ("2", "sup"))),
        ("t*km", "t·km", (("t·km", ""),)),
        ("1e4CNY", "万元", (("万元", ""),)),
        ("万kWh", "万kWh", (("万kWh", ""),)),
        ("m3(20C)", "m³(20 °C)", (("m", ""), ("3", "sup"), ("(20 °C)", ""))),
        ("tC2F6", "tC2F6", (("tC", ""), ("2", "sub"), ("F", ""), ("6", "sub"))),
        ("1/GJ", "1/GJ", (("1/GJ", ""),)),
        ("[fuel]^4", "[fuel]^4", (("[fuel]", ""), ("4", "sup"))),
    ],
)
def test_labels_and_runs(text, label, runs):
    unit = parse_unit(text)
    assert unit.label == label
    assert unit.runs() == runs


def test_every_atom_and_substance_of_the_table_reads_and_shows():
    tables = _tables()
    assert len(tables.atoms) > 100
    for spelling, name in tables.names.items():
        assert parse_unit(spelling).text == name
        assert parse_unit(name).runs() and parse_unit(f"1e4{name}").scale == parse_unit(name).scale * 10_000
    for name, atom in tables.atoms.items():
        assert atom.scale > 0 and _tables().names[name] == name


# our name, pint's name; pint's own calorie is 4.184 J, the one of GB/T 2589 is its international one
ENERGY = {
    "J": "joule",
    "kJ": "kilojoule",
    "MJ": "megajoule",
    "GJ": "gigajoule",
    "TJ": "terajoule",
    "kcal": "kilointernational_calorie",
    "Wh": "watt_hour",
    "kWh": "kilowatt_hour",
    "MWh": "megawatt_hour",
    "GWh": "gigawatt_hour",
}
MASS = {"g": "gram", "kg": "kilogram", "t": "metric_ton", "Gg": "gigagram", "mg": "milligram"}
TIME = {"s": "second", "min": "minute", "h": "hour", "d": "day"}
POWER = {"W": "watt", "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt"}
LENGTH = {"m": "meter", "km": "kilometer"}
AREA = {"m2": "meter**2", "km2": "kilometer**2", "hm2": "hectare"}
OTHER = {
    "pressure": {"Pa": "pascal", "kPa": "kilopascal", "MPa": "megapascal"},
    "amount": {"mol": "mole", "kmol": "kilomole"},
    "volume": {"L": "liter", "mL": "milliliter", "m3(liquid)": "meter**3"},
    "voltage": {"V": "volt", "mV": "millivolt"},
    "temperature": {"K": "kelvin", "degC": "delta_degree_Celsius"},
}
FAMILIES = [ENERGY, MASS, TIME, POWER, LENGTH, AREA, *OTHER.values()]
REGISTRY = pint.UnitRegistry(non_int_type=Fraction)


@st.composite
def paired(draw):
    """A source and a target of one dimension, in our words and in pint's: a/b, a*b or a alone."""
    top, bottom = draw(st.sampled_from(FAMILIES)), draw(st.sampled_from(FAMILIES))
    shape = draw(st.sampled_from(["{0}", "{0}/{1}", "{0}*{1}", "{0}/{1}^2"]))
    sides = []
    for _ in range(2):
        first, second = (
            draw(st.sampled_from(sorted(top.items()))),
            draw(st.sampled_from(sorted(bottom.items()))),
        )
        ours = shape.format(first[0], second[0])
        theirs = shape.replace("^2", "**2").format(f"({first[1]})", f"({second[1]})")
        sides.append((ours, theirs))
    return sides


@given(st.fractions(-(10**9), 10**9, max_denominator=10**6), paired())
def test_pint_agrees_exactly(value, pair):
    (ours, theirs), (target, wanted) = pair
    assert into(value, ours, target) == REGISTRY.Quantity(value, theirs).to(wanted).magnitude


def test_a_unit_is_made_of_its_three_fields():
    assert Unit("x", (("x", 1),), F(2)) * PURE == Unit("x", (("x", 1),), F(2))
