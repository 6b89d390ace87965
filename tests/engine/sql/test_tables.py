"""Plants that lie in DuckDB tables: read in place, equal to the same plants as inputs, refused if wrong."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import duckdb
import pytest

from tanheng.engine.exact.run import Run
from tanheng.engine.sql.runner import run_sql
from tanheng.engine.sql.tables import Tables
from tanheng.facts.inputs import Member
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tests.formula.small import inputs, method

FACTORS = FactorLibrary([])
BODY = """
[scope]
unit = { zh = "机组" }
fuel = { zh = "燃料", in = "unit", unit = ["t", "1e4Nm3"] }
row = { zh = "流水", in = "unit month", open = true }
[table.factor]
unit = "tCO2/t"
key = "kind"
rows = { coal = "2.64", oil = "3.02", gas = "1/3" }
[table.heat]
unit = "GJ/[fuel]"
key = "code"
rows = { a = "20", b = "389.31" }
[[given]]
per = "row"
amount = { unit = "t", zh = "量", range = ["0", ""] }
kind = { kind = "word", one_of = ["coal", "oil", "gas"] }
[[given]]
per = "fuel month"
burnt = { unit = "[fuel]", optional = true }
code = { kind = "word", optional = true }
[[step]]
name = "E_month"
per = "unit month"
unit = "tCO2"
is = "total(amount * factor[kind])"
[[step]]
name = "Q"
per = "fuel"
unit = "GJ"
optional = true
is = "total(burnt * heat[code])"
round = 1
[[step]]
name = "root"
per = "unit"
unit = "1"
is = "(total(E_month) / least(E_month)) ** 0.5"
round = 6
[answer]
E_month = { as = "emission" }
Q = { as = "memo" }
root = { as = "memo" }
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("CREATE TABLE plants AS SELECT 'p' || i AS plant, '2024' AS period FROM range(3) t(i)")
        made.execute("CREATE TABLE units AS SELECT plant, unit FROM plants, (VALUES ('1'), ('2')) u(unit)")
        made.execute(
            "CREATE TABLE fuels AS SELECT plant, unit, fuel, own_unit FROM units, "
            "(VALUES ('煤', 't'), ('气', '1e4Nm3')) f(fuel, own_unit)"
        )
        made.execute(
            "CREATE TABLE stream AS SELECT plant, unit, i::VARCHAR AS row, "
            "'2024-' || lpad((1 + i % 12)::VARCHAR, 2, '0') AS month, "
            "(i * 7919 % 100003)::INTEGER::DECIMAL(15,3) * 0.125::DECIMAL(4,3) AS amount, "
            "['coal', 'oil', 'gas'][(1 + i % 3)::BIGINT] AS kind FROM units, range(60) t(i)"
        )
        made.execute(
            "CREATE TABLE burnt AS SELECT plant, unit, fuel, '2024-0' || m AS month, "
            "(m * 1001)::BIGINT AS burnt, "
            "CASE fuel WHEN '煤' THEN 'a' ELSE 'b' END AS code FROM fuels, range(1, 10) t(m)"
        )
        yield made


def tables(**changed: object) -> Tables:
    data = {"amount": "stream", "kind": "stream", "burnt": "burnt", "code": "burnt"}
    return Tables("plants", data, {"unit": "units", "fuel": "fuels"}, **changed)  # type: ignore[arg-type]


def as_inputs(con: duckdb.DuckDBPyConnection, plant: str):
    data = []
    for unit, month, row, amount, kind in con.execute(
        "SELECT unit, month, row, amount::VARCHAR, kind FROM stream WHERE plant = ?", [plant]
    ).fetchall():
        at = {"unit": unit, "month": month, "row": row}
        text = amount.rstrip("0").rstrip(".")
        data += [("amount", at, text, "t"), ("kind", at, kind, "")]
    for unit, fuel, month, burnt, code in con.execute(
        "SELECT unit, fuel, month, burnt, code FROM burnt WHERE plant = ?", [plant]
    ).fetchall():
        at = {"unit": unit, "fuel": fuel, "month": month}
        data += [("burnt", at, str(burnt), "t" if fuel == "煤" else "1e4Nm3"), ("code", at, code, "")]
    members = {
        "unit": (Member("1"), Member("2")),
        "fuel": tuple(
            Member(f, (("unit", u),), own) for u in "12" for f, own in (("煤", "t"), ("气", "1e4Nm3"))
        ),
    }
    return inputs(data, "2024", members)


