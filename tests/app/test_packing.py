"""A pack holds what was used and nothing of the machine; the same year gives the same bytes."""

import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest

from tanheng.app import accounting
from tanheng.app.library import Library
from tanheng.app.packing import cited_laws, items_of, seal, write_verifier
from tanheng.evidence.verify.check import verify_pack
from tanheng.kernel.problems import Refused
from tests.app.plants import codes, own_library
from tests.plant import WORKBOOK, beiling


@pytest.fixture(scope="module")
def done():
    return accounting.account(WORKBOOK)


def test_items_are_inputs_result_and_the_rules_used(done):
    items = items_of(done)
    assert {"inputs.json", "result.json", "methods/cets-power-2023/method.toml"} < set(items)
    tables = {path for path in items if path.startswith("factors/")}
    # the rules of plausibility read bounds of their own
    used = done.run.factors | {key: f for run in done.judged for key, f in run.factors.items()}
    families = {factor.family for factor in used.values()}
    assert "rules/power-plausibility/rules.toml" in items
    assert tables == {f"factors/{family}.csv" for family in families}
    assert sum(items[path].count(b"\n") - 1 for path in tables) == len(used)


def test_the_instruments_cited_are_in_the_pack(done):
    """Every law of the method and of its factors resolves among the instruments of the pack."""
    ids = {path[12:-5] for path in items_of(done) if path.startswith("instruments/")}
    laws = done.library.instruments
    assert {laws.resolve(law).id for law in cited_laws(done.run.method)} <= ids
    assert {f.instrument for f in done.run.factors.values()} <= ids
    assert {"G22", "G23", "D904"} <= ids
    assert items_of(done)["instruments/G23.toml"] == laws.source("G23")


def test_own_instruments_go_along(tmp_path):
    own = own_library(tmp_path)
    table = own / "factors" / "power_annex_a.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("GJ/t,,,供方", "GJ/t,,HY-031,供方"), encoding="utf-8")
    (own / "instruments").mkdir()
    lab = 'id = "HY-031"\ntitle = { zh = "供方化验报告", en = "Supplier\'s report" }\ncertainty = "sure"\n'
    (own / "instruments" / "HY-031.toml").write_text(lab, encoding="utf-8")
    items = items_of(accounting.account(WORKBOOK, Library.of([own])))
    assert items["instruments/HY-031.toml"] == lab.encode()


def test_same_year_same_bytes(done, tmp_path):
    one = seal(done, tmp_path / "one.zip")
    two = seal(accounting.account(WORKBOOK), tmp_path / "two.zip")
    assert one.root == two.root
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_root_in_groups_verifies_and_the_digest_page_is_there(done, tmp_path):
    sealed = seal(done, tmp_path / "p.zip", with_verifier=True)
    assert sealed.root_grouped.replace(" ", "") == sealed.root
    assert verify_pack(tmp_path / "p.zip", sealed.root_grouped).state == "anchored"
    assert verify_pack(tmp_path / "p.zip").state == "consistent"
    with zipfile.ZipFile(tmp_path / "p.zip") as pack:
        page = pack.read("digest.pdf")
    assert page.startswith(b"%PDF") and (tmp_path / "p-digest.pdf").read_bytes() == page
    assert sealed.beside == ("p-digest.pdf", "verify.pyz")
    assert write_verifier(tmp_path / "verify.pyz", force=True) == sealed.verifier
    assert set(sealed.items) == {*items_of(done), "manifest.json"}


def test_a_stranger_verifies_a_year_with_an_own_factor_from_july_on(tmp_path):
    """account, pack and the stand-alone verifier agree although two rows of one id were used."""
    own = own_library(tmp_path)
    sealed = seal(accounting.account(WORKBOOK, Library.of([own])), tmp_path / "p.zip", with_verifier=True)
    with zipfile.ZipFile(tmp_path / "p.zip") as pack:
        table = pack.read("factors/power_annex_a.csv").decode()
    assert table.count("fuel.g23.diesel.ncv,") == 2
    command = [sys.executable, "-I", "-S", "verify.pyz", "p.zip", "--root", sealed.root]
    told = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert told.returncode == 0, told.stdout[:2000] + told.stderr


def test_attachments_stand_under_the_root(done, tmp_path):
    (tmp_path / "凭证.pdf").write_bytes(b"one")
    plain = seal(done, tmp_path / "plain.zip")
    sealed = seal(done, tmp_path / "p.zip", [tmp_path / "凭证.pdf", tmp_path / "凭证.pdf"])
    assert sealed.root != plain.root and "attachments/凭证.pdf" in sealed.items
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "凭证.pdf").write_bytes(b"two")
    for attach, code in (
        ([tmp_path / "凭证.pdf", tmp_path / "other" / "凭证.pdf"], "TH-A10"),
        ([tmp_path / "nothing"], "TH-A01"),
        ([tmp_path / "other"], "TH-A06"),
    ):
        with pytest.raises(Refused) as caught:
            seal(done, tmp_path / "q.zip", attach)
        assert codes(caught.value.problems) == [code]
    assert not (tmp_path / "q.zip").exists()


def test_a_pack_is_not_replaced_unless_forced(done, tmp_path):
    seal(done, tmp_path / "p.zip")
    for target, code in ((tmp_path / "p.zip", "TH-A04"), (WORKBOOK, "TH-A07")):
        with pytest.raises(Refused) as caught:
            seal(done, target)
        assert codes(caught.value.problems) == [code]
    (tmp_path / "verify.pyz").write_bytes(b"something else")
    with pytest.raises(Refused) as caught:
        seal(done, tmp_path / "q.zip", with_verifier=True)
    assert codes(caught.value.problems) == ["TH-A04"] and not (tmp_path / "q.zip").exists()
    assert seal(done, tmp_path / "p.zip", force=True, with_verifier=True).beside


def test_what_may_not_be_filed_is_not_sealed(tmp_path):
    inputs = beiling()
    gap = replace(inputs, data=tuple(d for d in inputs.data if d.name != "FC_day"))
    with pytest.raises(Refused):
        seal(accounting.account(gap), tmp_path / "p.zip")
    assert list(tmp_path.iterdir()) == []
