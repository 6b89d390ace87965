"""Sealing: deterministic, whole or absent, and refused where a pack would be incomplete or unsafe."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

import tanheng
from tanheng.engine.exact.result import ENGINE
from tanheng.evidence.pack import seal, write_pack
from tanheng.evidence.tree import inclusion_proof, verify_inclusion
from tanheng.evidence.verify import container
from tanheng.evidence.verify.container import decode
from tanheng.evidence.verify.form import entry_of, parse_canonical, read_manifest
from tanheng.kernel.canonical import canonical_json
from tanheng.kernel.problems import Refused
from tests.evidence.plant_pack import METHOD, items, page, sealed

SOURCE = Path(tanheng.__file__).parents[1]


def refused(parts: dict[str, bytes], **more: object) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        seal(parts, engine=ENGINE, **more)
    return [(each.code, each.place.key) for each in caught.value.problems]


def test_equal_items_give_equal_bytes(rng: random.Random) -> None:
    data, root = sealed()
    for _ in range(5):
        shuffled = list(items().items())
        rng.shuffle(shuffled)
        assert sealed(dict(shuffled)) == (data, root)


def test_other_machines_give_equal_bytes() -> None:
    """Hash seed, locale, time zone and the order of the data leave no trace in pack or result."""
    code = (
        "import random, sys; sys.path[:0] = sys.argv[2:]\n"
        "from dataclasses import replace\n"
        "from tests.evidence import plant_pack as p\n"
        "inputs = p.year(); data = list(inputs.data); random.Random(int(sys.argv[1])).shuffle(data)\n"
        "members = {scope: each[::-1] for scope, each in inputs.members.items()}\n"
        "mixed = replace(inputs, data=tuple(data), members=members)\n"
        "files = dict(reversed(p.rules().items()))\n"
        "parts = {**files, 'result.json': p.result_of(mixed, files), 'inputs.json': p.inputs_json(mixed)}\n"
        "print(p.sealed(parts)[1])"
    )
    for seed, zone, locale in (
        ("0", "UTC", "C"),
        ("1", "Asia/Shanghai", "C.UTF-8"),
        ("2", "America/New_York", "tr_TR"),
    ):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        command = [sys.executable, "-c", code, seed, str(Path(__file__).parents[2]), str(SOURCE)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.strip()) == (0, sealed()[1]), done.stderr


def test_the_file_is_what_was_sealed(tmp_path: Path) -> None:
    path = tmp_path / "年度 2024.zip"
    attachments = {"年度报告.txt": b"35680 tCO2"}
    root = write_pack(path, items=items(), engine=ENGINE, attachments=attachments, page=page)
    assert (path.read_bytes(), root) == sealed()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_manifest_and_tree_name_every_item() -> None:
    contents = decode(sealed()[0])
    manifest = read_manifest(contents.items["manifest.json"])
    assert manifest is not None and manifest.engine == ENGINE
    outside = {"manifest.json", "tree.json", "digest.pdf"}
    assert {entry.path for entry in manifest.entries} == contents.items.keys() - outside
    tree = parse_canonical(contents.items["tree.json"])
    assert [leaf["path"] for leaf in tree["leaves"]] == sorted(
        contents.items.keys() - outside | {"manifest.json"}
    )


def test_any_item_can_be_proved_to_a_third_party() -> None:
    """From tree.json alone an inclusion proof for one item is made; it holds for that item's bytes only."""
    data, root = sealed()
    contents = decode(data).items
    leaves = [
        (leaf["path"], bytes.fromhex(leaf["leaf"])) for leaf in json.loads(contents["tree.json"])["leaves"]
    ]
    hashes = [value for _, value in leaves]
    index = [path for path, _ in leaves].index(METHOD)
    proof = inclusion_proof(hashes, index)
    size, top = len(leaves), bytes.fromhex(root)
    assert verify_inclusion(entry_of(METHOD, contents[METHOD]).leaf, index, size, proof, top)
    assert not verify_inclusion(entry_of(METHOD, contents[METHOD] + b" ").leaf, index, size, proof, top)
    assert not verify_inclusion(
        entry_of("methods/x/method.toml", contents[METHOD]).leaf, index, size, proof, top
    )


@pytest.mark.parametrize("path", ["inputs.json", "result.json", METHOD])
def test_an_item_is_missing(path: str) -> None:
    parts = items()
    del parts[path]
    assert refused(parts) == [("TH-P40", "methods/" if path == METHOD else path)]


@pytest.mark.parametrize("path", ["manifest.json", "tree.json", "digest.pdf", "notes.txt", "reports/a.pdf"])
def test_an_item_is_out_of_its_place(path: str) -> None:
    assert refused(items() | {path: b""}) == [("TH-P40", path)]


def test_paths_that_do_not_unpack() -> None:
    assert ("TH-P03", "attachments/../a") in refused(items(), attachments={"../a": b""})
    assert refused(items(), attachments={"A": b"", "a": b""}) == [("TH-P03", "attachments/a")]
    assert refused(items(), attachments={"e\u0301": b""}) == [("TH-P03", "attachments/e\u0301")]


def test_too_many_or_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    # manifest, tree and digest page count as items as well
    room = container.MOST - len(items()) - 3
    many = {f"{number}": b"" for number in range(room)}
    full, _ = seal(items(), engine=ENGINE, attachments=many, page=page)
    assert decode(full).whole and not decode(full).problems
    assert refused(items(), attachments=many | {"x": b""}) == [("TH-P40", "")]
    size = len(seal(items(), engine=ENGINE)[0])
    monkeypatch.setattr("tanheng.evidence.pack.LARGEST", size)
    seal(items(), engine=ENGINE)
    monkeypatch.setattr("tanheng.evidence.pack.LARGEST", size - 1)
    assert refused(items()) == [("TH-P07", "")]


def test_a_refused_pack_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(b"older")
    with pytest.raises(Refused):
        write_pack(path, items={}, engine=ENGINE)
    with pytest.raises(OSError, match="x"):
        write_pack(tmp_path / "x" / "pack.zip", items=items(), engine=ENGINE)
    assert path.read_bytes() == b"older"
    assert len(list(tmp_path.iterdir())) == 1


ENTRY = {"path": "a", "size": 1, "sha256": "0" * 64}
RIGHT = {"format": "tanheng-pack-1", "engine": "e", "items": [ENTRY, ENTRY | {"path": "b"}]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "tanheng-pack-2"},
        {"engine": 1},
        {"engine": None},
        {"items": {}},
        {"items": "ab"},
        {"more": 1},
        {"items": [ENTRY, ENTRY]},
        {"items": [ENTRY | {"path": "b"}, ENTRY]},
        {"items": [1]},
        {"items": [[]]},
        {"items": [ENTRY | {"path": 1}]},
        {"items": [ENTRY | {"size": "1"}]},
        {"items": [ENTRY | {"size": True}]},
        {"items": [ENTRY | {"sha256": None}]},
        {"items": [ENTRY | {"more": 1}]},
        {"items": [{"path": "a", "size": 1}]},
        {"items": [ENTRY | {"path": "manifest.json"}]},
        {"items": [ENTRY | {"path": "tree.json"}]},
        {"items": [ENTRY | {"path": "digest.pdf"}]},
    ],
)
def test_a_manifest_has_exactly_one_form(wrong: dict[str, object]) -> None:
    assert read_manifest(canonical_json(RIGHT)) is not None
    assert read_manifest(canonical_json(RIGHT | wrong)) is None
    assert read_manifest(canonical_json(RIGHT) + b"\n") is None
