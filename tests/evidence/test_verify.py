"""The verdict: what holds, what does not and is named, what cannot be told; and the command."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tanheng.engine.exact.result import ENGINE
from tanheng.evidence.pack import seal
from tanheng.evidence.verify.__main__ import main
from tanheng.evidence.verify.check import examine, read_root, verify_pack
from tanheng.evidence.verify.container import decode, encode
from tanheng.evidence.verify.recompute import inputs_json
from tanheng.evidence.verify.verdict import ANCHORED, BROKEN, CONSISTENT, Verdict, grouped_root
from tanheng.kernel.canonical import canonical_json
from tanheng.kernel.problems import Refused
from tests.evidence.plant_pack import COALS, EMISSION, METHOD, REPORT, items, result_of, rules, sealed, year

DATA, ROOT = sealed()


def codes(verdict: Verdict) -> set[str]:
    return {each.code for each in verdict.findings}


def without(*paths: str) -> bytes:
    return encode({path: body for path, body in decode(DATA).items.items() if path not in paths})


def changed(**bodies: bytes) -> bytes:
    """The pack with items of other contents and nothing else touched."""
    return encode(decode(DATA).items | {path.replace("__", "."): body for path, body in bodies.items()})


def test_anchored() -> None:
    verdict = examine(DATA, "p.zip", ROOT)
    assert (verdict.state, verdict.exit_code, verdict.findings, verdict.root) == (ANCHORED, 0, (), ROOT)
    assert [(each.name, each.exact, each.unit) for each in verdict.figures] == [("E", EMISSION, "tCO2")]
    assert "35,680 tCO2" in verdict.text("zh")


def test_consistent_without_a_root() -> None:
    verdict = examine(DATA, "p.zip")
    assert (verdict.state, verdict.exit_code, verdict.findings) == (CONSISTENT, 3, ())
    assert "未锚定" in verdict.text("zh")
    assert "not anchored" in verdict.text("en")


def test_results_deleted_gives_the_same_figures() -> None:
    verdict = examine(without("result.json"), "p.zip", ROOT)
    assert verdict.figures == examine(DATA, "p.zip", ROOT).figures
    assert (verdict.state, codes(verdict), verdict.root) == (BROKEN, {"TH-P11", "TH-P33"}, ROOT)
    said = next(each for each in verdict.findings if each.code == "TH-P33")
    assert "与清单记载的相同" in said.message("zh")


def test_results_deleted_and_inputs_changed() -> None:
    """The figures printed are those of the changed input, and the hash says that others were sealed."""
    body = decode(DATA).items["inputs.json"].replace(b'"value":"250"', b'"value":"260"', 1)
    kept = {p: b for p, b in decode(DATA).items.items() if p != "result.json"}
    verdict = examine(encode(kept | {"inputs.json": body}), "p.zip", ROOT)
    # 10 MWh more in a month: 260 × 0.5703 = 148.278, so 148.28 in place of 142.58; 35685.42 is reported 35685
    assert [each.exact for each in verdict.figures] == ["35685"]
    said = next(each for each in verdict.findings if each.code == "TH-P33")
    assert "与清单记载的不同" in said.message("zh")
    assert "TH-P13" in codes(verdict)


def rebuilt(load: str) -> tuple[bytes, str]:
    """The pack that our own code seals after one electricity figure was changed, with honest new results."""
    inputs = year()
    data = list(inputs.data)
    at = next(i for i, each in enumerate(data) if each.name == "EL")
    data[at] = replace(data[at], value=load)
    other = replace(inputs, data=tuple(data))
    return sealed({**rules(), "inputs.json": inputs_json(other), "result.json": result_of(other, rules())})


def test_a_pack_rebuilt_after_one_change_is_refused_against_the_printed_root() -> None:
    data, root = rebuilt("249")
    assert root != ROOT
    verdict = examine(data, "p.zip", ROOT)
    assert (verdict.state, codes(verdict)) == (BROKEN, {"TH-P20"})
    assert ROOT in verdict.findings[0].message("zh") and root in verdict.findings[0].message("zh")
    # without the root the forgery is consistent in itself, and the verdict does not say more than that
    assert examine(data, "p.zip").state == CONSISTENT


def test_a_pack_resealed_with_other_results_does_not_recompute() -> None:
    parts = items()
    parts["result.json"] = parts["result.json"].replace(b'"exact":"35680"', b'"exact":"35580"')
    data, root = sealed(parts)
    verdict = examine(data, "p.zip", root)
    assert (verdict.state, codes(verdict)) == (BROKEN, {"TH-P32"})
    assert verdict.findings[0].line("zh").count("E 2024 exact") == 1
    assert "35580" in verdict.findings[0].message("en") and "35680" in verdict.findings[0].message("en")


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("inputs.json", b'"value":"250"', b'"value":"25O"', "TH-P36"),
        ("inputs.json", b'"period":"2024"', b'"period":"2023"', "TH-P31"),
        ("inputs.json", b'"data":[', b'"data": [', "TH-P30"),
        ("inputs.json", b'"boundary"', b'"bound"', "TH-P30"),
        ("inputs.json", b"{", b"[", "TH-P30"),
        (METHOD, b"FC * C", b"FC * D", "TH-P31"),
        (METHOD, b"[answer]", b"[answer", "TH-P31"),
        (COALS, "褐煤.cc".encode(), "泥煤.cc".encode(), "TH-P32"),
        (COALS, b"0.02797,tC/GJ", b"0.02797,tC", "TH-P36"),
        ("result.json", b'"steps":', b'"steps" :', "TH-P34"),
    ],
)
def test_a_resealed_pack_that_does_not_hold_together(
    path: str, old: bytes, new: bytes, expected: str
) -> None:
    parts = items()
    assert old in parts[path]
    data, root = sealed(parts | {path: parts[path].replace(old, new, 1)})
    verdict = examine(data, "p.zip", root)
    assert verdict.state == BROKEN
    assert expected in codes(verdict), verdict.text("zh")


def test_a_result_with_gaps_is_not_anchored() -> None:
    """A year without one month's coal has an honest result full of problems; it must not read as "holds"."""
    data, root = sealed(with_a_gap())
    verdict = examine(data, "p.zip", root)
    assert verdict.state == BROKEN
    assert codes(verdict) == {"TH-P36"}
    assert any(each.severity == "error" for each in verdict.notes)


