"""The doctor finds the installation whole, and says what is broken where it is not."""

import tanheng
from tanheng.app import doctor


def test_this_installation_is_whole():
    found = {each.id: each for each in doctor.examine()}
    assert set(found) == {"version", "methods", "factors", "instruments", "fonts", "verifier"}
    assert all(each.ok and all(each.seen) for each in found.values())
    assert tanheng.__version__ in found["version"].seen[0]


def test_a_broken_part_is_a_finding(monkeypatch):
    def broken():
        raise RuntimeError("nothing there")

    monkeypatch.setattr(doctor, "_fonts", broken)
    found = {each.id: each for each in doctor.examine()}
    assert not found["fonts"].ok and found["fonts"].seen == ("RuntimeError: nothing there",) * 2
    assert found["verifier"].ok
