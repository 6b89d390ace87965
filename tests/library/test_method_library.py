"""Methods are refused at load for what does not fit: at least one refusal a code, and none by accident."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tanheng.kernel.problems import Refused, codes
from tanheng.library.instrument_library import InstrumentLibrary
from tanheng.library.method_library import load_method, load_methods, load_methods_from_bytes, read_method
from tests.formula.small import HEAD, SMALL, method

GOOD = HEAD + SMALL
STEP = '[[step]]\nname = "s"\n'
Edit = tuple[str, str]


def edited(*edits: Edit) -> bytes:
    """The small method with texts replaced; an edit of "" appends steps in front of the answers."""
    text = GOOD
    for old, new in edits:
        assert not old or text.count(old) >= 1, old
        text = text.replace(old, new, 1) if old else text.replace("[answer]\n", f"{new}\n[answer]\n")
    return text.encode()


def answer(step: str) -> Edit:
    """One more step "s" that is an answer, so that nothing else is wrong with it."""
    return "", STEP + step + '\n[answer.s]\nas = "indicator"\n'


def is_(formula: str, unit: str = "1", per: str = "", more: str = "") -> Edit:
    return answer(f'per = "{per}"\nunit = "{unit}"\nis = "{formula}"\n{more}')


def given(column: str, per: str = "unit") -> Edit:
    return "[[step]]", f'[[given]]\nper = "{per}"\n{column}\n[[step]]'


REFUSED: dict[str, list[tuple[Edit, ...]]] = {
    "TH-M01": [
        (('en = "Small"', 'eng = "Small"'),),
        (('letter = "u"', 'lettre = "u"'),),
        (('zh = "路线"', 'hz = "路线"'),),
        (('rounding = { mode = "half_up"', 'rounding = { modus = "half_up"'),),
        (is_("1", more="rund = 2"),),
        (answer('unit = "1"'),),
        (is_("1", more='way = [ { name = "a", is = "1" } ]'),),
        (answer('when = "FC > 0"\nway = [ { name = "a", is = "1" } ]'),),
        (answer("default = true\nway = [ { name = \"a\", is = \"1\" } ]"),),
        (answer("way = []"),),
        (('value = "44/12"', 'value = "44/12"\nfrom = "gwp"\nid = "gwp.x"'),),
        (('value = "44/12"', 'value = "44/12"\ndated = [ { value = "1" } ]'),),
        (('value = "44/12"', ""),),
        (('value = "44/12"', 'from = "gwp"'),),
        (('value = "44/12"', 'value = "44/12"\nid = "gwp.x"'),),
        (('key = "route"\n', ""),),
        (('rows = { A = "98", B = "99" }', ""),),
        (('rows = { A = "98", B = "99" }', 'from = "fuels"\nset = "g23"'),),
        (('zh = "小方法"\n', ""),),
        (('law = "cieccpa-061 8.2.5"\n', ""),),
        (('boundary = "enterprise"\n', ""),),
        (('[answer]\nE = { as = "emission" }', "[answer]\nE = {}"),),
        (("open = true,", 'open = true, rows = ["1"],'),),
        (("since = 2023-01-01,", "since = 2023-01-01, rows = {},"),),
    ],
    "TH-M02": [
        (is_("FC_dya * 2"),),
        (is_("total(FC_dya)"),),
        (is_("shear['A']"),),
        (('name = "lots"', 'name = "E"'),),
        (('name = "lots"', 'name = "route"'),),
        (("[answer]\n", '[answer]\nnix = { as = "memo" }\n'),),
        (('name = "缺省", en', 'name = "实测", en'),),
        (answer('way = [ { when = "FC > 0", is = "1" }, { is = "2" } ]'),),
        (answer('per = "fuel month"\nfollow = "FCC"\nis = "1"'),),
        # a step of the whole run cannot take the way that each fuel took
        (answer('follow = "C"\nway = [ { name = "实测", is = "1" }, { name = "缺省", is = "2" } ]'),),
        (("", '[[check]]\nid = "a"\nthat = "E > 0"\n[[check]]\nid = "a"\nthat = "E > 0"\n'),),
    ],
    "TH-M03": [
        (('per = "fuel day"', 'per = "feul day"'),),
        (('in = "unit",', 'in = "plant",'),),
        (('name = "lots"', 'name = "lambda"'), ("lots = {", "lambda = {")),
        (('name = "lots"', 'name = "E²"'), ("lots = {", '"E²" = {')),
        (('name = "lots"', 'name = "total"'), ("lots = {", "total = {")),
        (("unit = { zh", "month = { zh"),),
        (('mass = { unit = "kg"', 'mass = { unit = "kg/[kiln]"'),),
        # "[unit]" is a scope, but its members have no unit of their own
        (('mass = { unit = "kg"', 'mass = { unit = "kg/[unit]"'),),
        (given('x = { unit = "[fuel]" }'),),
        (('name = "E"\nunit = "tCO2"', 'name = "E"\nunit = "tCO2/[fuel]"'),),
    ],
    "TH-M04": [
        (is_("s + 1"),),
        (is_("a + 1"), ("", '[[step]]\nname = "a"\nis = "b"\n[[step]]\nname = "b"\nis = "s"\n')),
        (('unit = { zh = "机组"', 'unit = { in = "fuel", zh = "机组"'),),
        (('unit = { zh = "机组"', 'unit = { in = "unit", zh = "机组"'),),
    ],
    "TH-M05": [
        (is_("a.b"),), (is_(""),), (is_("1e3"),), (is_("share['A', 'B']"),),
        (is_("before(month)", per="month"),),
        (is_("before(FC + FC)", per="fuel month"),), (answer('when = "lambda: 1"\nis = "1"'),),
    ],
    "TH-M06": [
        (is_("FC", "[fuel]", "fuel"),),
        (is_("FC_day / FC_day", "1", "fuel month"),),
        (("", '[[check]]\nid = "a"\nper = "month"\nthat = "fuel == unit"\n'),),
        # a constant in tC/[fuel] says nothing where there is no fuel
        (is_("k * k / k", "tC/t"), ("[table", '[constant.k]\nvalue = "1"\nunit = "tC/[fuel]"\n[table')),
        (is_("total(k / k * mw)", "MW"), ("[table", '[constant.k]\nvalue = "1"\nunit = "t/[fuel]"\n[table'),
         given('mw = { unit = "MW" }')),
    ],
    "TH-M07": [(is_("total(total(FC_day))", "t"),), (is_("total(E_fuel, where=count(FC_day) > 0)", "tCO2"),)],
    "TH-M08": [
        (is_("route + 1", per="fuel"),), (is_("FC > 0", "1", "fuel month"),),
        (is_("issued * 2", "d", "fuel month"),),
        (is_("max(route, 1)", per="fuel"),), (is_("not FC", per="fuel month"),), (is_("total(route)"),),
        (is_("route < 'B' and 1 == 1", per="fuel"),), (is_("share[FC]", "%", "fuel month"),),
        (is_("issued - 1", "d", "fuel month"),), (is_("abs(issued == sampled)", per="fuel month"),),
        (answer('per = "fuel month"\nwhen = "FC"\nis = "1"'),),
        (answer('kind = "word"\nunit = "t"\nis = "\'a\'"'),),
        (answer('kind = "word"\nround = 2\nis = "\'a\'"'),),
        (answer('kind = "word"\nway = [ { name = "a", is = "\'a\'", round = 2 } ]'),),
        (answer('kind = "colour"\nis = "1"'),), (answer('kind = "word"\nis = "\'a\'"'),),
        (("", '[[check]]\nid = "a"\nthat = "E"\n'),),
        (("", '[[check]]\nid = "a"\nthat = "E > 0"\nlevel = "fatal"\n'),),
        (('as = "memo"', 'as = "memoir"'),),
        (('value = "44/12"', "value = 3.6666"),), (('value = "44/12"', 'value = "1e3"'),),
        (('value = "44/12"', "value = true"),), (('B = "99"', "B = 0.99"),), (('"0.03085"', '"0.0308５"'),),
        (('B = "99"', '"B/C" = "99"'),),
        (('range = ["0", ""]', 'range = ["5", "3"]'),), (('range = ["0", ""]', 'range = ["0"]'),),
        (('range = ["0", ""]', 'range = ["x", ""]'),), (('range = ["0", ""]', "range = [0.5, 1]"),),
        (('one_of = ["A", "B"]', 'one_of = "AB"'),), (('one_of = ["A", "B"]', 'one_of = ["A", "A"]'),),
        (('one_of = ["A", "B"]', 'range = ["0", "1"]'),),
        (('kind = "word", one_of = ["A", "B"],', 'kind = "word", unit = "t",'),),
        (('mass = { unit = "kg"', 'mass = { one_of = ["a"], unit = "kg"'),),
        (('mass = { unit = "kg"', "mass = { show = 2"),),
        (("emits = true", 'emits = "yes"'),),
        (('optional = true, zh = "日热值"', 'optional = "true", zh = "日热值"'),),
        (("open = true", "open = 1"),), (("force = ", "force = 2020 #"),),
        (('force = "2020-01-01"', 'force = "soon"'),),
        (('force = "2020-01-01"', "force = 2020-01-01T00:00:00"),),
        (('until = "2029-12-31"', 'until = "2029-2-31"'),),
        (("round = 0", "round = true"),), (("round = 0", "round = 2.5"),), (('zh = "小方法"', "zh = 5"),),
        (('certainty = "check"', 'certainty = "chek"'),), (("round = 0", "round = [1]"),),
        (("[constant.CO2_per_C]", "[constant]\nCO2_per_C = 3\n[constant.CO2]"),),
    ],
    "TH-M09": [(is_("total(FC)", "[fuel]", "fuel month"),), (is_("count(1)"),), (is_("total(E)", "tCO2"),)],
    "TH-M10": [
        (is_("1.015 ** (16 - 20 * mw / mw)", "1", "unit"), given('mw = { unit = "MW" }')),
        (is_("exp(E / E)"),), (is_("4 ** 0.5"),),
        (("", '[[check]]\nid = "a"\nthat = "exp(E / E) > 1"\n'),),
    ],
    "TH-M11": [
        (is_("C_lab / C_lab", per="fuel month"),),
        (is_("before(FC) / FC", per="fuel month"),),
        (is_("mean(mass)", "t"),),
        (is_("most(E_fuel, where=fuel == 'x')", "tCO2"),),
        (is_("FC", "[fuel]", "fuel month", "optional = true"),),
        (("[answer]\nE =", "[answer]\nE_y ="), ("[answer]\n", '[[step]]\nname = "E_y"\nunit = "tCO2"\n'
          'optional = true\nis = "total(E_fuel)"\nwhen = "E > 0"\n[answer]\n')),
    ],
    "TH-M12": [(answer('way = [ { name = "a", is = "1" }, { name = "b", is = "2" } ]'),)],
    "TH-M13": [(is_("before(mw)", "MW", "unit"), given('mw = { unit = "MW" }')),
               (is_("before(mass)", "kg", "lot"),), (is_("before(limit)", "d", "month"),)],
    "TH-M14": [
        (("round = 0", 'round = "half_odd 2"'),), (("round = 0", 'round = "half_up"'),),
        (('{ mode = "half_up", law', "{ law"),), (('mode = "half_up"', 'mode = "halfway"'),),
        (("round = 0", "round = 900"),),
    ],
    "TH-M15": [
        (answer('per = "fuel month"\nfollow = "C"\noptional = true\n'
                'way = [ { name = "实测", is = "1" }, { name = "别的", is = "2" } ]'),),
        (answer('per = "fuel month"\nfollow = "C"\noptional = true\nis = "1"'),),
    ],
    "TH-M16": [
        (("lots = { as = \"memo\" }", ""),), (given('mw = { unit = "MW" }'),),
        (("[table", '[constant.k]\nvalue = "1"\n[table'),),
        (("[[given]]", '[table.k]\nkey = "x"\nrows = {}\n[[given]]'),),
    ],
    "TH-M17": [
        (("until = 2022-12-31", "until = 2023-01-01"),), (("until = 2022-12-31, ", ""),),
        (("until = 2022-12-31", "until = 2019-12-31"),),
        (('until = "2029-12-31"', 'until = "2019-12-31"'),),
    ],
    "TH-M18": [
        (is_("1", "1", "fuel", "when = \"route == 'C'\""),),
        (is_("1", "1", "fuel", "when = \"'C' != route\""),),
        (is_("1", "1", "fuel", "when = \"route in ('A', 'C')\""),),
        (
            ("lot = {", 'side = { rows = ["左", "右"] }\nlot = {'),
            is_("1", "1", "side", "when = \"side == '上'\""),
        ),
    ],
    "TH-U01": [
        (('unit = "kg"', 'unit = "kgg"'),), (is_("1", "kwh"),), (('["t", "1e4Nm3"]', '["t", "tonne!"]'),),
    ],
    "TH-U02": [
        (is_("E + lots", "tCO2"),), (is_("E", "t"),), (is_("1", "1", "", 'when = "E > 5"'),),
        (is_("1", "1", "", 'when = "E in (1, 2)"'),), (is_("max(E, lots)", "tCO2"),),
        (is_("E + 1", "tCO2"),),
        # half of the mass is no mass of CO2, and tCO2 is no tCO2e
        (is_("E", "tCO2e"),), (is_("total(FC_day * NCV_day * 0.5)", "tC"),),
    ],
    "TH-U03": [
        (is_("2 ** E", "1", "", "round = 2"),), (is_("E ** 0.5", "tCO2", "", "round = 2"),),
        (is_("exp(E)", "1", "", "round = 2"),), (is_("E ** (lots / lots)", "tCO2", "", "round = 2"),),
    ],
    "TH-U04": [
        (is_(f"E {op}", "tCO2"),) for op in
        ("* 1000", "/ 1000", "* 0.001", "/ 0.01", "* 10", "* 1000000", "* 10 ** 3", "* 10 ** -3",
        "* -1000", "/ (2 * 5)",
         "* (1 / 100)", "* 100.0", "* 0.10")
    ] + [(is_("1000 * E", "tCO2"),), (is_("100 / lots * lots"),)],
    "TH-U05": [
        (is_("total(FC_day)", "t"),), (is_("total(FC)", "t", "unit month"),),
        (is_("mean(NCV_day, by=FC_day)", "GJ/t", "unit"),), (is_("mean(E_fuel, by=FC)", "tCO2", "unit"),),
        (is_("most(FC)", "t", "unit"),),
    ],
    "TH-U06": [(('unit = "kg"', 'unit = "m3"'),)],
    "TH-U07": [(('unit = "kg"', 'unit = "kg//t"'),)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "edits"),
    [(c, e) for c, cases in REFUSED.items() for e in cases],
    ids=lambda x: x if isinstance(x, str) else None,
)
def test_refusal(code, edits):
    with pytest.raises(Refused) as caught:
        read_method(edited(*edits), "small/method.toml")
    # that code and no other: a refusal that hides another mistake of the test proves nothing
    assert {p.code for p in caught.value.problems} == {code}, [p.line("en") for p in caught.value.problems]
    assert {p.place.file for p in caught.value.problems} == {"small/method.toml"}


BROKEN = [b"\xff\xfe", b"a = ", b"x = " + b"[" * 5000, b"x = " + b"9" * 5000, b"# " + b"x" * 2_000_001]


@pytest.mark.parametrize("data", BROKEN, ids=len)
def test_file_that_cannot_be_read(data):
    with pytest.raises(Refused) as caught:
        read_method(data, "small/method.toml")
    assert [p.code for p in caught.value.problems] == ["TH-M00"]


def test_every_code_of_loading_has_a_refusal():
    elsewhere = {"TH-M00", "TH-M20", "TH-M21", "TH-U08"}  # above, below, test_overlay, and when data enter
    wanted = {c for c in codes() if c.startswith(("TH-M", "TH-U"))} - elsewhere
    assert set(REFUSED) == wanted


def test_good_method_is_read():
    found = method()
    assert found.id == "small"
    assert found.closure_of("FC_day") == ("unit", "fuel", "month", "day")
    assert found.closure_of("mass") == ("unit", "fuel", "lot", "month")
    assert found.sequence.index("FC") < found.sequence.index("C") < found.sequence.index("E_fuel")
    assert found.text.encode() == GOOD.encode()


def test_all_mistakes_are_named_at_once():
    with pytest.raises(Refused) as caught:
        read_method(
            edited(is_("FC_dya"), ('unit = "kg"', 'unit = "kgg"'), ("round = 0", 'round = "up"')), "m.toml"
        )
    assert {p.code for p in caught.value.problems} == {
        "TH-U01",
        "TH-M14",
    }  # then the formulas can be looked at
    with pytest.raises(Refused) as caught:
        read_method(edited(is_("FC_dya"), ("total(mass)", "mass")), "m.toml")
    assert {p.code for p in caught.value.problems} == {"TH-M02", "TH-M06"}


def test_misspelling_is_pointed_out():
    with pytest.raises(Refused) as caught:
        read_method(edited(is_("FC_dya")), "m.toml")
    (found,) = caught.value.problems
    assert "FC_day" in found.message("zh")
    assert found.place.key == "step.s"


def test_unknown_method_is_refused():
    with pytest.raises(Refused) as caught:
        load_method("cets-power-2032")
    assert [p.code for p in caught.value.problems] == ["TH-M20"]


def test_shipped_methods_load_and_every_law_resolves():
    library = load_methods(laws=InstrumentLibrary.load())
    assert library.ids()
    for each in library.ids():
        assert library.get(each).id == each


def test_law_that_no_instrument_bears_is_refused():
    with pytest.raises(Refused) as caught:
        read_method(edited(is_("1", more='law = "GB/T 99999-2099 5.2"')), "m.toml", InstrumentLibrary.load())
    assert [(p.code, p.place.key) for p in caught.value.problems] == [("TH-M17", "s"), ("TH-M17", "s.")]


def test_own_folder_extends_and_never_replaces(tmp_path: Path):
    folder = tmp_path / "methods" / "small"
    folder.mkdir(parents=True)
    (folder / "method.toml").write_bytes(GOOD.encode())
    assert "small" in load_methods([tmp_path]).ids()
    assert load_methods([tmp_path]).get("small").id == "small"
    with pytest.raises(Refused) as caught:
        load_methods([tmp_path, tmp_path])
    assert [p.code for p in caught.value.problems] == ["TH-M02"]
    folder.rename(tmp_path / "methods" / "other")
    with pytest.raises(Refused) as caught:
        load_methods([tmp_path]).get("other")
    assert [p.code for p in caught.value.problems] == ["TH-M02"]


def test_method_of_a_pack_is_the_same_method():
    packed = load_methods_from_bytes({"methods/small/method.toml": GOOD.encode()})
    assert packed.ids() == ["small"]
    assert packed.get("small").digest == method().digest


@pytest.mark.drill
def test_mutated_files_are_read_or_refused_never_more(rng: random.Random, rounds):
    """Cut, swapped and doubled pieces of the file end in a method or in problems."""
    pieces = GOOD.split("\n")
    tokens = [
        "{",
        "}",
        '"',
        "[",
        "]",
        "=",
        "true",
        "1.5",
        "2020-01-01",
        '"day"',
        "per",
        "[[step]]",
        "'a'",
        "\\",
        "0",
    ]
    accepted = 0
    for _ in range(rounds(300, 20_000)):
        lines = list(pieces)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(lines))
            kind = rng.randrange(5)
            if kind == 0:
                del lines[at]
            elif kind == 1:
                lines.insert(at, rng.choice(lines))
            elif kind == 2 and lines[at]:
                cut = rng.randrange(len(lines[at]))
                lines[at] = lines[at][:cut] + rng.choice(tokens) + lines[at][cut + rng.randint(0, 2) :]
            elif kind == 3:
                other = rng.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            else:
                left, equals, _ = lines[at].partition(" = ")
                values = [
                    "1",
                    "true",
                    "[]",
                    "{}",
                    '"x"',
                    "1.5",
                    "[1]",
                    '""',
                    "-1",
                    "2020-01-01",
                    "[[]]",
                    '["a", "b"]',
                ]
                lines[at] = left + equals + rng.choice(values) if equals else lines[at]
        try:
            read_method("\n".join(lines).encode(), "m.toml")
            accepted += 1
        except Refused as refused:
            assert refused.problems
    assert accepted