def test_a_pack_of_an_older_engine_is_told_and_recomputed() -> None:
    parts = items()
    parts["result.json"] = parts["result.json"].replace(ENGINE.encode(), b"tanheng-exact-0")
    data, root = seal(parts, engine="tanheng-exact-0")
    verdict = examine(data, "p.zip", root)
    assert (verdict.state, codes(verdict)) == (ANCHORED, {"TH-P35"})


def test_manifest_and_result_must_name_one_engine() -> None:
    data, root = seal(items(), engine="tanheng-exact-0")
    assert codes(examine(data, "p.zip", root)) == {"TH-P34"}


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        (without("manifest.json"), "manifest.json", "TH-P10"),
        (without("tree.json"), "tree.json", "TH-P11"),
        (without("digest.pdf"), "digest.pdf", "TH-P15"),
        (without("inputs.json"), "inputs.json", "TH-P11"),
        (without(METHOD), METHOD, "TH-P11"),
        (changed(extra__txt=b"x"), "extra.txt", "TH-P12"),
        (changed(digest__pdf=b"%PDF another root"), "digest.pdf", "TH-P15"),
        (changed(tree__json=b"{}"), "tree.json", "TH-P14"),
        (changed(tree__json=b"[]"), "tree.json", "TH-P14"),
        (changed(tree__json=b"{ }"), "tree.json", "TH-P14"),
        (changed(manifest__json=b"{}"), "manifest.json", "TH-P10"),
        (
            changed(manifest__json=canonical_json({"format": "tanheng-pack-1", "engine": "x", "items": [1]})),
            "manifest.json",
            "TH-P10",
        ),
        (changed(manifest__json=b"[" * 100_000), "manifest.json", "TH-P10"),
        (changed(inputs__json=b"[" * 100_000), "inputs.json", "TH-P30"),
        (changed(result__json=b"1e999"), "result.json", "TH-P34"),
        (changed(result__json=b"{}"), "result.json", "TH-P34"),
    ],
)
def test_what_is_gone_or_strange_is_named(data: bytes, path: str, code: str) -> None:
    for root in (ROOT, ""):
        verdict = examine(data, "p.zip", root)
        assert verdict.state == BROKEN
        assert (code, path) in [(each.code, each.place.key) for each in verdict.findings], verdict.text("zh")


