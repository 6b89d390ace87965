"""verify.pyz: the same bytes from anywhere, nothing in it that is not needed, and it works alone."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import tanheng
from tanheng.evidence import pyz
from tanheng.evidence.verify.container import decode, encode
from tests.evidence.plant_pack import EMISSION, METHOD, sealed

SOURCE = Path(tanheng.__file__).parent
DATA, ROOT = sealed()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pyz") / "verify.pyz"
    assert pyz.build(path) == hashlib.sha256(path.read_bytes()).hexdigest() == pyz.pyz_digest()
    return path


@pytest.fixture
def alone(archive: Path, tmp_path: Path) -> Path:
    """A folder with nothing but verify.pyz and the pack."""
    shutil.copy(archive, tmp_path / "verify.pyz")
    (tmp_path / "pack.zip").write_bytes(DATA)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run verify.pyz isolated, without site-packages, in an empty environment."""
    command = [sys.executable, "-I", "-S", "verify.pyz", *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, check=False)


def test_it_verifies_alone(alone: Path) -> None:
    for arguments, code, words in (
        (["pack.zip", "--root", ROOT], 0, "结论：成立"),
        (["pack.zip"], 3, "一致，但未锚定"),
        (["pack.zip", "--root", "0" * 64], 1, "结论：不成立"),
        (["pack.zip", "--root", ROOT, "--lang", "en"], 0, "Verdict: holds"),
    ):
        done = run(alone, *arguments)
        assert (done.returncode, done.stderr) == (code, b""), done.stderr.decode()
        assert words in done.stdout.decode("utf-8")
        assert "35,680 tCO2" in done.stdout.decode("utf-8")
    assert sorted(each.name for each in alone.iterdir()) == ["pack.zip", "verify.pyz"]


def test_with_the_results_deleted_it_prints_the_same_figures(alone: Path) -> None:
    kept = {path: body for path, body in decode(DATA).items.items() if path != "result.json"}
    (alone / "bare.zip").write_bytes(encode(kept))
    whole = json.loads(run(alone, "pack.zip", "--root", ROOT, "--json").stdout)
    done = run(alone, "bare.zip", "--root", ROOT, "--json")
    bare = json.loads(done.stdout)
    assert (done.returncode, bare["state"]) == (1, "broken")
    assert bare["figures"] == whole["figures"]
    assert bare["figures"][0]["exact"] == EMISSION
    assert [each["place"]["key"] for each in bare["findings"]] == ["result.json", "result.json"]


def test_bad_usage(alone: Path) -> None:
    for arguments in ([], ["none.zip"], ["pack.zip", "--root", "abc"], ["pack.zip", "--colour"]):
        done = run(alone, *arguments)
        assert done.returncode == 2
        assert done.stderr and b"Traceback" not in done.stderr


def test_a_changed_method_is_named(alone: Path) -> None:
    items = decode(DATA).items
    (alone / "other.zip").write_bytes(encode(items | {METHOD: items[METHOD].replace(b"44/12", b"43/12")}))
    done = run(alone, "other.zip", "--root", ROOT)
    assert done.returncode == 1
    assert METHOD in done.stdout.decode("utf-8")


def test_it_loads_nothing_but_the_standard_library_and_itself(alone: Path) -> None:
    """Every module that a verification loads comes from the archive or from the standard library."""
    code = (
        "import sys; sys.path.insert(0, 'verify.pyz'); sys.argv = ['verify.pyz', 'pack.zip']\n"
        "from tanheng.evidence.verify.__main__ import main; main()\n"
        "top = {name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names\n"
        "ours = [m.__file__ for n, m in sys.modules.items() if n.startswith('tanheng')]\n"
        "assert top == {'tanheng', '__main__'} or top == {'tanheng'}, top\n"
        "assert all(file.startswith('verify.pyz') for file in ours), ours\n"
    )
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, cwd=alone, env={}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_what_is_inside(archive: Path) -> None:
    names = zipfile.ZipFile(archive).namelist()
    assert names == sorted(names, key=str.encode)
    assert {Path(name).suffix for name in names} == {".py", ".toml"}
    rooms = ("kernel/", "formula/", "facts/", "library/", "engine/exact/", "evidence/verify/")
    plain = (
        "__main__.py",
        "tanheng/__init__.py",
        "tanheng/engine/__init__.py",
        "tanheng/evidence/__init__.py",
    )
    others = [
        n for n in names if n not in plain and not n.startswith(tuple(f"tanheng/{room}" for room in rooms))
    ]
    assert others == ["tanheng/evidence/tree.py"]
    # a pack carries the rules that it used; the verifier brings none of its own
    assert not [name for name in names if name.startswith("tanheng/library/") and not name.endswith(".py")]
    for name in names:
        if name != "__main__.py":
            assert zipfile.ZipFile(archive).read(name) == (SOURCE.parent / name).read_bytes()


def test_equal_bytes_from_two_folders_umasks_zones_and_locales(archive: Path, tmp_path: Path) -> None:
    """Two copies of the sources, one with carriage returns and other dates, build the same archive."""
    built = []
    for folder, zone, umask, ending in (("a", "UTC", 0o022, b"\n"), ("b b", "Asia/Shanghai", 0o077, b"\r\n")):
        place = tmp_path / folder
        shutil.copytree(SOURCE, place / "tanheng", ignore=shutil.ignore_patterns("__pycache__", "fonts"))
        for path in (place / "tanheng").rglob("*"):
            if path.suffix in (".py", ".toml"):
                path.write_bytes(path.read_bytes().replace(b"\n", ending))
                os.utime(path, (1_000_000_000, 1_000_000_000))
        code = (
            f"import os, sys; os.umask({umask}); sys.path.insert(0, {str(place)!r})\n"
            "from tanheng.evidence import pyz; print(pyz.build(sys.argv[1]))"
        )
        target = place / "verify.pyz"
        command = [sys.executable, "-I", "-S", "-c", code, str(target)]
        environment = {
            "TZ": zone,
            "LC_ALL": "C" if folder == "a" else "C.UTF-8",
            "PYTHONHASHSEED": str(umask),
        }
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        built.append((target.read_bytes(), done.stdout.strip()))
    assert built[0] == built[1]
    assert built[0][0] == archive.read_bytes()


def test_a_module_that_may_not_be_there_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyz, "START", "tanheng.evidence.pack")
    with pytest.raises(ValueError, match=r"tanheng\.evidence\.pack"):
        pyz.archive()


def test_the_archive_is_of_our_one_form(archive: Path) -> None:
    contents = decode(archive.read_bytes())
    assert contents.whole and not contents.problems
    assert zipfile.ZipFile(io.BytesIO(archive.read_bytes())).testzip() is None
