"""The library reads its tables from inside a zip, without site-packages, as the stand-alone verifier does."""

import subprocess
import sys
import zipfile
from pathlib import Path

import tanheng
from tanheng.library.factor_library import FactorLibrary

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import date
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.instrument_library import InstrumentLibrary
library = FactorLibrary.load()
month = {"since": date(2024, 1, 1), "until": date(2024, 1, 31)}
print(library.find("power_annex_a", set="g23", key="diesel", item="ncv", **month).value)
print(sum(len(library.rows(each)) for each in library.families()))
print(len(InstrumentLibrary.load().ids()), InstrumentLibrary.load().resolve("G23 6.2").id)
"""


def test_the_library_reads_from_inside_a_zip(tmp_path):
    package = Path(tanheng.__file__).parent
    archive = tmp_path / "library.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for room in ("kernel", "library"):
            for path in sorted((package / room).rglob("*")):
                if path.suffix in {".py", ".toml", ".csv"}:
                    out.write(path, path.relative_to(package.parent))
        out.writestr("tanheng/__init__.py", "")
    command = [sys.executable, "-I", "-S", "-c", CODE, str(archive)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    assert run.stderr == ""
    instruments = len(list((package / "library" / "instruments").glob("*.toml")))
    library = FactorLibrary.load()
    rows = sum(len(library.rows(each)) for each in library.families())
    assert run.stdout.split() == ["42.652", str(rows), str(instruments), "G23"] and rows > 1287
