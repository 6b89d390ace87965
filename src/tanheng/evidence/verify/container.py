"""The one zip that a set of items can be: written here, and read by writing it again and comparing bytes.

Items are sorted by their UTF-8 path, stored without compression, dated 1980-01-01, with no extra field,
comment or attribute. Because the form has no freedom, a reader needs no list of tricks: whatever differs from
the rewritten zip (bytes before, between or after, another date, a directory that contradicts the headers) is
found and located.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from unicodedata import is_normalized
from zlib import crc32

from tanheng.kernel.problems import Place, Problem, problem

LARGEST = 512 * 1024 * 1024
"""Bytes of the largest pack; far below the 4 GiB at which zip changes its form."""
MOST = 5_000
"""Items of the fullest pack."""

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UTF8, _STORED, _TIME, _DATE = 20, 0x0800, 0, 0, 0x0021
_SEGMENT = re.compile(r"[^\\/:*?\"<>|]{1,100}")


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read: items by path as far as they go, the faults, and whether the end was reached."""

    items: dict[str, bytes]
    problems: tuple[Problem, ...]
    whole: bool


def fit_path(path: str) -> bool:
    """Tell whether a path may name an item: relative, printable, NFC, no "..", blank edge or wild card."""
    segments = path.split("/")
    return (
        path.isprintable()
        and len(path.encode()) <= 240
        and is_normalized("NFC", path)
        and all(_SEGMENT.fullmatch(s) and s[-1] not in " ." and s[0] != " " for s in segments)
    )


def twins(paths: Iterable[str]) -> list[str]:
    """Paths that equal another but for case, or lie inside another: the two cannot both be unpacked."""
    seen: set[str] = set()
    found = []
    for path in sorted(paths, key=str.casefold):
        folded = path.casefold()
        above = {folded[:at] for at, letter in enumerate(folded) if letter == "/"}
        if folded in seen or above & seen:
            found.append(path)
        seen.add(folded)
    return found


def encode(items: Mapping[str, bytes]) -> bytes:
    """Write the zip. The caller has checked paths and sizes (`fit_path`, `LARGEST`, `MOST`)."""
    return b"".join(piece for _, _, piece in _pieces(items))


def decode(data: bytes, file: str = "") -> Contents:
    """Read a zip of exactly the form that `encode` writes.

    Problems: TH-P02 bytes out of place, TH-P03 a path that may not be, TH-P04 a path twice, TH-P05 encrypted,
    compressed or otherwise flagged, TH-P06 cut short. Where reading had to stop early, `whole` is False and
    `items` holds the part before.
    """
    items: dict[str, bytes] = {}
    offset = 0
    while data[offset : offset + 4] == b"PK\x03\x04":
        entry = _entry(data, offset, file)
        if isinstance(entry, Problem):
            return Contents(items, (entry,), False)
        start = offset
        path, body, flags, method, offset = entry
        place = Place(file=file, key=path)
        if flags != _UTF8 or method != _STORED:
            return Contents(items, (_unfit(place, start, flags, method),), False)
        if path in items or len(items) >= MOST:
            return Contents(items, (problem("TH-P04", place),), False)
        items[path] = body
    if not items or data[offset : offset + 4] != b"PK\x01\x02":
        return Contents(items, (_broken(data, offset, items, file),), False)
    unfit = [problem("TH-P03", Place(file=file, key=path)) for path in items if not fit_path(path)]
    unfit += [problem("TH-P03", Place(file=file, key=path)) for path in twins(items)]
    fault = _difference(data, items, file)
    return Contents(items, (*unfit, fault) if fault else tuple(unfit), True)


def _pieces(items: Mapping[str, bytes]) -> Iterator[tuple[str, str, bytes]]:
    """The zip in order: path, part (header, content, directory, end) and bytes."""
    directory: list[tuple[str, str, bytes]] = []
    offset = 0
    for path in sorted(items, key=lambda each: each.encode()):
        name, body = path.encode(), items[path]
        shared = (_VERSION, _UTF8, _STORED, _TIME, _DATE, crc32(body), len(body), len(body), len(name))
        header = _LOCAL.pack(b"PK\x03\x04", *shared, 0) + name
        record = _CENTRAL.pack(b"PK\x01\x02", _VERSION, *shared, 0, 0, 0, 0, 0, offset) + name
        directory.append((path, "directory", record))
        yield path, "header", header
        yield path, "content", body
        offset += len(header) + len(body)
    yield from directory
    length = sum(len(piece) for _, _, piece in directory)
    count = len(directory)
    yield "", "end", _END.pack(b"PK\x05\x06", 0, 0, count, count, length, offset, 0)


def _entry(data: bytes, offset: int, file: str) -> Problem | tuple[str, bytes, int, int, int]:
    """Read one entry: path, content, flags, method and the offset after it."""
    start = offset + _LOCAL.size
    if start > len(data):
        return problem("TH-P06", Place(file=file), offset=len(data))
    _, _, flags, method, _, _, _, stored, size, name_size, extra_size = _LOCAL.unpack_from(data, offset)
    raw = data[start : start + name_size]
    path = raw.decode("utf-8", "backslashreplace")
    place = Place(file=file, key=path)
    body = start + name_size + extra_size
    if body + stored > len(data):
        return problem("TH-P06", place, offset=len(data))
    if stored != size or extra_size:
        return _unfit(place, offset, flags, method)
    return path, data[body : body + stored], flags, method, body + stored


def _unfit(place: Place, offset: int, flags: int, method: int) -> Problem:
    return problem("TH-P05", place, offset=offset, flags=flags, method=method)


def _difference(data: bytes, items: Mapping[str, bytes], file: str) -> Problem | None:
    """The first byte that `encode` would have written otherwise."""
    view, offset = memoryview(data), 0
    for path, part, piece in _pieces(items):
        seen = view[offset : offset + len(piece)]
        if seen != piece:
            at = next((i for i, (a, b) in enumerate(zip(seen, piece, strict=False)) if a != b), len(seen))
            if offset + at >= len(data):
                return problem("TH-P06", Place(file=file, key=path), offset=len(data))
            return _out_of_place(file, path, part, offset + at)
        offset += len(piece)
    return None if offset == len(data) else _out_of_place(file, "", "after", offset)


def _broken(data: bytes, offset: int, items: dict[str, bytes], file: str) -> Problem:
    last = next(reversed(items), "")
    if offset >= len(data):
        return problem("TH-P06", Place(file=file, key=last), offset=offset)
    return _out_of_place(file, last, "next" if items else "start", offset)


_PARTS = {
    "header": ("文件头", "header"),
    "content": ("内容", "content"),
    "directory": ("目录记录", "directory record"),
    "end": ("结尾记录", "end record"),
    "after": ("结尾之后", "bytes after the end"),
    "next": ("该项之后", "what follows this item"),
    "start": ("文件开头", "start of the file"),
}


def _out_of_place(file: str, path: str, part: str, offset: int) -> Problem:
    zh, en = _PARTS[part]
    return problem("TH-P02", Place(file=file, key=path), part_zh=zh, part_en=en, offset=offset)