def test_one_change_is_one_finding() -> None:
    """The reader is not led astray: what follows from a named change is not reported again."""
    report = changed(**{REPORT.replace(".", "__"): b"35681 tCO2"})
    assert [each.code for each in examine(report, "p.zip").findings] == ["TH-P13"]
    assert [each.code for each in examine(report, "p.zip", ROOT).findings] == ["TH-P13", "TH-P20"]
    tree = json.loads(decode(DATA).items["tree.json"])
    for part, other in (
        ("root", {"root": "0" * 64}),
        ("spelling", {"more": 1}),
        ("spelling", {"hash": "MD5"}),
    ):
        found = examine(changed(tree__json=canonical_json(tree | other)), "p.zip", ROOT).findings
        assert [(each.code, each.place.key) for each in found] == [("TH-P14", "tree.json")]
        assert part in found[0].message("en")
    tree["leaves"][1]["leaf"] = "0" * 64
    found = examine(changed(tree__json=canonical_json(tree)), "p.zip", ROOT).findings
    assert [(each.code, each.place.key) for each in found] == [("TH-P14", "tree.json")]
    assert tree["leaves"][1]["path"] in found[0].message("zh")


def test_a_pack_that_cannot_be_read_claims_nothing() -> None:
    verdict = examine(DATA[:100], "p.zip", ROOT)
    assert (verdict.state, verdict.lines, verdict.figures, verdict.items, verdict.root) == (
        BROKEN,
        0,
        (),
        {},
        "",
    )


def test_figures_of_the_whole_period_come_first_and_months_on_demand() -> None:
    verdict = examine(DATA, "p.zip", ROOT)
    month = replace(verdict.figures[0], kind="indicator", name="M", period="2024-03", shown="7")
    part = replace(verdict.figures[0], kind="indicator", name="P", scope=(("boiler", "1"),), shown="8")
    mixed = replace(verdict, figures=(month, part, verdict.figures[0]))
    text = mixed.text("en")
    assert text.index("35,680") < text.index("= 8")
    assert "= 7" not in text and "1 figures of months" in text
    assert "= 7" in mixed.text("en", every=True)


def with_a_gap() -> dict[str, bytes]:
    """Inputs without one month's coal of boiler 1, and the honest result, which carries a problem."""
    inputs = year()
    kept = [d for d in inputs.data if (d.name, d.row) != ("FC", (("boiler", "1"), ("month", "2024-07")))]
    other = replace(inputs, data=tuple(kept))
    return {**rules(), "inputs.json": inputs_json(other), "result.json": result_of(other, rules())}


def resealed(parts: dict[str, bytes], change: Callable[[dict[str, Any]], object]) -> Verdict:
    """The verdict on parts whose result somebody rewrote before sealing."""
    result = json.loads(parts["result.json"])
    change(result)
    data, root = sealed(parts | {"result.json": canonical_json(result)})
    return examine(data, "p.zip", root)


def test_what_a_result_says_of_its_problems_is_compared_but_not_its_wording() -> None:
    """A later version may word a problem better; it may not drop one, or change what it is about."""
    parts = with_a_gap()
    assert codes(resealed(parts, lambda r: None)) == {"TH-P36"}
    assert codes(resealed(parts, lambda r: r["problems"][0].update(title="x", message="y", remedy="z"))) == {
        "TH-P36"
    }
    for change in (
        lambda r: r["problems"][0].update(code="TH-C09"),
        lambda r: r["problems"][0]["place"].update(key="FC[2, 2024-07]"),
        lambda r: r["problems"].clear(),
        lambda r: r.update(problems="none"),
    ):
        assert codes(resealed(parts, change)) == {"TH-P32", "TH-P36"}


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.update(steps={}),
        lambda r: r.update(steps="E"),
        lambda r: r.update(more=False),
        lambda r: r.pop("notes"),
        lambda r: r["pins"].clear(),
        lambda r: r["steps"].append(r["steps"][0]),
        lambda r: r["steps"].pop(),
        lambda r: r["steps"][0].update(exact=1),
        lambda r: r["steps"][0].update(flags=["default"]),
        lambda r: r["answers"].update(E="removal"),
    ],
)
def test_a_result_of_another_shape(change: Callable[[dict[str, Any]], object]) -> None:
    assert codes(resealed(items(), change)) == {"TH-P32"}


