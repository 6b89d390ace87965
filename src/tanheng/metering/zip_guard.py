"""What a file is, by its content, and whether an archive may be opened at all.

Runs inside the guarded subprocess.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field

MAX_FILE = 64_000_000
MAX_PART = 240_000_000
MAX_TOTAL = 320_000_000
MAX_PARTS = 2_000
MAX_RATIO = 300
"""Office XML of repeated rows packs 10 to 60 times; a bomb packs 1000 times."""

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|table|head|meta|style|div|\?xml|!--)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem found while the file is opened: its code, sheet, cell and texts.

    The parent makes the `Problem`.
    """

    code: str
    sheet: str = ""
    cell: str = ""
    params: dict[str, str] = field(default_factory=dict)

    def plain(self) -> tuple[str, str, str, dict[str, str]]:
        """As marshal can carry it."""
        return (self.code, self.sheet, self.cell, self.params)


class Stop(Exception):
    """The file cannot be read on; carries the one finding that says why."""

    def __init__(self, code: str, sheet: str = "", cell: str = "", **params: str) -> None:
        self.finding = Finding(code, sheet, cell, params)
        super().__init__(code)


def sniff(head: bytes) -> str:
    """The type of a file from its first bytes: zip, ole, html, text or unknown."""
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return "zip"
    if head[:8] == _OLE:
        return "ole"
    if _HTML.match(head):
        return "html"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" not in head:
        return "text"
    return "unknown"


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a zip whose directory is sane. Nothing is unpacked yet.

    Raises:
        Stop: TH-I08 damaged, TH-I09 unsafe names, TH-I06 encrypted, TH-I07 too large.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, OverflowError) as error:
        raise Stop("TH-I08", seen=str(error)) from None
    if len(parts) > MAX_PARTS:
        raise Stop("TH-I07", what="parts", seen=str(len(parts)), wanted=str(MAX_PARTS))
    names: set[str] = set()
    for part in parts:
        _check_name(part.filename, names)
        if part.flag_bits & 0x1:
            raise Stop("TH-I06")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Stop("TH-I08", seen=f"{part.filename}: method {part.compress_type}")
        if part.file_size > MAX_PART or part.file_size > MAX_RATIO * max(part.compress_size, 4096):
            seen = f"{part.filename}: {part.compress_size} → {part.file_size} B"
            raise Stop("TH-I07", what="bytes", seen=seen, wanted=str(MAX_PART))
    packed, total = sum(p.compress_size for p in parts), sum(p.file_size for p in parts)
    if total > MAX_TOTAL:
        raise Stop("TH-I07", what="bytes", seen=str(total), wanted=str(MAX_TOTAL))
    if packed > len(data):
        # entries that overlap share their bytes: the trick of archives that unpack to more than they seem to
        raise Stop("TH-I09", seen="overlap")
    return archive


def _check_name(name: str, names: set[str]) -> None:
    folded = name.replace("\\", "/").lower()
    parts = folded.split("/")
    if (
        not name
        or folded.startswith("/")
        or ".." in parts
        or ":" in parts[0]
        or "\0" in name
        or folded in names
    ):
        raise Stop("TH-I09", seen=name)
    names.add(folded)


def unpack(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, whole, with its checksum compared.

    Raises:
        Stop: TH-I08 missing or damaged, TH-I09 a document type declaration (entities could unfold without
        end).
    """
    try:
        data = archive.read(name)
    except KeyError:
        raise Stop("TH-I08", seen=name) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as error:
        raise Stop("TH-I08", seen=f"{name}: {error}") from None
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Stop("TH-I09", seen=f"{name}: DOCTYPE")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Stop("TH-I08", seen=f"{name}: UTF-16")
    return data


def office_kind(archive: zipfile.ZipFile) -> str:
    """What an archive holds: xlsx, xlsb, ods, docx or zip."""
    names = {name.lower() for name in archive.namelist()}
    if "[content_types].xml" in names:
        if any(n.startswith("xl/") and n.endswith(".bin") and "workbook" in n for n in names):
            return "xlsb"
        if any(n.startswith("xl/") for n in names):
            return "xlsx"
        return "docx" if any(n.startswith("word/") for n in names) else "zip"
    return "ods" if "mimetype" in names and "content.xml" in names else "zip"


def check_ole(data: bytes) -> list[Finding]:
    """Old binary workbooks: refuse encrypted ones and other documents, say what cannot be seen inside them.

    Raises:
        Stop: TH-I06 encrypted, TH-I05 not a workbook.
    """

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise Stop("TH-I06")
    if not (holds("Workbook") or holds("Book")) or holds("WordDocument") or holds("PowerPoint Document"):
        raise Stop("TH-I05", seen="OLE")
    found = [Finding("TH-I16")]
    if holds("_VBA_PROJECT"):
        found.append(Finding("TH-I10", params={"seen": "VBA"}))
    return found
