"""Sector templates.

Every given of the method stands in exactly one place, and a faulty template is refused with all its faults.
"""

import importlib.resources

import pytest

from tanheng.kernel.problems import Refused
from tanheng.library.method_library import load_method
from tanheng.library.template_library import load_template, template_ids, template_methods

SHIPPED = importlib.resources.files("tanheng.library") / "templates" / "power-coal-chp" / "template.toml"


@pytest.fixture(scope="module")
def method():
    return load_method("cets-power-2023")


@pytest.fixture
def own(tmp_path):
    """A library folder with a changed copy of the shipped template; gives its problems."""

    def load(method, *changes):
        text = SHIPPED.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        folder = tmp_path / "templates" / "power-coal-chp"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.toml").write_text(text, encoding="utf-8")
        return load_template("power-coal-chp", method, [tmp_path])

    return load


def test_the_shipped_templates_load(method):
    for template_id in template_ids():
        for method_id in template_methods(template_id):
            assert load_template(template_id, load_method(method_id)).sheets


def test_every_given_stands_in_one_place_and_is_the_methods(method):
    template = load_template("power-coal-chp", method)
    columns = [c for s in template.sheets for c in s.columns if c.role == "given"]
    assert sorted(c.name for c in columns) == sorted(method.givens)
    for column in columns:
        given = method.givens[column.name]
        assert (column.zh, column.unit, column.one_of, column.law) == (
            given.zh,
            given.unit,
            given.one_of,
            given.law,
        )


def test_what_a_stop_makes_zero(method):
    template = load_template("power-coal-chp", method)
    amounts = {c.name for s in template.sheets for c in s.columns if c.amount}
    assert {"FC_day", "FC_book", "W_book", "t_run", "D", "Q_read", "W_buy_plant"} <= amounts
    # qualities, stocks, readings, capacities and counts are no amounts of a period
    assert not amounts & {
        "NCV_day",
        "M_ar_day",
        "C_ad",
        "h",
        "T_w",
        "opening",
        "closing",
        "reading_0",
        "ratio",
        "P_e",
    }


def test_names_of_facts_are_unique(method):
    names = [
        c.name
        for s in load_template("power-coal-chp", method).sheets
        for c in s.columns
        if c.role == "fact"
        if s.role in ("form", "members", "rows")
    ]
    assert len(names) == len(set(names))


def test_a_users_own_template_comes_first(own, method):
    assert own(method, ('zh = "燃煤热电联产"', 'zh = "本厂"')).zh == "本厂"


FAULTS = [
    ("unknown given", 'givens = ["FC_day", ', 'givens = ["FC_tag", ', ("FC_tag", "FC_day")),
    ("given twice", 'givens = ["W_buy_plant"]', 'givens = ["W_buy_plant", "W_buy_plant"]', ("W_buy_plant",)),
    ("given under other keys", 'givens = ["W_buy_plant"]', 'givens = ["W_book"]', ("W_book", "W_buy_plant")),
    ("unknown scope", 'keys = ["month"]', 'keys = ["week"]', ("week",)),
    ("unknown role", 'role = "form"', 'role = "shape"', ("shape",)),
    ("unknown key", 'law = "G23 附录B 附录C"', 'lore = "G23"', ("lore",)),
    ("unit of another dimension", '"MWh" = ["kWh",', '"MWh" = ["kg",', ("MWh",)),
    ("need for an unknown word", 'word = "FC_route"', 'word = "FC_root"', ("FC_root",)),
    ("need for an unknown choice", 'is = ["入炉日计量"]', 'is = ["入炉计量"]', ("入炉计量",)),
    ("band of nothing", "NCV_day = { unit", "NCV_tag = { unit", ("NCV_tag",)),
    ("unknown kind", 'kind = "code"', 'kind = "cipher"', ("cipher",)),
]


@pytest.mark.parametrize(("old", "new", "named"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_faulty_template_is_refused(own, method, old, new, named):
    with pytest.raises(Refused) as caught:
        own(method, (old, new))
    assert {p.code for p in caught.value.problems} == {"TH-I54"}
    text = " ".join(p.message("en") for p in caught.value.problems)
    assert all(name in text for name in named), text


def test_all_faults_are_said_at_once(own, method):
    with pytest.raises(Refused) as caught:
        own(method, *((old, new) for _, old, new, _ in FAULTS[:1] + FAULTS[4:6]))
    assert len(caught.value.problems) >= 3


def test_what_is_no_toml(own, method):
    with pytest.raises(Refused) as caught:
        own(method, ('id = "power-coal-chp"', "id = "))
    assert [p.code for p in caught.value.problems] == ["TH-I54"]


def test_an_unknown_template_and_a_method_that_it_does_not_serve(own, method):
    with pytest.raises(Refused) as caught:
        load_template("steel", method)
    assert [p.code for p in caught.value.problems] == ["TH-I28"]
    with pytest.raises(Refused) as caught:
        own(method, ('methods = ["cets-power-2023", ', "methods = ["))
    assert [p.code for p in caught.value.problems] == ["TH-I28"]


def test_an_edition_is_asked_for_its_own_givens_alone():
    """What another edition asks for is left out, with its choices; a sheet of which nothing is left goes."""
    named = {}
    for method_id in template_methods("power-coal-chp"):
        template = load_template("power-coal-chp", load_method(method_id))
        named[method_id] = (
            {c.name for s in template.sheets for c in s.columns},
            {s.id for s in template.sheets},
        )
        assert all(
            need.word in named[method_id][0] and (need.must or need.default) for need in template.needs
        )
    columns = {method_id: found for method_id, (found, _) in named.items()}
    assert (
        columns["cets-power-2022"] == columns["cets-power-2021"] == columns["cets-power-2023"] - {"W_export"}
    )
    bought = {"el_route", "el_share", "W_buy_plant"}
    fresh = {"of_boiler", "of_altitude", "altitude"}
    assert columns["cets-power-2026"] == columns["cets-power-2023"] - bought | fresh
    assert named["cets-power-2023"][1] - named["cets-power-2026"][1] == {"plant"}


def test_an_edition_has_its_own_word_for_the_plan():
    said = {}
    for method_id in template_methods("power-coal-chp"):
        template = load_template("power-coal-chp", load_method(method_id))
        said[method_id] = " ".join(s.says[0] for s in template.sheets)
    for method_id, text in said.items():
        assert ("数据质量控制方案" in text) == (method_id == "cets-power-2026")
        assert ("数据质量控制计划" in text) == (method_id != "cets-power-2026")
