"""Small methods that each use a part of the language, with data, for the live workbook."""

from __future__ import annotations

from tanheng.engine.exact.result import result_of
from tanheng.engine.exact.run import Run
from tanheng.facts.inputs import Member
from tests.formula.small import SMALL, january, run

UNITS = {"unit": tuple(Member(str(n)) for n in range(1, 13))}
TIES = (
    "2.675", "-2.675", "0.125", "1.005", "2.5", "-2.5", "12345.505", "0", "-0.004", "999.995", "1/3",
    "1234567.885",
)  # fmt: skip
RULES = (
    "half_up 2", "half_even 2", "down 2", "up 2", "truncate 2", "significant 3", "half_up 0", "half_even 0",
    "half_up -1", "down 0", "up 0", "significant 1", "half_up 9",
)  # fmt: skip
ROUNDING = (
    '[scope]\nunit = { zh = "机组" }\n[[given]]\nper = "unit"\nx = { unit = "t" }\n'
    + "".join(
        f'[[step]]\nname = "s{n}"\nper = "unit"\nunit = "t"\nis = "x"\nround = "{rule}"\n'
        f'[[step]]\nname = "k{n}"\nper = "unit"\nunit = "kg"\nis = "x * 3 / 3"\nround = "{rule}"\n'
        for n, rule in enumerate(RULES)
    )
    + "[answer]\n"
    + "".join(f's{n} = {{ as = "memo" }}\nk{n} = {{ as = "memo" }}\n' for n in range(len(RULES)))
)

WORDS = """
[scope]
unit = { zh = "机组" }
gas = { rows = ["a", "A", "*", "01", "1"], in = "unit" }
[constant.price]
unit = "1"
dated = [
  { since = 2020-01-01, until = 2024-06-30, value = "1.5" },
  { since = 2024-07-01, value = "44/12" },
]
[table.f]
unit = "%"
key = "word"
rows = { a = "1", A = "2", "*" = "3", "01" = "4", "1" = "5", "MAP(" = "6" }
[table.g]
unit = "1"
key = ["gas", "word"]
rows = { "a/a" = "7", "A/a" = "8", "*/a" = "9", "01/a" = "10", "1/a" = "11" }
[table.dated]
unit = "1"
key = "word"
dated = [
  { since = 2020-01-01, until = 2024-02-29, rows = { a = "2", A = "5" } },
  { since = 2024-03-01, rows = { a = "3", A = "5" } },
]
[[given]]
per = "unit month"
w = { kind = "word", optional = true }
[[given]]
per = "unit"
word = { kind = "word", one_of = ["a", "A", "*", "01", "1", "MAP("] }
open_day = { kind = "date" }
yes = { kind = "truth" }
maybe = { kind = "truth", optional = true }
[[step]]
name = "look"
per = "unit"
unit = "1"
is = "f[word]"
[[step]]
name = "monthly"
per = "unit month"
unit = "1"
is = "price * 3"
[[step]]
name = "table_by_month"
per = "unit month"
unit = "1"
optional = true
when = "word in ('a', 'A')"
is = "dated[word]"
[[step]]
name = "pair"
per = "gas"
unit = "1"
is = "g[gas, 'a']"
[[step]]
name = "kind"
per = "unit"
kind = "word"
way = [
  { name = "x", when = "word == 'a'", is = "'small'" },
  { name = "y", when = "word == 'A' or yes", is = "'BIG \\"q\\"'" },
  { name = "z", is = "word" },
]
[[step]]
name = "same"
per = "gas"
unit = "1"
way = [
  { name = "member", when = "gas == word", is = "1" },
  { name = "other", when = "gas not in ('a', '*')", is = "2" },
  { name = "rest", is = "3" },
]
[[step]]
name = "twin"
per = "gas"
unit = "1"
follow = "same"
way = [
  { name = "rest", is = "30" },
  { name = "member", is = "same + 10" },
  { name = "other", is = "20" },
]
[[step]]
name = "age"
per = "unit month"
unit = "d"
is = "last_day(month) - open_day"
[[step]]
name = "since"
per = "unit month"
kind = "date"
optional = true
way = [
  { name = "a", when = "first_day(month) <= open_day < last_day(month)", is = "open_day" },
  { name = "b", when = "maybe", is = "first_day(month)" },
]
[[step]]
name = "twice"
per = "unit month"
unit = "1"
optional = true
is = "months(w)"
[[step]]
name = "run_on"
per = "unit month"
unit = "1"
way = [
  { name = "later", is = "before(run_on) * 2 + monthly" },
  { name = "first", is = "-monthly ** 2" },
]
[[step]]
name = "held"
per = "unit"
kind = "truth"
is = "yes and not (word == 'a')"
[[step]]
name = "some"
unit = "1"
is = "count(w) + total(look, where=yes) + count(held) + count(kind) + count(since)"
[answer]
some = { as = "emission" }
look = { as = "memo" }
table_by_month = { as = "memo" }
pair = { as = "memo" }
twin = { as = "memo" }
age = { as = "memo" }
twice = { as = "memo" }
run_on = { as = "memo" }
"""
FUELS = {
    "unit": (Member("1"), Member("2")),
    "fuel": (
        Member("煤", (("unit", "1"),), "t"),
        Member("气", (("unit", "1"),), "1e4Nm3"),
        Member("=1+1", (("unit", "2"),), "t"),
    ),
}
MANY = """
[scope]
unit = { zh = "机组" }
[constant.least_y]
value = "20"
unit = "t"
[[given]]
per = "unit month"
x = { unit = "t", optional = true }
y = { unit = "t" }
[[step]]
name = "half"
per = "unit month"
unit = "t"
is = "y / 2"
[[step]]
name = "t_x"
per = "month"
unit = "kg"
optional = true
is = "total(x)"
[[step]]
name = "t_half"
per = "month"
unit = "t"
is = "total(half)"
[[step]]
name = "m_x"
per = "month"
unit = "t"
optional = true
is = "mean(x, by=y, where=unit != '7')"
[[step]]
name = "top"
per = "month"
unit = "t"
optional = true
is = "most(x, where=y > least_y) - least(x)"
[[step]]
name = "n"
per = "month"
unit = "1"
is = "count(x)"
[answer]
t_x = { as = "memo" }
t_half = { as = "memo" }
m_x = { as = "memo" }
top = { as = "memo" }
n = { as = "memo" }
"""
UNSAYABLE = """
[[given]]
per = "month"
x = { unit = "t" }
[[step]]
name = "fine"
per = "month"
unit = "t"
is = "x / 3"
round = "half_up 12"
[[step]]
name = "sum"
unit = "t"
is = "total(fine)"
round = "half_up 3"
[answer]
sum = { as = "emission" }
"""