@pytest.mark.parametrize("checked", [False, True])
def test_tables_give_what_inputs_give(con, checked):
    made = method(BODY)
    with run_sql(made, tables(checked=checked), FACTORS, connection=con) as found:
        for plant in ("p0", "p2"):
            run = Run(made, as_inputs(con, plant), FACTORS)
            for step in made.sequence:
                for row in run.of(step):
                    assert found.value(plant, step, row) == run.value(step, row), (step, row)
        assert found.problems == {"p0": (), "p1": (), "p2": ()}
    # nothing of the run stays behind, and the caller's tables are found as before
    assert con.execute("SELECT count(*) FROM plants").fetchall() == [(3,)]
    assert len(con.execute("SHOW ALL TABLES").fetchall()) == 5


def test_a_file_is_read_in_place_and_never_written(con, tmp_path):
    path = tmp_path / "stream.parquet"
    con.execute(f"COPY stream TO '{path}' (FORMAT parquet)")
    con.execute("DROP TABLE stream")
    given = tables()
    parquet = f"read_parquet('{path}')"
    moved = Tables(given.plants, {**given.data, "amount": parquet, "kind": parquet}, given.members)
    with run_sql(method(BODY), moved, FACTORS, connection=con, steps=("E_month",)) as found:
        # months 1, 4, 7, 10 hold rows of kind coal alone (i % 12 = 0, 3, 6, 9): five of them, of 2.64 t/t
        wanted = sum(Fraction(i * 7919 % 100003, 8) for i in range(0, 60, 12)) * Fraction("2.64")
        assert found.value("p1", "E_month", ("2", "2024-01")) == wanted


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ("INSERT INTO stream SELECT * FROM stream WHERE row = '5'", "TH-C02", "amount[p0, 1, 5, 2024-06]"),
        (
            "UPDATE stream SET amount = -1 WHERE row = '7' AND plant = 'p1'",
            "TH-C05",
            "amount[p1, 1, 7, 2024-08]",
        ),
        ("UPDATE stream SET kind = 'wood' WHERE row = '7'", "TH-C05", "kind[p0, 1, 7, 2024-08]"),
        (
            "UPDATE burnt SET fuel = '油' WHERE fuel = '煤' AND month = '2024-02'",
            "TH-C02",
            "burnt[p0, 1, 油, 2024-02]",
        ),
        ("ALTER TABLE stream ALTER amount TYPE DOUBLE", "TH-C05", "amount"),
        ("ALTER TABLE stream DROP month", "TH-C02", "amount"),
        ("UPDATE plants SET period = '2019'", "TH-C08", "period"),
    ],
)
def test_wrong_tables_are_refused(con, change, code, place):
    con.execute(change)
    with pytest.raises(Refused) as caught:
        run_sql(method(BODY), tables(), FACTORS, connection=con)
    assert (code, place) in {(p.code, p.place.key) for p in caught.value.problems}


def test_an_empty_cell_of_a_required_given_fails_what_reads_it(con):
    con.execute("UPDATE stream SET amount = NULL WHERE plant = 'p1' AND unit = '2' AND row = '3'")
    with run_sql(method(BODY), tables(), FACTORS, connection=con) as found:
        assert found.failed("p1", "E_month", ("2", "2024-04"))
        assert found.value("p1", "E_month", ("2", "2024-05")) is not None
        assert [(p.code, p.place.key) for p in found.problems["p1"]] == [("TH-C01", "amount[2, 3, 2024-04]")]
        assert found.problems["p0"] == ()
