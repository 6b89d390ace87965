"""Files from and for people: refused with a reason when they cannot be read, written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tanheng.kernel.problems import Place, Refused, printable, refuse

_REASONS = {
    errno.EACCES: ("没有权限", "permission denied"),
    errno.EPERM: ("没有权限", "permission denied"),
    errno.EROFS: ("文件系统只读", "the file system is read-only"),
    errno.ENOSPC: ("磁盘已满", "the disk is full"),
    errno.EDQUOT: ("超出磁盘配额", "the disk quota is used up"),
    errno.EFBIG: ("超出文件大小限制", "the limit of file size is exceeded"),
    errno.ENAMETOOLONG: ("名称太长", "the name is too long"),
    errno.EISDIR: ("是文件夹", "it is a folder"),
    errno.ENOTDIR: ("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EEXIST: ("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.ENOENT: ("文件夹不存在", "there is no such folder"),
    errno.ELOOP: ("链接成环", "its links run in a circle"),
}
_FOLDER = _REASONS[errno.EISDIR]
_EMPTY = ("文件是空的", "it is empty")
_SPECIAL = ("不是普通文件", "it is no regular file")
_NUL = ("名称不合法", "the name is not valid")


def said(path: str | Path) -> str:
    """A path as text that can be printed and stored: names of another age are read as GBK, never lost."""
    text = str(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(text).decode("gb18030", errors="replace")
    return text


def readable(path: str | Path) -> Path:
    """The path of a regular file with something in it. Raises Refused TH-A01 not there, TH-A06 and why."""
    place = Place(file=printable(said(Path(path).name)))
    if "\0" in str(path):
        raise _unreadable(place, path, _NUL)
    try:
        file = Path(path)
        if file.is_file():
            with file.open("rb") as stream:
                if not stream.read(1):
                    raise _unreadable(place, path, _EMPTY)
            return file
        if not file.exists():
            raise refuse("TH-A01", place, seen=said(path))
        raise _unreadable(place, path, _FOLDER if file.is_dir() else _SPECIAL)
    except OSError as error:
        raise _unreadable(place, path, why(error)) from None


def free(path: str | Path, force: bool, *sources: str | Path) -> Path:
    """A path that may be written: no folder or device, none of the inputs, nothing there unless forced.

    Raises:
        Refused: TH-A04 a file is there, TH-A05 it cannot be written, TH-A07 it is one of the inputs.
    """
    place = Place(file=printable(said(Path(path).name)))
    if "\0" in str(path):
        raise _unwritable(path, _NUL)
    try:
        # a link stays a link, and what it points to is replaced
        target = Path(path).resolve() if Path(path).is_symlink() else Path(path)
        if not target.exists():
            return target
        if not target.is_file():
            raise _unwritable(path, _FOLDER if target.is_dir() else _SPECIAL)
        if any(Path(source).exists() and target.samefile(source) for source in sources):
            raise refuse("TH-A07", place, seen=said(path))
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, why(error)) from None
    if not force:
        raise refuse("TH-A04", place, seen=said(path))
    return target


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; it takes the name once it is whole on the disk, else it is removed.

    Raises:
        Refused: TH-A05 with the reason of the operating system.
    """
    # a name of our own: that of a file of 250 letters has no room for an ending
    part = path.parent / f".tanheng-{os.getpid()}-{secrets.token_hex(4)}.part"
    missing = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        _remove(part, missing)
        if not isinstance(error, OSError):
            raise
        raise _unwritable(path, why(error)) from None


def put(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all. Raises Refused TH-A05."""
    with writing(path) as part:
        part.write_bytes(data)
    return path


def why(error: BaseException) -> tuple[str, str]:
    """The reason of an error of the operating system, in Chinese and English."""
    number = getattr(error, "errno", None)
    if number in _REASONS:
        return _REASONS[number]
    text = getattr(error, "strerror", None) or str(error)
    return text, text


def _remove(part: Path, folders: Iterable[Path]) -> None:
    """Leave nothing of what was not finished: neither the part nor the folders that were made for it."""
    try:
        part.unlink(missing_ok=True)
        for folder in folders:
            folder.rmdir()
    except OSError:
        # out of reach, or in use by others by now; what stopped the writing has been said already
        return


def _unreadable(place: Place, path: str | Path, reason: tuple[str, str]) -> Refused:
    return refuse("TH-A06", place, seen=said(path), reason_zh=reason[0], reason_en=reason[1])


def _unwritable(path: str | Path, reason: tuple[str, str]) -> Refused:
    place = Place(file=printable(said(Path(path).name)))
    return refuse("TH-A05", place, seen=said(path), reason_zh=reason[0], reason_en=reason[1])
