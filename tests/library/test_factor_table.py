"""A factor table is read whole or refused whole, each refusal with line, column, seen and wanted."""

from datetime import date
from fractions import Fraction

import pytest

from tanheng.kernel.problems import Refused
from tanheng.library.factor_table import COLUMNS, export_rows, read_table
from tests.library.factor_rows import GOOD, table


def refused(data: bytes):
    with pytest.raises(Refused) as caught:
        read_table(data, "own", "own.csv")
    return caught.value.problems


def test_a_row_in_order():
    (row,) = read_table(table({"value": "42.50"}), "own", "own.csv")
    assert (row.value, row.value_fraction) == ("42.50", Fraction(85, 2))
    assert (row.since, row.until, row.known) == (date(2024, 1, 1), date(2024, 12, 31), date(2024, 2, 1))
    assert (row.family, row.origin, row.certainty) == ("own", "shipped", "sure")


def test_empty_dates_are_open_ends():
    (row,) = read_table(table({"valid_from": "", "valid_to": "", "known_from": ""}), "own", "own.csv")
    assert (row.since, row.until, row.known) == (date.min, date.max, date.min)


def test_columns_are_read_by_name():
    backwards = table({}, columns=tuple(reversed(COLUMNS)))
    assert read_table(backwards, "own", "own.csv") == read_table(table({}), "own", "own.csv")


def test_a_quotient_and_a_negative_value():
    rows = read_table(table({"value": "44/12"}, {"id": "a.b", "value": "-0.5"}), "own", "own.csv")
    assert [row.value_fraction for row in rows] == [Fraction(11, 3), Fraction(-1, 2)]


WRONG_CELLS = [
    ("value", "", "TH-L06"),
    ("value", "约42", "TH-N03"),
    ("value", "4.25e1", "TH-N06"),
    ("value", "NaN", "TH-N07"),
    ("value", "1_000", "TH-N07"),
    ("value", "½", "TH-N08"),
    ("value", "42.5 GJ", "TH-N10"),
    ("value", "1/0", "TH-N01"),
    ("value", "=1+1", "TH-L10"),
    ("value", "+42", "TH-L10"),
    ("value", "—", "TH-N04"),
    ("unit", "", "TH-L06"),
    ("unit", "GJ/tt", "TH-U01"),
    ("unit", "GJ/m3", "TH-U06"),
    ("id", "", "TH-L06"),
    ("id", "diesel", "TH-L06"),
    ("id", "fuel..ncv", "TH-L06"),
    ("set", "", "TH-L06"),
    ("set", "two words", "TH-L06"),
    ("key", "", "TH-L06"),
    ("item", "", "TH-L06"),
    ("region", "4 2", "TH-L06"),
    ("name_zh", "", "TH-L06"),
    ("name_zh", "=HYPERLINK(1)", "TH-L10"),
    ("name_en", "@SUM(A1)", "TH-L10"),
    ("note", "-1", "TH-L10"),
    ("note", "＝1+1", "TH-L10"),
    ("note", " 前有空白", "TH-L06"),
    ("note", "零宽\u200b字符", "TH-L06"),
    ("note", "nul\x00", "TH-L06"),
    ("source", "", "TH-L06"),
    ("year", "24", "TH-L06"),
    ("year", "２０２４", "TH-L06"),
    ("certainty", "", "TH-L06"),
    ("certainty", "maybe", "TH-L06"),
    ("valid_from", "2024/1/1", "TH-L06"),
    ("valid_from", "2024-02-30", "TH-L06"),
    ("valid_from", "20240101", "TH-L06"),
    ("known_from", "45292", "TH-L06"),
    ("confirmed_on", "昨天", "TH-L06"),
    ("valid_to", "2023-12-31", "TH-L06"),
]


@pytest.mark.parametrize(("column", "seen", "code"), WRONG_CELLS)
def test_a_wrong_cell_is_refused_with_its_place(column, seen, code):
    (found,) = refused(table({"id": "a.b"}, {column: seen}))
    assert found.code == code
    assert (found.place.file, found.place.cell, found.place.key) == ("own.csv", "L3", column)
    assert "…" not in found.line("zh")
    assert "…" not in found.line("en")


def test_all_wrong_cells_are_listed_at_once():
    found = refused(table({"value": "x", "unit": "GJ/tt"}, {"certainty": "?", "year": "24"}))
    assert [(each.place.cell, each.place.key) for each in found] == [
        ("L2", "unit"),
        ("L2", "value"),
        ("L3", "year"),
        ("L3", "certainty"),
    ]


def test_a_flood_of_wrong_rows_is_cut():
    assert len(refused(table(*[{"value": "x"}] * 200))) == 50


