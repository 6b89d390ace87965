"""Files that must not be trusted.

Each is refused by content, in bounded time and memory, and nothing is written.
"""

import struct
import subprocess
import sys
import time
import zipfile
import zlib
from io import BytesIO

import pytest

from tanheng.metering.intake import read_inputs
from tanheng.metering.workbook_reader import Limits
from tests.metering.small import change, pack, part_of, parts, plant, read, told, workbook

DAY = "日数据"
OLE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)
HTML = b"<html><table><tr><td>6000</td></tr></table></html>"


def with_part(name, content):
    return pack({**parts(workbook()), name: content})


def without(name):
    return pack({n: c for n, c in parts(workbook()).items() if n != name})


def in_day(old, new):
    contents = parts(workbook())
    part = part_of(contents, DAY)
    contents[part] = contents[part].replace(old, new, 1)
    return pack(contents)


def slip(name):
    return with_part(name, b"x")


def twice():
    file = BytesIO(workbook())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    return file.getvalue()


def bomb(size):
    """A part of `size` blanks, which packs a thousand times."""
    return with_part("xl/media/bomb.bin", b" " * size)


def lying_size():
    """A directory that claims a small part where a large one is packed."""
    data = bytearray(bomb(40_000_000))
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/media/bomb.bin"))
    data[at + 24 : at + 28] = struct.pack("<L", 1000)
    return bytes(data)


def encrypted_entry():
    data = bytearray(workbook())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def broken_byte():
    data = bytearray(workbook())
    at = data.find(b"xl/worksheets/sheet2.xml") + 60
    data[at] ^= 0xFF
    return bytes(data)


DOCTYPE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst>&b;</sst>'
)

