"""The zip of a pack: deterministic, readable by others, and refused in every other spelling."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.evidence.verify.container import MOST, decode, encode, fit_path, twins

ITEMS = {"inputs.json": b"{}", "factors/a.csv": b"id\n", "报告/年度.txt": "排放".encode(), "z": b""}
GOOD = encode(ITEMS)


def codes(data: bytes) -> list[str]:
    return [each.code for each in decode(data, "x.zip").problems]


def test_it_is_a_zip_for_everybody_else() -> None:
    archive = zipfile.ZipFile(io.BytesIO(GOOD))
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == ITEMS
    assert archive.namelist() == sorted(ITEMS, key=str.encode)
    for info in archive.infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert (info.compress_type, info.extra, info.comment) == (zipfile.ZIP_STORED, b"", b"")


def test_order_of_items_makes_no_difference() -> None:
    assert encode(dict(reversed(ITEMS.items()))) == GOOD


@given(
    st.dictionaries(
        st.from_regex(r"[a-z烟]{1,4}(/[a-z]{1,3})?", fullmatch=True), st.binary(max_size=40), min_size=1
    )
)
def test_what_was_written_is_read(items: dict[str, bytes]) -> None:
    contents = decode(encode(items))
    assert contents.items == items
    assert contents.whole
    assert [each.code for each in contents.problems] == ["TH-P03"] * len(twins(items))


def written(**options: object) -> bytes:
    """The same items as Python's own zipfile writes them, with one thing done differently."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(ITEMS, key=str.encode):
            info = zipfile.ZipInfo(path, options.get("date", (1980, 1, 1, 0, 0, 0)))
            info.compress_type = options.get("compress", zipfile.ZIP_STORED)
            info.extra = options.get("extra", b"")
            info.comment = options.get("remark", b"")
            info.external_attr = options.get("attributes", 0)
            archive.writestr(info, ITEMS[path])
        archive.comment = options.get("comment", b"")
    return out.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"date": (2024, 1, 1, 0, 0, 0)},
        {"compress": zipfile.ZIP_DEFLATED},
        {"extra": struct.pack("<HH", 0xCAFE, 0)},
        {"remark": b"a comment"},
        {"attributes": 0o777 << 16},
        {"comment": b"a comment"},
    ],
)
def test_the_same_items_in_another_spelling(options: dict[str, object]) -> None:
    """Even a plain re-packing by another program is another spelling, and is refused."""
    assert codes(written(**options))


def put(offset: int, piece: bytes, data: bytes = GOOD) -> bytes:
    return data[:offset] + piece + data[offset + len(piece) :]


CENTRAL = GOOD.index(b"PK\x01\x02")
END = GOOD.index(b"PK\x05\x06")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "TH-P06"),
        (b"hello, world", "TH-P02"),
        (GOOD[END:], "TH-P02"),
        (b"#!/bin/sh\n" + GOOD, "TH-P02"),
        (GOOD + b"\0", "TH-P02"),
        (GOOD + GOOD, "TH-P02"),
        (GOOD[:-1], "TH-P06"),
        (GOOD[:CENTRAL], "TH-P06"),
        (GOOD[:END], "TH-P06"),
        (GOOD[:40], "TH-P06"),
        (GOOD[:10], "TH-P06"),
        (GOOD[:CENTRAL] + b"gap" + GOOD[CENTRAL:], "TH-P02"),
        (put(6, b"\x01\x08"), "TH-P05"),
        (put(6, b"\x08\x08"), "TH-P05"),
        (put(8, b"\x08\x00"), "TH-P05"),
        (put(18, b"\x04\x00"), "TH-P05"),
        (put(28, b"\x01\x00"), "TH-P05"),
        (put(14, b"\0\0\0\0"), "TH-P02"),
        (put(CENTRAL + 42, b"\x07"), "TH-P02"),
        (put(CENTRAL + 8, b"\x01\x08"), "TH-P02"),
        (put(END + 8, b"\x03\x00"), "TH-P02"),
        (put(END + 20, b"\x01\x00"), "TH-P02"),
    ],
)
def test_bytes_out_of_place(data: bytes, code: str) -> None:
    assert code in codes(data)
    assert not (code == "TH-P05" and decode(data).whole)


