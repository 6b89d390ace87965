"""Formulas as people read them; the expected lines are written from the guide."""

from xml.etree import ElementTree

import pytest

from tanheng.engine.notation.formula import equation, names_in, with_numbers
from tanheng.engine.notation.mathml import mathml
from tanheng.engine.notation.omml import M, omml
from tanheng.engine.notation.parts import Numbers
from tanheng.engine.notation.symbols import symbol
from tanheng.engine.notation.tree import Big, Cases, Fence, Frac, Glyph, Over, Row, Script, linear
from tanheng.engine.notation.typst import text_literal, typst
from tanheng.library.method_library import load_method

POWER = load_method("cets-power-2023")
GUIDE = {
    ("E_fuel", "实测"): "E_燃料 = FC × C_实测 × OF × 44/12",  # formula (1), one fuel; 44/12 stays a fraction
    ("E_burn", ""): "E_燃烧 = ∑_i(E_燃料,i)",  # the sum over fuels
    (
        "C_sample",
        "空气干燥基",
    ): "C_综合样 = (C_ad × (1 − M_ar))/(1 − M_ad)",  # (2), moistures carry their percent sign
    ("C_sample", "干燥基"): "C_综合样 = C_d × (1 − M_ar)",  # (3)
    ("E_el", ""): "E_电 = AD_电 × EF_电",  # (5)
    ("Q_stream", "蒸汽"): "Q_k = D × (h_供 − h_0) × 10^−3",  # (7): t × kJ/kg is MJ, the law prints 10⁻³
    ("Q_stream", "热水"): "Q_k = D × (T_供 − T_0) × c_w × 10^−3",  # (8)
    ("Q_net", ""): "Q_净 = D × h_供 × 10^−3 − Q_回 − Q_补",  # terms of unlike units, each brought to GJ
    ("X", "单台"): "X = W_fd/(P × t) × 100%",
    ("X", "合并"): "X = W_fd/(∑_p(P_e,p × t_p)) × 100%",  # (10)
    ("t", "合并"): "t = (∑_p(t_p × P_e,p))/P",  # (9)
    (
        "M_ar",
        "日加权",
    ): "M_ar = (∑_d(M_ar,日,d × FC_日,d))/∑_d(FC_日,d)",  # a mean of percentages is one: no × 100 %
    ("C_gas", ""): "C_g = (∑_j(N_j × V_j) × M_C)/V_m × 10",  # kgC/Nm3 to tC/10⁴Nm3
    ("L_rcy", ""): "L_rcy = ((W_cy − W_rcy) × α + W_rcy)/Q_gr × 10^3",  # kWh/GJ
    ("b_f", ""): "b_f = ((1 − α) × B_h)/W_fd",
    ("S_gr_y", ""): "S_gr,年 = (α_年 × E_机组)/Q_gr,年",
    ("P_bio_y", ""): "P_bio,年 = max(0, (Q_cr,年/η_gl − Q_化石,年)/(Q_cr,年/η_gl)) × 100%",  # (E.1)
    ("R_energy", ""): "R_能 = (W_fd × 3.6 + Q_gr)/Q_化石 × 100%",  # 1 MWh = 3.6 GJ
}


@pytest.mark.parametrize("place", GUIDE)
def test_formula_reads_as_the_guide_prints_it(place):
    assert linear(equation(POWER, *place)) == GUIDE[place]


def test_ways_without_a_choice_stand_behind_one_brace():
    node = equation(POWER, "C_day")
    assert isinstance(node, Row) and isinstance(node.items[-1], Cases)
    assert linear(node) == "C_日 = C_日测 (实测); NCV_d × CC (缺省)"


def test_numbers_are_put_in_with_percent_signs():
    # 122 255.81 t × 0.5623 tC/t × 99 % × 44/12 = 249 542.32 tCO2: the month of look/3-trace.png
    row = (("fuel", "烟煤"), ("month", "2024-11"), ("unit", "1"))
    shown = {
        ("FC", row): "122,255.81",
        ("C_measured", row): "0.5623",
        ("OF", (("fuel", "烟煤"), ("unit", "1"))): "99.00%",
    }
    node = with_numbers(POWER, "E_fuel", "实测", Numbers(dict(row), shown), "249,542.32")
    assert linear(node) == "E_燃料 = 122,255.81 × 0.5623 × 99.00% × 44/12 = 249,542.32"


