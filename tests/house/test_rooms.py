"""docs/rooms.md places each of the 106 entities of the domain model exactly once."""

import re
from collections import Counter

from tests.house.repo import ROOT

ROW = re.compile(r"^\| ([A-Z]\w+?)(\\\*)? \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
LIFECYCLES = {"register", "log", "document", "case", "round"}
FACTS = {"Reading", "Datum", "Result", "LedgerEntry", "Statement", "log line"}


def rows():
    text = (ROOT / "docs" / "rooms.md").read_text(encoding="utf-8")
    found = ROW.findall(text)
    return [(name, bool(child), place, kind.strip("`"), why) for name, child, place, kind, why in found]


def test_every_entity_has_one_place():
    names = Counter(name for name, *_ in rows())
    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) == 106
    assert sum(child for _, child, *_ in rows()) == 9


def test_every_place_is_one_of_four_and_its_kind_fits():
    owners = {name for name, _, place, *_ in rows() if place == "record"} | {"any record"}
    wrong = []
    for name, child, place, kind, why in rows():
        fits = {
            "fact": kind in FACTS,
            "record": kind.removeprefix("child of ") in owners if child else kind in LIFECYCLES,
            "library row": kind.endswith("/"),
            "view": kind in FACTS or kind.endswith("/"),
        }
        if not fits.get(place, False) or len(why.split()) < 3:
            wrong.append(name)
    assert wrong == []
