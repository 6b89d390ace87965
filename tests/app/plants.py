"""Plants for these tests: the demonstration's TOML form, changed by hand, and a library of own factors."""

from pathlib import Path

from tests.plant import EXAMPLES

FORM = EXAMPLES / "beiling-2024.toml"
HEAD = (
    "id,set,item,key,region,name_zh,name_en,value,unit,basis,instrument,source,clause,year,valid_from,"
    "valid_to,known_from,certainty,confirmed_on,note"
)
OWN_NCV = (
    "fuel.g23.diesel.ncv,g23,ncv,diesel,,柴油 低位发热量,Diesel NCV,42.51,GJ/t,,,供方 2024 年度化验报告,,2024,"
    "2024-07-01,2024-12-31,2024-07-01,sure,2024-07-01,供方年度化验，替代缺省值"
)


def changed(folder: Path, *pairs: tuple[str, str], name: str = "plant.toml") -> Path:
    """A copy of the form in which each text, which must be there exactly once, is replaced."""
    text = FORM.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def own_library(folder: Path, row: str = OWN_NCV) -> Path:
    """A library folder with one factor row that replaces a shipped one from July on."""
    (folder / "own" / "factors").mkdir(parents=True)
    table = folder / "own" / "factors" / "power_annex_a.csv"
    table.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    return folder / "own"


def codes(problems) -> list[str]:
    """The codes of problems, sorted, each once."""
    return sorted({each.code for each in problems})