def rounding() -> Run:
    """Every rule upon ties and their like, of both signs."""
    return done(
        run([("x", {"unit": str(n)}, v, "t") for n, v in enumerate(TIES, 1)], ROUNDING, members=UNITS)
    )


def words() -> Run:
    """Words that a spreadsheet would confuse, dates, truths, dated values, `follow`, `before`, `months`."""
    data = []
    for n, word in enumerate(("a", "A", "*", "01", "1", "MAP("), 1):
        unit = {"unit": str(n)}
        data += [("word", unit, word, ""), ("open_day", unit, f"2024-0{n}-15", "")]
        data.append(("yes", unit, "true" if n % 2 else "false", ""))
        if n < 3:
            data.append(("maybe", unit, "true" if n == 1 else "false", ""))
        for month, seen in (("2024-01", "r1"), ("2024-02", "R1"), ("2024-03", "r1"), ("2024-04", f"x{n}")):
            data.append(("w", {**unit, "month": month}, seen, ""))
    members = {"unit": tuple(Member(str(n)) for n in range(1, 7))}
    return done(run(data, WORDS, members=members))


def fuels() -> Run:
    """The small method with fuels of two units, a refill, and a member that looks like a formula."""
    from tests.formula.small import day_rows

    data = []
    for unit, fuel, own in (("1", "煤", "t"), ("1", "气", "1e4Nm3"), ("2", "=1+1", "kg")):
        at = {"unit": unit, "fuel": fuel}
        data.append(("route", at, "B" if fuel == "煤" else "A", ""))
        for month in range(1, 13):
            for day, row in enumerate(day_rows(f"2024-{month:02}", 29, at), 1):
                data.append(("FC_day", row, str(day % 7) if month != 5 else "0", own))
                if (day + month) % 5:
                    data.append(("NCV_day", row, f"2{day % 10}.37", f"GJ/{own}"))
            for day, row in enumerate(day_rows(f"2024-{month:02}", 31, at), 1):
                if 29 < day <= (31 if month in (1, 3, 5, 7, 8, 10, 12) else 29 if month == 2 else 30):
                    data.append(("FC_day", row, "0", own))
            here = {**at, "month": f"2024-{month:02}"}
            if month != 2:
                data += [
                    ("C_lab", here, f"0.5{month}", f"tC/{own}"),
                    ("sampled", here, "2024-01-10", ""),
                    ("issued", here, f"2024-{month:02}-1{month % 10}", ""),
                ]
    lot = {"unit": "1", "fuel": "煤", "month": "2024-03", "lot": "@SUM(A1)"}
    data.append(("mass", lot, "1250.5", "kg"))
    return done(run(data, SMALL, members=FUELS))


def many() -> Run:
    """More members than a sum of single cells could name."""
    data = []
    for unit in range(1, 61):
        for month in range(1, 13):
            row = {"unit": str(unit), "month": f"2024-{month:02}"}
            data.append(("y", row, str(unit % 50), "t"))
            if month != 2 and (month != 3 or unit != 7) and month != 4:
                data.append(("x", row, f"{unit * month}.125", "t"))
    return done(run(data, MANY, members={"unit": tuple(Member(str(n)) for n in range(1, 61))}))


def unsayable() -> Run:
    """A step that keeps more digits than a spreadsheet's numbers have."""
    data = [("x", {"month": f"2024-{m:02}"}, str(m), "t") for m in range(1, 13)]
    return done(run(data, UNSAYABLE, members={}))


def one_month() -> Run:
    """The small method in one month of equal days."""
    return done(run(january(), period="2024-01"))


def done(made: Run) -> Run:
    """A run of which every step has been asked for."""
    result_of(made)
    return made
