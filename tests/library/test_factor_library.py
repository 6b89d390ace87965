"""Look-up gives one row or the candidates; two times; own folders extend and override with their grounds."""

from datetime import date
from fractions import Fraction

import pytest

from tanheng.kernel.problems import Refused
from tanheng.kernel.units import convert, parse_unit
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.factor_table import COLUMNS, export_tables
from tests.library.factor_rows import own, table

YEAR = {"since": date(2024, 1, 1), "until": date(2024, 12, 31)}


@pytest.fixture(scope="module")
def shipped():
    return FactorLibrary.load()


def refused(action, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        action(*args, **kwargs)
    return caught.value.problems


def keys(problems):
    return [each.place.key for each in problems]


# --- look-up ----------------------------------------------


def test_one_row(shipped):
    row = shipped.find("power_annex_a", set="g23", key="diesel", item="ncv", **YEAR)
    assert (row.value, row.unit, row.certainty, row.origin) == ("42.652", "GJ/t", "sure", "shipped")
    assert row == shipped.find("power_annex_a", id="fuel.g23.diesel.ncv", **YEAR)


def test_sets_are_never_mixed(shipped):
    """Anthracite has five Chinese values from 20.304 to 26.7 GJ/t; which one is meant must be said."""
    in_2026 = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
    found = refused(shipped.find, "fuels", key="anthracite", item="ncv", **in_2026)
    assert found[0].code == "TH-L02"
    sets = ["ndrc27", "gbt26", "cets22", "steel13", "buildmat13", "ipcc2006"]
    assert keys(found[1:]) == [f"fuel.{each}.anthracite.ncv" for each in sets]
    values = [shipped.find("fuels", set=each, key="anthracite", item="ncv", **in_2026).value for each in sets]
    assert values == ["24.515", "26.7", "22.867", "20.304", "23.2", "26.7"]


def test_equal_values_of_two_sets_are_still_two_candidates(shipped):
    """Lignite carbon is 0.0280 in both sets of 2013, and even so neither is taken without being named."""
    found = refused(shipped.find, "fuels", key="lignite", item="cc", **YEAR)
    assert found[0].code == "TH-L02"
    assert {"fuel.ndrc27.lignite.cc", "fuel.steel13.lignite.cc"} <= set(keys(found[1:]))


def test_a_set_without_the_fuel_does_not_borrow_from_another(shipped):
    found = refused(shipped.find, "fuels", set="cets22", key="naphtha", item="ncv", **YEAR)
    assert found[0].code == "TH-L01"
    assert all(each.code == "TH-L13" for each in found[1:])
    assert keys(found[1:]) == [
        f"fuel.{each}.naphtha.ncv" for each in ("ndrc27", "buildmat13", "ipcc2006", "gbt26")
    ]


def test_no_neighbouring_year(shipped):
    """Hubei has factors of 2021 to 2023; none of them stands in for 2024."""
    found = refused(shipped.find, "grid_factors", set="avg", region="42", **YEAR)
    assert found[0].code == "TH-L01"
    assert keys(found[1:]) == [f"grid.province.42.{year}" for year in (2021, 2022, 2023)]
    assert "有效期没有盖住整个期间" in found[1].message()


def test_no_national_value_for_a_province_without_one(shipped):
    """No factor is published for Tibet (54)."""
    year = {"since": date(2023, 1, 1), "until": date(2023, 12, 31)}
    found = refused(shipped.find, "grid_factors", set="avg", region="54", **year)
    assert found[0].code == "TH-L01"
    assert "region 是 CN，不是 54" in "".join(each.message() for each in found)


def test_a_row_must_cover_the_whole_period(shipped):
    ask = {"set": "avg", "region": "42"}
    march = {"since": date(2023, 3, 1), "until": date(2023, 3, 31)}
    assert shipped.find("grid_factors", **ask, **march).value == "0.4044"
    last = {"since": date(2023, 12, 31), "until": date(2023, 12, 31)}
    assert shipped.find("grid_factors", **ask, **last).id == "grid.province.42.2023"
    over = {"since": date(2022, 12, 31), "until": date(2023, 1, 1)}
    assert refused(shipped.find, "grid_factors", **ask, **over)[0].code == "TH-L01"


def test_coal_carbon_default_changes_with_2023(shipped):
    ask = {"key": "coal", "item": "cc"}
    march = {"since": date(2022, 3, 1), "until": date(2022, 3, 31)}
    before = {"since": date(2022, 12, 1), "until": date(2022, 12, 31)}
    after = {"since": date(2023, 1, 1), "until": date(2023, 1, 31)}
    assert shipped.find("power_annex_a", set="g21", **ask, **march).value == "0.03356"
    assert shipped.find("power_annex_a", set="g22", **ask, **before).value == "0.03085"
    assert shipped.find("power_annex_a", set="g23", **ask, **after).value == "0.03085"
    assert refused(shipped.find, "power_annex_a", set="g23", **ask, **before)[0].code == "TH-L01"
    in_2026 = {"since": date(2026, 1, 1), "until": date(2026, 1, 31)}
    assert refused(shipped.find, "power_annex_a", set="g23", **ask, **in_2026)[0].code == "TH-L01"


def test_nothing_like_it(shipped):
    found = refused(shipped.find, "power_annex_a", key="unobtainium", **YEAR)
    assert [each.code for each in found] == ["TH-L01"]
    assert "没有" in found[0].message()
    for lang in ("zh", "en"):
        assert "…" not in found[0].line(lang)


def test_unknown_family(shipped):
    (found,) = refused(shipped.find, "fules", **YEAR)
    assert found.code == "TH-L03"
    assert "fuels" in found.message()


# --- known time -------------------------------------------


def test_what_is_not_yet_known_is_invisible(shipped):
    """The factors of 2023 were published on 2025-12-31."""
    ask = {"set": "avg", "region": "CN", "since": date(2023, 1, 1), "until": date(2023, 12, 31)}
    assert shipped.find("grid_factors", **ask, known_on=date(2025, 12, 31)).value == "0.5306"
    found = refused(shipped.find, "grid_factors", **ask, known_on=date(2025, 12, 30))
    assert found[0].code == "TH-L01"
    assert "2025-12-30" in found[0].message()
    assert "到 2025-12-31 才公布" in "".join(each.message() for each in found)


def test_a_filed_report_is_reproduced_by_known_on(shipped):
    """For 2022 the power reports used 0.5810 until the notice of 2023-02-07 set 0.5703."""
    ask = {"id": "grid.power_report.2022", "since": date(2022, 1, 1), "until": date(2022, 12, 31)}
    assert shipped.find("power_grid", **ask, known_on=date(2023, 2, 6)).value == "0.5810"
    assert shipped.find("power_grid", **ask, known_on=date(2023, 2, 7)).value == "0.5703"
    assert shipped.find("power_grid", **ask).value == "0.5703"
    assert FactorLibrary.load(known_on=date(2022, 6, 1)).find("power_grid", **ask).value == "0.5810"


# --- own folders ------------------------------------------

OVERRIDE = {
    "id": "fuel.g23.diesel.ncv",
    "set": "g23",
    "key": "diesel",
    "item": "ncv",
    "value": "42.5",
    "known_from": "2024-07-01",
}


def test_own_rows_extend_a_shipped_family(tmp_path):
    library = FactorLibrary.load([own(tmp_path / "plant", power_annex_a=table({}))])
    row = library.find("power_annex_a", set="own", key="diesel", item="ncv", **YEAR)
    assert (row.value, row.origin) == ("42.5", "plant")
    assert library.find("power_annex_a", set="g23", key="diesel", item="ncv", **YEAR).value == "42.652"


def test_own_families(tmp_path):
    library = FactorLibrary.load([own(tmp_path / "plant", supplier=table({}))])
    assert "supplier" in library.families()
    assert library.find("supplier", key="diesel", **YEAR).origin == "plant"


def test_an_override_holds_from_the_day_it_became_known(tmp_path):
    library = FactorLibrary.load([own(tmp_path / "plant", power_annex_a=table(OVERRIDE))])
    ask = {"set": "g23", "key": "diesel", "item": "ncv"}
    assert library.find("power_annex_a", **ask, **YEAR).value == "42.5"
    assert library.find("power_annex_a", **ask, **YEAR, known_on=date(2024, 6, 30)).value == "42.652"
    assert library.find("power_annex_a", **ask, **YEAR, known_on=date(2024, 7, 1)).value == "42.5"
    in_2023 = {"since": date(2023, 1, 1), "until": date(2023, 12, 31)}
    assert library.find("power_annex_a", **ask, **in_2023).value == "42.652"


def test_a_period_that_is_overridden_in_part_has_no_row(tmp_path):
    library = FactorLibrary.load([own(tmp_path / "plant", power_annex_a=table(OVERRIDE))])
    both = {"since": date(2023, 12, 1), "until": date(2024, 1, 31)}
    found = refused(library.find, "power_annex_a", id="fuel.g23.diesel.ncv", **both)
    assert found[0].code == "TH-L01"
    assert "自 2024-07-01 起已被另一行取代" in "".join(each.message() for each in found)


@pytest.mark.parametrize(
    ("change", "code", "key"),
    [
        ({"note": ""}, "TH-L09", "fuel.g23.diesel.ncv"),
        ({"known_from": ""}, "TH-L09", "fuel.g23.diesel.ncv"),
        ({"valid_from": ""}, "TH-L09", "fuel.g23.diesel.ncv"),
        ({"known_from": "2022-12-31"}, "TH-L09", "fuel.g23.diesel.ncv"),
        ({"known_from": "2022-12-30"}, "TH-L09", "fuel.g23.diesel.ncv"),
        ({"source": ""}, "TH-L06", "source"),
        ({"set": "own"}, "TH-L06", "set"),
        ({"key": "gas_oil"}, "TH-L06", "key"),
        ({"region": "42"}, "TH-L06", "region"),
        ({"unit": "tCO2/t"}, "TH-L06", "unit"),
        ({"instrument": "GB-9999"}, "TH-L11", "fuel.g23.diesel.ncv"),
    ],
)
def test_an_override_without_its_grounds_is_refused(tmp_path, change, code, key):
    folder = own(tmp_path / "plant", power_annex_a=table(OVERRIDE | change))
    found = refused(FactorLibrary.load, [folder])
    assert code in [each.code for each in found]
    (first,) = [each for each in found if each.code == code][:1]
    assert (first.place.file, first.place.cell, first.place.key) == (
        "plant/factors/power_annex_a.csv",
        "L2",
        key,
    )
    for lang in ("zh", "en"):
        assert "…" not in first.line(lang)


def test_another_unit_of_the_same_dimension_is_fine(tmp_path):
    other = OVERRIDE | {"unit": "MJ/kg"}
    library = FactorLibrary.load([own(tmp_path / "plant", power_annex_a=table(other))])
    assert library.find("power_annex_a", id="fuel.g23.diesel.ncv", **YEAR).unit == "MJ/kg"


def test_a_shipped_update_asks_for_a_fresh_decision(tmp_path):
    """The own row of 2023-01-20 lies under the shipped 0.5703 of 2023-02-07: neither is taken silently."""
    row = OVERRIDE | {
        "id": "grid.power_report.2022",
        "set": "power_report",
        "key": "electricity",
        "region": "CN",
    }
    row |= {"item": "ef_co2", "unit": "tCO2/MWh", "valid_from": "2022-01-01", "valid_to": "2022-12-31"}
    early, late = (
        row | {"known_from": "2023-01-20", "value": "0.57"},
        row | {"known_from": "2023-03-01", "value": "0.6"},
    )
    found = refused(FactorLibrary.load, [own(tmp_path / "old", power_grid=table(early))])
    assert [each.code for each in found] == ["TH-L09"]
    assert "2023-02-07" in found[0].message()
    library = FactorLibrary.load([own(tmp_path / "new", power_grid=table(early, late))])
    ask = {"id": row["id"], "since": date(2022, 1, 1), "until": date(2022, 12, 31)}
    days = [date(2023, 1, 19), date(2023, 1, 20), date(2023, 2, 7), date(2023, 3, 1)]
    values = [library.find("power_grid", **ask, known_on=day).value for day in days]
    assert values == ["0.5810", "0.57", "0.5703", "0.6"]


def test_a_second_folder_overrides_the_first(tmp_path):
    group = own(tmp_path / "group", power_annex_a=table(OVERRIDE))
    later = OVERRIDE | {"known_from": "2024-09-01", "value": "42.4"}
    plant = own(tmp_path / "plant", power_annex_a=table(later))
    row = FactorLibrary.load([group, plant]).find("power_annex_a", id=OVERRIDE["id"], **YEAR)
    assert (row.value, row.origin) == ("42.4", "plant")
    found = refused(FactorLibrary.load, [plant, group])
    assert {each.code for each in found} == {"TH-L09"}


def test_a_shipped_id_in_a_table_of_another_name_is_refused(tmp_path):
    found = refused(FactorLibrary.load, [own(tmp_path / "plant", power_anex_a=table(OVERRIDE))])
    assert [(each.code, each.place.key) for each in found] == [("TH-L06", "id")]
    assert "power_annex_a.csv" in found[0].message()


def test_folders_that_are_no_library(tmp_path):
    (tmp_path / "empty" / "factor").mkdir(parents=True)
    for name in ("empty", "missing"):
        (found,) = refused(FactorLibrary.load, [tmp_path / name])
        assert (found.code, found.place.file) == ("TH-L03", name)
    (tmp_path / "methods_only" / "methods").mkdir(parents=True)
    assert FactorLibrary.load([tmp_path / "methods_only"]).families()


@pytest.mark.parametrize("name", ["fuels.xlsx", "fuels.CSV", "fuels (1).csv", "fuels.csv.txt"])
def test_a_file_that_is_no_table_is_not_passed_over(tmp_path, name):
    folder = own(tmp_path / "plant", supplier=table({}))
    (folder / "factors" / "README.md").write_text("notes")
    (folder / "factors" / ".DS_Store").write_bytes(b"")
    assert "supplier" in FactorLibrary.load([folder]).families()
    (folder / "factors" / name).write_bytes(b"")
    (found,) = refused(FactorLibrary.load, [folder])
    assert (found.code, found.place.file) == ("TH-L03", name)


def test_every_own_table_is_checked_at_once(tmp_path):
    folder = own(tmp_path / "plant", a=table({"value": "x"}), b=table({"unit": "GJ/tt"}))
    found = refused(FactorLibrary.load, [folder])
    assert [each.place.file for each in found] == ["plant/factors/a.csv", "plant/factors/b.csv"]


def test_own_instruments(tmp_path):
    folder = own(tmp_path / "plant", supplier=table({"instrument": "plant-rules"}))
    assert [each.code for each in refused(FactorLibrary.load, [folder])] == ["TH-L11"]
    (folder / "instruments").mkdir()
    text = 'id = "plant-rules"\ntitle = { zh = "厂规", en = "Plant rules" }\ncertainty = "sure"\n'
    (folder / "instruments" / "plant-rules.toml").write_text(text, encoding="utf-8")
    assert FactorLibrary.load([folder]).find("supplier", key="diesel", **YEAR).instrument == "plant-rules"


# --- the sealed pack --------------------------------------


def test_used_rows_travel_in_a_pack(tmp_path):
    library = FactorLibrary.load([own(tmp_path / "plant", power_annex_a=table(OVERRIDE))])
    ask = {"set": "g23", "key": "diesel", "item": "ncv"}
    in_2023 = {"since": date(2023, 1, 1), "until": date(2023, 12, 31)}
    grid = library.find("power_grid", key="electricity", **YEAR)
    used = [library.find("power_annex_a", **ask, **span) for span in (YEAR, in_2023)] + [grid]
    packed = FactorLibrary.from_bytes(export_tables(used))
    assert packed.families() == ("power_annex_a", "power_grid")
    again = [packed.find("power_annex_a", **ask, **span) for span in (YEAR, in_2023)]
    again.append(packed.find("power_grid", key="electricity", **YEAR))
    assert again == used
    assert [row.digest for row in again] == [row.digest for row in used]
    assert [row.value for row in again] == ["42.5", "42.652", "0.5703"]
    assert refused(packed.find, "fuels", **YEAR)[0].code == "TH-L03"


def test_every_shipped_row_survives_a_pack(shipped):
    rows = [row for family in shipped.families() for row in shipped.rows(family)]
    packed = FactorLibrary.from_bytes(export_tables(rows))
    back = [row for family in packed.families() for row in packed.rows(family)]
    assert sorted(rows, key=lambda row: (row.family, row.id, row.known)) == sorted(
        back, key=lambda row: (row.family, row.id, row.known)
    )


def test_a_family_without_shipped_values_says_where_to_enter_them(tmp_path, shipped):
    """The oxidation rates of 2026 are the plant's to enter: file, columns and dates stand in the problem."""
    year = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
    ask = {"set": "g26", "item": "of", "key": "coal/煤粉炉/1000m以下"}
    found = refused(shipped.find, "power_of", **ask, **year)
    assert [p.code for p in found] == ["TH-L14"]
    said = found[0].message("zh") + found[0].remedy("zh")
    for part in (
        "factors/power_of.csv",
        "key=coal/煤粉炉/1000m以下",
        "2026-01-01",
        "--library",
        "rule-periods.md",
    ):
        assert part in said
    (tmp_path / "factors").mkdir()
    days = "2026-01-01,2026-12-31,2026-06-30"
    row = f"own.of.coal,g26,of,coal/煤粉炉/{{}},,碳氧化率,,98.7,%,,,因子库 2025-10-31,,2026,{days},sure,,"
    for band, code in (("1000m以上", "TH-L14"), ("1000m以下", "")):
        lines = ",".join(COLUMNS) + "\n" + row.format(band) + "\n"
        (tmp_path / "factors" / "power_of.csv").write_text(lines, encoding="utf-8")
        library = FactorLibrary.load([tmp_path])
        if code:
            # the row of another altitude is named, and not taken
            assert [p.code for p in refused(library.find, "power_of", **ask, **year)] == [code, "TH-L13"]
        else:
            assert library.find("power_of", **ask, **year).value == "98.7"


GRID = "grid.power_report.2022,power_report,ef_co2,electricity,CN,电网,,{},{},,N23,通知,,2022,"
GRID += "2022-01-01,2022-12-31,2023-03-01,sure,,{}"


@pytest.mark.parametrize(
    ("value", "unit", "note", "outcome"),
    [
        ("570.3", "kgCO2/MWh", "同值", Fraction("0.5703")),
        ("0.5703", "kgCO2/kWh", "同值", Fraction("0.5703")),
        ("0.6101", "tCO2/MWh", "主管部门答复", Fraction("0.6101")),
        # the right figure with the unit of another one: 3.6 times too much
        ("0.5703", "tCO2/GJ", "同值", "TH-L18"),
        ("0.5703", "kgCO2/MWh", "同值", "TH-L18"),
        ("1.7109", "tCO2/MWh", "三倍", "TH-L18"),
        ("1.71", "tCO2/MWh", "不到三倍", Fraction("1.71")),
        ("0.1901", "tCO2/MWh", "三分之一", "TH-L18"),
        ("0.1902", "tCO2/MWh", "多于三分之一", Fraction("0.1902")),
        ("0.1", "tCO2/MWh", "水电直供，已核对单位", Fraction("0.1")),
        ("0.5703", "tCO2/t", "已核对单位", "TH-L06"),
        ("0.5703", "", "同值", "TH-L06"),
    ],
)
def test_an_override_in_another_unit(tmp_path, value, unit, note, outcome):
    (tmp_path / "factors").mkdir()
    text = ",".join(COLUMNS) + "\n" + GRID.format(value, unit, note) + "\n"
    (tmp_path / "factors" / "power_grid.csv").write_text(text, encoding="utf-8")
    if isinstance(outcome, str):
        assert outcome in {p.code for p in refused(FactorLibrary.load, [tmp_path])}
        return
    year = {"since": date(2022, 1, 1), "until": date(2022, 12, 31)}
    row = FactorLibrary.load([tmp_path]).find("power_grid", set="power_report", key="electricity", **year)
    assert convert(row.value_fraction, parse_unit(row.unit), parse_unit("tCO2/MWh")) == outcome
