"""Random damage to a workbook: bytes of the archive, XML of its parts, cells."""

from __future__ import annotations

import random
import re
import zipfile
from io import BytesIO

from tests.metering.small import change, pack, parts

TOKENS = [
    b"<",
    b">",
    b"&",
    b'"',
    b"'",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE x>",
    b"\0",
    b"\xff\xfe",
    b"\xc3(",
    b"A" * 5000,
    b'<c r="XFD1048576"/>',
    b"<row>",
    b"</row>",
    b"</sheetData>",
    b"<f>1+1</f>",
    b' t="e"',
    b' t="s"',
    b' t="str"',
    b' hidden="1"',
    b"&lt;",
    b"&#0;",
    b'<mergeCell ref="A1:ZZ99999"/>',
    b"1e400",
    b"-",
    b"9" * 400,
]
VALUES = [
    None,
    0,
    -1,
    1e15,
    12.5,
    45292,
    "",
    " ",
    "—",
    "无",
    "12万",
    "1e400",
    "NaN",
    "6,000.1",
    "1.234,5",
    "2024-02-30",
    "２０２４-01",
    "合计",
    "=1+1",
    "1",
    "001",
    "烟煤",
    "2",
    "是",
    "<v>1e400</v>",
    "<v></v>",
    "<v>abc</v>",
    "<f>1+1</f>",
    "<f>1+1</f><v>2</v>",
    "x" * 3000,
    "\u200b",
    "kg",
    "kcal/kg",
    "万m³",
    "t",
    "GJ/t",
    "th:day.FC_day",
    "月份",
]


def mutant(rng: random.Random, data: bytes) -> tuple[str, bytes, set[tuple[str, str]] | None]:
    """One damaged workbook: what was done, its bytes, and the cells that were changed if only cells were."""
    kind = rng.choice(("cells", "cells", "cells", "xml", "xml", "xml", "number", "part", "archive"))
    if kind == "cells":
        return _cells(rng, data)
    if kind == "archive":
        return kind, _bytes(rng, data), None
    contents = parts(data)
    name = rng.choice([n for n in contents if n.endswith((".xml", ".rels"))])
    if kind == "xml":
        contents[name] = _bytes(rng, contents[name])
    elif kind == "number":
        numbers = list(re.finditer(rb'(?<=")\d+(?=")', contents[name]))
        if numbers:
            at = rng.choice(numbers)
            fresh = str(rng.choice((0, 1, 2, 7, 99, 1048576, 10**9))).encode()
            contents[name] = contents[name][: at.start()] + fresh + contents[name][at.end() :]
    elif rng.random() < 0.5:
        del contents[name]
    else:
        other = rng.choice(list(contents))
        contents[name], contents[other] = contents[other], contents[name]
    return f"{kind} {name}", pack(contents), None


def _bytes(rng: random.Random, data: bytes) -> bytes:
    """Flip, cut, double or insert, once to three times."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        if not changed:
            break
        at = rng.randrange(len(changed))
        length = rng.choice((1, 2, 8, 64, 1000))
        what = rng.randrange(5)
        if what == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif what == 1:
            del changed[at : at + length]
        elif what == 2:
            changed[at:at] = changed[at : at + length]
        elif what == 3:
            changed[at:at] = rng.choice(TOKENS)
        else:
            changed[at : at + length] = bytes(rng.randrange(256) for _ in range(min(length, 8)))
    return bytes(changed)


def _cells(rng: random.Random, data: bytes) -> tuple[str, bytes, set[tuple[str, str]]]:
    contents = parts(data)
    sheets = re.findall(r'<sheet name="([^"]+)"', contents["xl/workbook.xml"].decode())
    changed: set[tuple[str, str]] = set()
    said = []
    for _ in range(rng.randint(1, 4)):
        number = rng.randrange(1, len(sheets))
        text = contents[f"xl/worksheets/sheet{number + 1}.xml"].decode()
        cells = re.findall(r'<c r="([A-Z]+\d+)"', text)
        if not cells:
            continue
        cell, value = rng.choice(cells), rng.choice(VALUES)
        data = change(data, sheets[number], {cell: value})
        changed.add((sheets[number], cell))
        said.append(f"{sheets[number]}!{cell} = {str(value)[:20]!r}")
    return "; ".join(said), data, changed


def repacked(data: bytes) -> bytes:
    """The same archive, packed by another hand: stored instead of deflated."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts(data).items():
            archive.writestr(name, content)
    return file.getvalue()
