"""The instruments: every standard and regulation that a value or a step cites, one TOML file each."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tanheng.kernel.problems import Place, Problem, Refused, refuse

_ID = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_DAY = re.compile(r"(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?", re.ASCII)
_KEYS = ("id", "title", "number", "issuer", "issued", "force", "until", "aliases", "certainty", "note")
_DASHES = str.maketrans({"—": "-", "–": "-", "‐": "-", "－": "-", "　": " ", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Instrument:
    """A standard or regulation; its days are as precise as they are known: a day, a month or a year."""

    id: str
    zh: str
    en: str
    number: str
    issuer: str
    issued: str
    force: str
    until: str
    aliases: tuple[str, ...]
    certainty: str
    note: str

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that a law text may begin with to mean this instrument."""
        return tuple(dict.fromkeys(filter(None, (self.id, self.number, self.zh, *self.aliases))))


class InstrumentLibrary:
    """Instruments by id and alias; files are read when first needed."""

    def __init__(self, files: Mapping[str, Traversable]) -> None:
        self._files = files
        self._read: dict[str, Instrument] = {}
        self._names: dict[str, str] = {}

    @classmethod
    def load(cls, folders: Iterable[Path] = ()) -> InstrumentLibrary:
        """The shipped instruments and those of the user's library folders (`<folder>/instruments/<id>.toml`).

        Raises:
            Refused: TH-L12 an own file with the id of a shipped one, or one that is not in order.
        """
        files = _files(importlib.resources.files("tanheng.library") / "instruments")
        own: list[str] = []
        for path in folders:
            folder = Path(path) / "instruments"
            for id, file in (_files(folder) if folder.is_dir() else {}).items():
                if id in files:
                    raise _faulty(f"{id}.toml", "id", id, "尚未登记的编号", "an id that is not taken")
                files[id] = file
                own.append(id)
        library = cls(files)
        for id in own:
            library.get(id)
        if own:
            library._index()
        return library

    def ids(self) -> tuple[str, ...]:
        """The ids of all instruments, sorted."""
        return tuple(sorted(self._files))

    def __contains__(self, id: str) -> bool:
        return id in self._files

    def get(self, name: str) -> Instrument:
        """The instrument of an id or alias.

        Raises:
            Refused: TH-L11 unknown, TH-L12 a file that is not in order.
        """
        if name in self._files:
            if name not in self._read:
                self._read[name] = _instrument(name, self._files[name].read_bytes())
            return self._read[name]
        known = self._index().get(_plain(name))
        if known is None:
            raise self._unknown(name)
        return self.get(known)

    def source(self, id: str) -> bytes:
        """The file of an instrument as it stands in the library. Raises Refused TH-L11."""
        return self._files[self.get(id).id].read_bytes()

    def resolve(self, law_text: str) -> Instrument:
        """The instrument that a law text begins with: "G23 6.2 式(2)", "GB/T 32151.1-2015 5.2.2".

        Raises:
            Refused: TH-L11 when the text begins with no id or alias, TH-L12 a file that is not in order.
        """
        text = _plain(law_text)
        first = text.split(" ", 1)[0]
        if first in self._files:
            return self.get(first)
        # the longest name first, so that GB/T 32151.10 is not read as GB/T 32151.1
        for name in sorted(self._index(), key=len, reverse=True):
            if text.startswith(name) and not re.match(r"[\w.-]", text[len(name) :], re.ASCII):
                return self.get(self._names[name])
        raise self._unknown(law_text)

    def _index(self) -> Mapping[str, str]:
        if not self._names:
            names: dict[str, str] = {}
            found: list[Problem] = []
            for id in self.ids():
                for name in map(_plain, self.get(id).names):
                    if names.setdefault(name, id) != id:
                        zh, en = f"没有被 {names[name]} 使用的名称", f"a name not used by {names[name]}"
                        found.extend(_faulty(f"{id}.toml", "aliases", name, zh, en).problems)
            if found:
                raise Refused(found)
            self._names = names
        return self._names

    def _unknown(self, text: str) -> Refused:
        plain = _plain(text)
        shared = {name: _shared(plain, name) for name in self._index()}
        most = max(3, *shared.values())
        near = sorted(name for name, length in shared.items() if length == most)[:4]
        said = {"near_zh": f"；相近的有：{'、'.join(near)}", "near_en": f"; near it: {', '.join(near)}"}
        return refuse("TH-L11", seen=text, **(said if near else {"near_zh": "", "near_en": ""}))


def _files(folder: Traversable) -> dict[str, Traversable]:
    return {each.name[:-5]: each for each in folder.iterdir() if each.name.endswith(".toml")}


def _plain(text: str) -> str:
    """One spelling for dashes and blanks: GB/T 8170—2008 and GB/T 8170-2008 are the same document."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_DASHES).split())


def _shared(one: str, other: str) -> int:
    """How many characters two names have in common from their start."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _instrument(id: str, data: bytes) -> Instrument:
    file = f"{id}.toml"
    try:
        table: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _faulty(file, "-", str(error), "UTF-8 的 TOML", "TOML in UTF-8") from None
    for key in table:
        if key not in _KEYS:
            raise _faulty(file, key, key, f"以下键之一：{', '.join(_KEYS)}", f"one of {', '.join(_KEYS)}")
    title = table.get("title")
    if not isinstance(title, dict) or set(title) != {"zh", "en"} or not all(map(_line, title.values())):
        raise _faulty(file, "title", title, "zh 与 en 两个名称", "a zh and an en title")
    aliases = table.get("aliases", [])
    if not isinstance(aliases, list) or not all(_line(each) for each in aliases):
        raise _faulty(file, "aliases", aliases, "名称的列表", "a list of names")
    texts = {key: table.get(key, "") for key in _KEYS if key not in ("title", "aliases")}
    for key, text in texts.items():
        if not (text == "" or _line(text)) or not _right(key, text, id):
            raise _faulty(file, key, text, *_WANTED.get(key, ("一行文字", "one line of text")))
    return Instrument(zh=title["zh"], en=title["en"], aliases=tuple(aliases), **texts)


_WANTED: Mapping[str, Sequence[str]] = {
    "id": ("与文件名相同的编号", "the id that the file is named by"),
    "certainty": (" sure 或 check", "sure or check"),
    "issued": ("日期，如 2022-12-21、2022-12 或 2022", "a day such as 2022-12-21, 2022-12 or 2022"),
    "force": ("日期，如 2022-12-21、2022-12 或 2022", "a day such as 2022-12-21, 2022-12 or 2022"),
    "until": ("日期，如 2022-12-21、2022-12 或 2022", "a day such as 2022-12-21, 2022-12 or 2022"),
}


def _right(key: str, text: str, id: str) -> bool:
    if key == "id":
        return text == id and bool(_ID.fullmatch(text))
    if key == "certainty":
        return text in ("sure", "check")
    return key not in ("issued", "force", "until") or bool(_DAY.fullmatch(text))


def _line(text: object) -> bool:
    return isinstance(text, str) and text.isprintable() and bool(text) and text == text.strip()


def _faulty(file: str, key: str, seen: object, zh: str, en: str) -> Refused:
    return refuse("TH-L12", Place(file=file), key=key, seen=seen, wanted_zh=zh, wanted_en=en)
