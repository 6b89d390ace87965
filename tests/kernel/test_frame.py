"""The kernel as a whole: cheap to import, standard library only, and at home inside a zip."""

import subprocess
import sys
import zipfile
from pathlib import Path

import tanheng.kernel

KERNEL = Path(tanheng.kernel.__file__).parent
MODULES = sorted(path.stem for path in KERNEL.glob("*.py") if path.stem != "__init__") + [
    "problems",
    "calendars",
]


def run(code: str, *flags: str) -> str:
    done = subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return done.stdout


def test_importing_reads_no_table():
    imports = ";".join(f"import tanheng.kernel.{name}" for name in MODULES)
    loaded = run(
        f"import sys; sys.path.insert(0, {str(KERNEL.parents[1])!r}); {imports}; print(*sys.modules)",
        "-I",
        "-S",
    )
    assert not {"tomllib", "pkgutil", "importlib.resources"} & set(loaded.split())


def test_it_works_from_a_zip_without_site_packages(tmp_path):
    target = tmp_path / "kernel.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("tanheng/__init__.py", "")
        for path in KERNEL.rglob("*"):
            # an area that was left out of the zip has unknown codes, and nothing else breaks
            if path.suffix in (".py", ".toml") and path.name != "reports.toml":
                archive.write(path, f"tanheng/kernel/{path.relative_to(KERNEL).as_posix()}")
    code = f"""
import sys; sys.path.insert(0, {str(target)!r})
from datetime import date
from tanheng.kernel.units import parse_unit
from tanheng.kernel.calendars import is_working_day
from tanheng.kernel.problems import Refused, codes, problem
try: parse_unit("foo")
except Refused as said: print(said.problems[0].code)
print(parse_unit("tCO2").label, is_working_day(date(2024, 2, 18)))
print(any(code.startswith("TH-R") for code in codes()))
"""
    assert run(code, "-I", "-S", "-X", "utf8").split() == ["TH-U01", "tCO2", "True", "False"]