FILES = {
    "empty": (lambda: b"", "TH-I20"),
    "web page named xls": (lambda: HTML, "TH-I05"),
    "web page with a byte order mark": (lambda: b"\xef\xbb\xbf\r\n" + HTML.upper(), "TH-I05"),
    "encrypted workbook": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "TH-I06"),
    "Word document": (lambda: OLE + "WordDocument".encode("utf-16-le"), "TH-I05"),
    "old workbook that is none": (lambda: OLE + "Workbook".encode("utf-16-le"), "TH-I08"),
    "any bytes": (lambda: bytes(range(256)) * 20, "TH-I05"),
    "any zip": (lambda: pack({"a.txt": b"a"}), "TH-I05"),
    "docx": (lambda: pack({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "TH-I05"),
    "ods": (lambda: pack({"mimetype": b"application/vnd.oasis", "content.xml": b"<c/>"}), "TH-I05"),
    "xlsb": (lambda: pack({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x"}), "TH-I05"),
    "half a zip": (lambda: workbook()[: len(workbook()) // 2], "TH-I08"),
    "a broken byte": (broken_byte, "TH-I08"),
    "no workbook part": (lambda: without("xl/workbook.xml"), "TH-I08"),
    "no relations": (lambda: without("xl/_rels/workbook.xml.rels"), "TH-I08"),
    "zip slip": (lambda: slip("../../evil.txt"), "TH-I09"),
    "zip slip with backslashes": (lambda: slip("xl\\..\\..\\evil.txt"), "TH-I09"),
    "absolute name": (lambda: slip("/etc/cron.d/evil"), "TH-I09"),
    "drive letter": (lambda: slip("C:/evil.txt"), "TH-I09"),
    "two entries of one name": (twice, "TH-I09"),
    "document type": (lambda: with_part("xl/sharedStrings.xml", DOCTYPE), "TH-I09"),
    "encrypted entry": (encrypted_entry, "TH-I06"),
    "zip bomb": (lambda: bomb(200_000_000), "TH-I07"),
    "many parts": (lambda: pack({**parts(workbook()), **{f"x{n}": b"" for n in range(2100)}}), "TH-I07"),
    "XFD1048576": (
        lambda: in_day(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        "TH-I12",
    ),
    "far row in a lying line": (
        lambda: in_day(b"</sheetData>", b'<row r="9"><c r="A1048570"><v>1</v></c></row></sheetData>'),
        "TH-I12",
    ),
    "wide and high": (
        lambda: in_day(b"</sheetData>", b'<row r="900000"><c r="ZZ900000"><v>1</v></c></row></sheetData>'),
        "TH-I11 TH-I07",
    ),
    "sheet that is not closed": (lambda: in_day(b"</worksheet>", b""), "TH-I08"),
    "sheet of another kind": (lambda: in_day(b"<worksheet", b"<workshelf"), "TH-I08"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_nasty_file_is_refused(tmp_path, name):
    make, codes = FILES[name]
    before = set(tmp_path.rglob("*"))
    started = time.perf_counter()
    reading = read(make(), tmp_path, "plant.xls")
    assert time.perf_counter() - started < 10
    assert reading.inputs is None and (reading.read, reading.stored, reading.refused) == (0, 0, 0)
    assert next(p.code for p in reading.problems if p.severity == "error") in codes, [
        p.line("en") for p in reading.problems
    ]
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "plant.xls"}


def test_what_is_odd_but_harmless_is_read(tmp_path):
    harmless = {
        "a dimension that lies": in_day(b"<dimension ref=", b'<dimension ref="A1:A1" x='),
        "macros": with_part("xl/vbaProject.bin", b"x"),
        "a directory that claims less": lying_size(),
        "a part of nobody's": with_part("docProps/custom.xml", b"<p/>"),
    }
    for name, data in harmless.items():
        reading = read(data, tmp_path)
        assert reading.inputs is not None, (name, [p.line("en") for p in reading.problems])
        assert reading.inputs.digest == plant().digest, name
        assert [p.code for p in reading.problems] == (["TH-I10"] if name == "macros" else [])


def test_a_sheet_with_a_prefix_is_the_same_sheet(tmp_path):
    """Some programs write <x:row> for <row>; hidden lines and failed formulas are found there too."""
    import re

    contents = parts(change(workbook(), DAY, {"D5": '<c r="D5" t="e"><f>A1</f><v>#N/A</v></c>'}))
    part = part_of(contents, DAY)
    text = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", contents[part])
    contents[part] = text.replace(b"<x:worksheet xmlns=", b"<x:worksheet xmlns:x=", 1)
    reading = read(pack(contents), tmp_path)
    assert told(reading, "TH-N05") == [(DAY, "D5")]


def test_limits_stop_the_reader_and_not_us(tmp_path):
    path = tmp_path / "plant.xlsx"
    path.write_bytes(workbook())
    few = read_inputs(path, limits=Limits(cells=1000))
    assert [p.code for p in few.problems] == ["TH-I07"] and few.inputs is None
    small = read_inputs(path, limits=Limits(memory=30_000_000))
    assert [p.code for p in small.problems] == ["TH-I11"] and small.inputs is None


def test_the_reader_sets_its_limits_before_it_looks_at_a_byte():
    """500 MB and ten seconds of processor time hold in the subprocess, not only in our good will."""
    program = (
        "import resource; from tanheng.metering.sheet_worker import limit; limit(500_000_000, 10); "
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])\n"
        "try:\n    bytearray(600_000_000)\nexcept MemoryError:\n    print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["500000000", "10", "refused"]


def test_a_file_that_is_not_there(tmp_path):
    for path in (tmp_path / "none.xlsx", tmp_path, tmp_path / "nul\0.xlsx", tmp_path / ("x" * 300)):
        reading = read_inputs(path)
        assert [p.code for p in reading.problems] == ["TH-I04"] and reading.inputs is None


def test_checksums_are_compared(tmp_path):
    """A changed figure inside the archive, packed again with the old checksum, is found."""
    contents = parts(workbook())
    part = part_of(contents, DAY)
    old, new = contents[part], contents[part].replace(b"<v>6000.1</v>", b"<v>7000.1</v>", 1)
    assert old != new
    data = bytearray(pack({**contents, part: new}))
    good, bad = struct.pack("<L", zlib.crc32(new)), struct.pack("<L", zlib.crc32(old))
    assert data.count(good) >= 2
    reading = read(bytes(data.replace(good, bad)), tmp_path)
    assert [p.code for p in reading.problems] == ["TH-I08"]