def test_a_long_sum_shows_first_second_and_last_term_in_order():
    def key(month):
        return (("month", f"2024-{month:02d}"), ("unit", "1"))

    shown = {("E_el", key(m)): f"{m}.00" for m in range(12, 0, -1)} | {
        ("E_el", (("month", "2024-01"), ("unit", "2"))): "9"
    }
    node = with_numbers(POWER, "E_el_y", "", Numbers({"unit": "1"}, shown), "78.00")
    assert linear(node) == "E_电,年 = 1.00 + 2.00 + ⋯ + 12.00 = 78.00"


def test_a_weighted_mean_leaves_out_rows_in_which_a_value_is_absent():
    def key(day):
        return (("day", f"2024-03-{day:02d}"), ("fuel", "烟煤"), ("month", "2024-03"), ("unit", "1"))

    shown = {("FC_day", key(1)): "10", ("FC_day", key(2)): "0", ("FC_day", key(3)): "30"}
    shown |= {("NCV_d", key(1)): "20", ("NCV_d", key(3)): "22"}
    row = {"fuel": "烟煤", "month": "2024-03", "unit": "1"}
    node = with_numbers(POWER, "NCV", "日加权", Numbers(row, shown), "21.500")
    assert linear(node) == "NCV_ar = (20 × 10 + 22 × 30)/(10 + 0 + 30) = 21.500"


def test_a_negative_number_stands_in_brackets():
    row = (("month", "2024-01"), ("unit", "1"))
    node = with_numbers(
        POWER, "E_unit_month", "", Numbers(dict(row), {("E_burn", row): "5", ("E_el", row): "−2"}), "3"
    )
    assert linear(node) == "E_机组,月 = 5 + (−2) = 3"


def test_names_to_explain_are_values_in_reading_order():
    assert names_in(POWER, "E_fuel", "实测") == ("FC", "C_measured", "OF", "CO2_per_C")
    assert names_in(POWER, "fuel_kind") == ()  # words only


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FC", Glyph("FC", "upright")),
        ("α", Glyph("α", "italic")),
        ("C_ar", Script(Glyph("C", "italic"), Glyph("ar", "upright"))),
        ("E_燃", Script(Glyph("E", "italic"), Glyph("燃", "upright"))),
        ("44/12", Frac(Glyph("44", "number"), Glyph("12", "number"))),
        ("P^bio", Script(Glyph("P", "italic"), None, Glyph("bio", "upright"))),
    ],
)
def test_symbol(text, expected):
    assert symbol(text) == expected


def test_an_index_joins_the_subscript_and_is_not_doubled():
    assert linear(symbol("C_ar", ("i",))) == "C_ar,i"
    assert linear(symbol("Q_k", ("k",))) == "Q_k"


EVERY_KIND = Row(
    (
        Big("∑", Glyph("i", "italic"), Glyph("x", "italic")), Big("max", None, Glyph("x", "italic")),
        Over(Glyph("C", "italic")),
        Fence("[", Frac(Glyph("1", "number"), Glyph("甲<&>乙")), "]"), Cases(((Glyph("a"), Glyph("当…")),)),
        Script(Glyph("x", "italic"), Glyph("i", "italic"), Glyph("2", "number")),
    )
)  # fmt: skip


def test_omml_is_well_formed_and_holds_every_character():
    root = ElementTree.fromstring(omml(EVERY_KIND))
    assert "".join(t.text for t in root.iter(f"{{{M}}}t")) == "ixmaxxC1甲<&>乙a当…xi2"
    assert root.find(f".//{{{M}}}nary/{{{M}}}naryPr/{{{M}}}chr").get(f"{{{M}}}val") == "∑"


def test_mathml_is_well_formed_and_says_the_formula_to_those_who_do_not_see_it():
    root = ElementTree.fromstring(mathml(EVERY_KIND))
    assert root.get("alttext") == linear(EVERY_KIND).strip()
    assert [node.tag for node in root.iter("msubsup")] == ["msubsup"]


def test_every_formula_of_every_shipped_method_is_set_by_typst_and_well_formed():
    from tanheng.library.method_library import load_methods
    from tanheng.reports.typesetting import compile_source

    methods = load_methods()
    nodes = [equation(m, step) for m in map(methods.get, methods.ids()) for step in m.steps]
    assert len(nodes) > 100
    for node in nodes:
        ElementTree.fromstring(omml(node))
        ElementTree.fromstring(mathml(node))
    setup = '#show: house.with(title: "t", running: "", foot: "")\n'
    # PDF/A refuses a character without glyph, so this also says that every symbol can be printed
    made = compile_source(
        setup + "\n\n".join(f"$ {typst(node)} $" for node in nodes), "pdf", pdf_standards=["a-2b"]
    )
    assert made[0].startswith(b"%PDF-")


def test_nothing_in_a_literal_becomes_markup():
    assert text_literal('a"\\b\n#c') == '"a\\"\\\\b #c"'