def test_many_differences_are_named_up_to_fifty_and_counted_beyond() -> None:
    def all_steps(result: dict[str, Any]) -> None:
        for step in result["steps"]:
            step["exact"] = "0"

    found = resealed(items(), all_steps).findings
    # 61 values: 24 of carbon, 24 of coal, 12 of electricity, one of the year
    assert len(found) == 51
    assert "另有 11 处" in found[-1].message("zh")


def test_a_missing_input_leaves_the_rest_checked() -> None:
    verdict = examine(without("inputs.json"), "p.zip", ROOT)
    assert codes(verdict) == {"TH-P11", "TH-P31"}
    assert (verdict.figures, verdict.lines) == ((), 0)


def test_a_manifest_that_is_missing_and_one_that_is_spoilt_are_told_apart() -> None:
    for data, words in (
        (without("manifest.json"), "is missing"),
        (changed(manifest__json=b"{}"), "not canonical"),
    ):
        said = next(each for each in examine(data, "p.zip").findings if each.code == "TH-P10")
        assert words in said.message("en")


@pytest.mark.parametrize(
    "text",
    [
        ROOT,
        ROOT.upper(),
        f"  {grouped_root(ROOT)}\n",
        "-".join((ROOT[:32], ROOT[32:])),
        grouped_root(ROOT).replace(" ", ":"),
    ],
)
def test_roots_as_people_copy_them(text: str) -> None:
    assert read_root(text) == ROOT


@pytest.mark.parametrize(
    "text", ["", " ", "0", ROOT[:-1], ROOT + "0", "g" + ROOT[1:], f"x{ROOT}", "０" + ROOT[1:]]
)
def test_a_misspelt_root_is_bad_usage(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(DATA)
    with pytest.raises(Refused) as caught:
        verify_pack(path, text)
    assert [each.code for each in caught.value.problems] == ["TH-P21"]
    assert main([str(path), f"--root={text}"]) == 2
    assert "TH-P21" in capsys.readouterr().err


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "p.zip", tmp_path / "q.zip"
    good.write_bytes(DATA)
    bad.write_bytes(DATA[:-3])
    assert main([str(good), "--root", ROOT]) == 0
    assert main([str(good)]) == 3
    assert main([str(bad), "--root", ROOT, "--lang", "en"]) == 1
    assert "does not hold" in capsys.readouterr().out
    assert main([str(tmp_path / "none.zip")]) == 2
    for strange in (str(tmp_path), "/dev/zero", "a\0b"):
        assert main([strange]) == 2
    assert "不是普通文件" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        main([str(good), "--no-such-option"])
    assert caught.value.code == 2


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(without("result.json"))
    assert main([str(path), "--root", ROOT, "--json", "--lang", "en"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["state"], said["root"], said["given_root"]) == ("broken", ROOT, ROOT)
    assert [each["code"] for each in said["findings"]] == ["TH-P11", "TH-P33"]
    assert said["figures"][0]["exact"] == EMISSION
    assert said["items"].keys() == decode(DATA).items.keys() - {"result.json"}
    assert main([str(tmp_path / "none.zip"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "TH-P01"


def test_a_pack_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(DATA)
    monkeypatch.setattr("tanheng.evidence.verify.check.LARGEST", len(DATA) - 1)
    verdict = verify_pack(path, ROOT)
    assert (verdict.state, codes(verdict)) == (BROKEN, {"TH-P07"})
    monkeypatch.setattr("tanheng.evidence.verify.check.LARGEST", len(DATA))
    assert verify_pack(path, ROOT).state == ANCHORED


def test_it_says_what_it_does_not_check() -> None:
    for lang, words in (("zh", "仪表读数"), ("en", "meter readings")):
        verdict = examine(DATA, "p.zip", ROOT)
        assert words in verdict.text(lang)
        assert words in "".join(verdict.to_json(lang)["not_checked"])