def test_encodings():
    good = table({})
    (found,) = refused(b"\xef\xbb\xbf" + good)
    assert (found.code, dict(found.params)["seen"]) == ("TH-L04", "BOM ef bb bf")
    (found,) = refused("\ufeff".encode("utf-16-le") + good.decode().encode("utf-16-le"))
    assert found.code == "TH-L04"
    (found,) = refused(good.decode().encode("gbk"))
    # line 2 begins with "fuel.own.diesel.ncv,own,ncv,diesel,,", 36 ASCII bytes, then 柴 in GBK is B2 F1
    assert (found.code, found.place.cell, dict(found.params)) == (
        "TH-L04",
        "L2",
        {"line": "2", "column": "37", "seen": "0xb2f1"},
    )


def test_half_gbk_is_refused_at_the_byte_that_breaks():
    mixed = table({}) + table({"id": "a.b"}).split(b"\n")[1].decode().encode("gbk")
    (found,) = refused(mixed)
    assert (found.code, found.place.cell) == ("TH-L04", "L3")


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ((*COLUMNS, "vlaue"), "vlaue"),
        ((*COLUMNS, "note"), "note"),
        (tuple(name for name in COLUMNS if name != "valid_to"), "valid_to"),
        ((*COLUMNS, ""), ""),
    ],
)
def test_headers(columns, column):
    (found,) = refused(table({}, columns=columns))
    assert (found.code, dict(found.params)["column"], found.place.cell) == ("TH-L05", column, "L1")


def test_empty_files_and_tables_with_another_separator():
    assert [each.code for each in refused(b"")] == ["TH-L05"]
    assert {each.code for each in refused(table({}).replace(b",", b";"))} == {"TH-L05"}
    assert read_table((",".join(COLUMNS) + "\n").encode(), "own", "own.csv") == ()


def test_broken_rows():
    (found,) = refused(table({}) + b"one,two\n")
    assert (found.code, found.place.cell, dict(found.params)["seen"][:1]) == ("TH-L07", "L3", "2")
    (found,) = refused(table({}) + b'"open quote\n')
    assert found.code == "TH-L07"
    (found,) = refused(table({}) + b"\n")
    assert (found.code, found.place.cell) == ("TH-L07", "L3")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "known_from", "clash"),
    [
        ("2024-01-01", "2024-12-31", "2024-02-01", True),  # the same row twice
        ("2024-12-31", "2025-12-31", "2024-02-01", True),  # one common day
        ("2025-01-01", "2025-12-31", "2024-02-01", False),  # the day after
        ("", "", "2024-02-01", True),  # open ends cover everything
        ("2024-01-01", "2024-12-31", "2024-02-02", False),  # a correction, known a day later
        ("2024-01-01", "2024-12-31", "", False),
    ],
)
def test_rows_of_one_id_overlap(valid_from, valid_to, known_from, clash):
    data = table({}, {"valid_from": valid_from, "valid_to": valid_to, "known_from": known_from})
    if not clash:
        assert len(read_table(data, "own", "own.csv")) == 2
        return
    (found,) = refused(data)
    assert (found.code, found.place.cell) == ("TH-L08", "L3")
    assert {"first": "shipped own.csv L2", "second": "shipped own.csv L3"}.items() <= dict(
        found.params
    ).items()


def test_export_reads_back_to_equal_rows_in_any_order():
    awkward = {"id": "a.b", "source": '"引号", 逗号'}, {"id": "c.d", "note": "e\u0301 组合字符"}
    rows = read_table(table({}, *awkward), "own", "own.csv")
    assert [row.source for row in rows][1] == '"引号", 逗号'
    back = read_table(export_rows(reversed(rows)), "own", "own.csv")
    assert sorted(rows, key=lambda row: row.id) == list(back)
    assert export_rows(rows) == export_rows([*back, *rows])
    assert {row.id: row.digest for row in rows} == {row.id: row.digest for row in back}


def test_digest_depends_on_every_column_and_the_family():
    (row,) = read_table(table({}), "own", "own.csv")
    changed = {"id": "a.b", "year": "2023", "value": "42.50", "certainty": "check", "unit": "GJ/kt"}
    changed |= {"valid_from": "2024-01-02", "valid_to": "2024-12-30", "known_from": "2024-02-02"}
    changed |= {
        "confirmed_on": "2024-03-01",
        "region": "42",
        "basis": "b",
        "instrument": "G23",
        "clause": "1",
    }
    changed |= dict.fromkeys(("set", "item", "key", "name_zh", "name_en", "source", "note"), "other")
    assert set(changed) == set(COLUMNS)
    digests = {row.digest}
    for name, text in changed.items():
        (other,) = read_table(table({name: text}), "own", "own.csv")
        digests.add(other.digest)
    (elsewhere,) = read_table(table({}), "other", "other.csv")
    digests.add(elsewhere.digest)
    assert len(digests) == len(COLUMNS) + 2


def test_origin_takes_no_part_in_equality_or_digest():
    (shipped,) = read_table(table({}), "own", "own.csv")
    (mine,) = read_table(table({}), "own", "plant/own.csv", "plant")
    assert (shipped, shipped.digest) == (mine, mine.digest)
    assert (shipped.origin, mine.origin) == ("shipped", "plant")


def test_the_good_row_names_real_columns():
    assert set(GOOD) <= set(COLUMNS)
