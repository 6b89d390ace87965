"""Instruments are found by id and alias, never half-read, and no name means two of them."""

from pathlib import Path

import pytest

from tanheng.kernel.citations import parse_citation
from tanheng.kernel.problems import Refused
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.instrument_library import InstrumentLibrary
from tanheng.library.method_library import load_methods

GOOD = 'id = "plant"\ntitle = { zh = "厂规", en = "Plant rules" }\ncertainty = "sure"\n'


@pytest.fixture(scope="module")
def shipped():
    return InstrumentLibrary.load()


def refused(action, *args):
    with pytest.raises(Refused) as caught:
        action(*args)
    return caught.value.problems


def own(folder: Path, text: str | bytes, name: str = "plant") -> list[Path]:
    (folder / "instruments").mkdir(parents=True, exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    (folder / "instruments" / f"{name}.toml").write_bytes(data)
    return [folder]


def test_all_shipped_files_are_in_order_and_no_name_is_used_twice(shipped):
    for id in shipped.ids():
        instrument = shipped.get(id)
        assert instrument.zh
        assert instrument.en
        assert not instrument.until or instrument.until >= instrument.issued
        for name in instrument.names:
            assert shipped.resolve(name) == instrument
        # the kernel reads the same first word as an instrument
        assert parse_citation(f"{id} 6.2").instrument == id


def test_the_register_of_the_power_rules_is_there(shipped):
    register = "G21 G22 G23 G26 V23 V26 A19 A21 A23 A25D N23 N25 N26 REG MGT EF21 EF22 EF23 B15 B25 M06 M25"
    guides = "ningxia-000 cieccpa-061 hubei-002 xjzjxh-003 cses-146"
    for id in (register + " M21369 D904 D448 " + guides).split():
        assert shipped.get(id).id == id


@pytest.mark.parametrize(
    ("law", "id"),
    [
        ("G23 6.2 式(2)", "G23"),
        ("G23", "G23"),
        ("环办气候函〔2022〕485号 6.2", "G23"),
        ("GB/T 32151.1-2015 5.2.2", "B15"),
        ("GB/T 32151.1 5.2.2", "B15"),
        ("GB/T 32151.10—2023 6", "gbt-32151-10-2023"),
        ("GB/T 32151.10-2015 5.2", "gbt-32151-10-2015"),
        ("GB/T 8170", "gbt-8170-2008"),
        ("T/CIECCPA 061 8.2.5 式(1)", "cieccpa-061"),
        ("AR5 8.A.1", "ipcc-ar5"),
        ("2006 IPCC Vol.2 Table 1.2", "ipcc-2006"),
        ("PROJECT power_default_v1", "PROJECT"),
    ],
)
def test_law_texts(shipped, law, id):
    assert shipped.resolve(law).id == id


@pytest.mark.parametrize(
    "law", ["", " ", "G2 6.2", "G233 6.2", "g23 6.2", "6.2 式(2)", "GB/T 32151.100 5", "GB/T 9"]
)
def test_laws_that_name_nothing(shipped, law):
    (found,) = refused(shipped.resolve, law)
    assert found.code == "TH-L11"
    assert refused(shipped.get, law)[0].code == "TH-L11"


def test_a_near_miss_is_shown(shipped):
    assert "GB/T 8170" in refused(shipped.resolve, "GB/T 8171 3.1")[0].message()


def test_every_shipped_factor_and_method_cites_a_registered_instrument(shipped):
    factors = FactorLibrary.load()
    for family in factors.families():
        for row in factors.rows(family):
            # two rows rest on judgement, not on a document, and say so by their certainty
            assert row.instrument in shipped if row.instrument else row.certainty == "check", row.id
    methods = load_methods()
    for id in methods.ids():
        method = methods.get(id)
        for law in filter(None, [method.law, *(step.law for step in method.steps.values())]):
            for part in law.replace("；", ";").split(";"):
                assert shipped.resolve(part).id


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (GOOD + 'isued = "2024"\n', "isued"),
        (GOOD.replace('"plant"', '"other"'), "id"),
        (GOOD.replace('"sure"', '"perhaps"'), "certainty"),
        (GOOD.replace('certainty = "sure"', ""), "certainty"),
        (GOOD.replace(', en = "Plant rules"', ""), "title"),
        (GOOD.replace("厂规", ""), "title"),
        (GOOD + 'issued = "2024/1/1"\n', "issued"),
        (GOOD + 'force = "2024-13"\n', "force"),
        (GOOD + "until = 2024-01-01\n", "until"),
        (GOOD + 'aliases = "厂规"\n', "aliases"),
        (GOOD + 'aliases = [""]\n', "aliases"),
        (GOOD + 'note = "两\\n行"\n', "note"),
        (GOOD + "= 1\n", "-"),
        ("id = ", "-"),
        (GOOD.encode("gbk"), "-"),
    ],
)
def test_a_faulty_own_file_is_refused(tmp_path, text, key):
    (found,) = refused(InstrumentLibrary.load, own(tmp_path, text))
    assert (found.code, found.place.file, dict(found.params)["key"]) == ("TH-L12", "plant.toml", key)


def test_own_files_extend_and_never_take_a_name(tmp_path):
    library = InstrumentLibrary.load(own(tmp_path / "a", GOOD + 'aliases = ["厂规第一号"]\n'))
    assert library.resolve("厂规第一号 第三条").id == "plant"
    assert library.resolve("plant 3").zh == "厂规"
    taken = GOOD + 'aliases = ["GB/T 8170—2008"]\n'
    (found,) = refused(InstrumentLibrary.load, own(tmp_path / "b", taken))
    assert (found.code, dict(found.params)["seen"]) == ("TH-L12", "GB/T 8170-2008")
    (found,) = refused(InstrumentLibrary.load, own(tmp_path / "c", GOOD.replace("plant", "G23"), "G23"))
    assert (found.code, found.place.file) == ("TH-L12", "G23.toml")