def test_the_first_difference_is_located() -> None:
    """By item, part and byte: the date in the second item's header, the middle of the first one's content."""
    second = 30 + len("factors/a.csv") + len(ITEMS["factors/a.csv"])
    found = decode(put(second + 12, b"\x22")).problems[0]
    assert (found.place.key, dict(found.params)["offset"]) == ("inputs.json", str(second + 12))
    assert "header" in dict(found.params)["part_en"]
    cut = decode(GOOD[: second - 1])
    assert (cut.problems[0].code, cut.problems[0].place.key, cut.whole) == ("TH-P06", "factors/a.csv", False)
    gap = decode(GOOD[:CENTRAL] + b"gap" + GOOD[CENTRAL:])
    assert (gap.whole, dict(gap.problems[0].params)["offset"]) == (False, str(CENTRAL))


def test_every_field_is_as_the_zip_specification_numbers_it() -> None:
    """One item worked by hand after APPNOTE 4.3.7, 4.3.12 and 4.3.16; the CRC-32 of "x" is 0x8CDC1683."""
    shared = "1400 0008 0000 0000 2100 8316dc8c 01000000 01000000 0100"
    local = f"504b0304 {shared} 0000 61 78"
    central = f"504b0102 1400 {shared} 0000 0000 0000 0000 00000000 00000000 61"
    end = "504b0506 0000 0000 0100 0100 2f000000 20000000 0000"
    assert encode({"a": b"x"}) == bytes.fromhex(local + central + end)


def doubled(first: bytes, second: bytes) -> bytes:
    """A zip with two entries of one name, which lenient readers resolve each in their own way."""
    one, two = encode({"a": first}), encode({"a": second})
    size = 30 + 1 + len(first)
    body = one[:size] + two[: 30 + 1 + len(second)]
    records = one[size:-22] + two[30 + 1 + len(second) : -22]
    return body + records + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(records), len(body), 0)


def test_one_name_twice() -> None:
    found = decode(doubled(b"x", b"yy"))
    assert ([each.code for each in found.problems], found.whole) == (["TH-P04"], False)


def test_too_many_items() -> None:
    assert codes(encode({f"n{number}": b"" for number in range(MOST + 1)})) == ["TH-P04"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        "C:/x",
        "a\\b",
        "a\0b",
        "a\nb",
        " a",
        "a ",
        "a.",
        "e\u0301",
        "a\u202eb",
        "\ud800",
        "x" * 101,
        "a/" * 121 + "b",
        "a*b",
        "..",
    ],
)
def test_paths_that_may_not_be(path: str) -> None:
    assert not fit_path(path)


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../b", "a\\b"])
def test_such_a_path_in_a_zip(path: str) -> None:
    assert codes(encode({path: b"x"})) == ["TH-P03"]


def test_the_longest_path() -> None:
    assert fit_path("/".join(["x" * 60] * 3 + ["y" * 57]))
    assert not fit_path("/".join(["x" * 60] * 3 + ["y" * 58]))
    assert fit_path("x" * 100)


def test_paths_that_cannot_both_be_unpacked() -> None:
    assert twins(["a", "A", "b/c", "b-d"]) == ["A"] or twins(["a", "A", "b/c", "b-d"]) == ["a"]
    assert twins(["x", "x-y", "x/y"]) == ["x/y"]
    assert "TH-P03" in codes(encode({"Result.json": b"1", "result.json": b"2"}))


@pytest.mark.drill
def test_every_changed_byte_shows(rounds: Callable[[int, int], int], rng: random.Random) -> None:
    """A changed zip is refused, or is the correct zip of other items, which the manifest then contradicts."""
    for _ in range(rounds(3_000, 100_000)):
        at, piece = rng.randrange(len(GOOD)), rng.randbytes(rng.randint(1, 4))
        data = rng.choice(
            (put(at, piece), GOOD[:at] + piece + GOOD[at:], GOOD[:at] + GOOD[at + len(piece) :])
        )
        if data != GOOD:
            contents = decode(data)
            assert contents.problems or (contents.items != ITEMS and encode(contents.items) == data), data
