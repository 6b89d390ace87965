"""Methods: found in folders or a sealed pack, read, checked as a whole, refused when they do not fit."""

from __future__ import annotations

import importlib.resources
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tanheng.formula.model import Given, Method, Scope, Way
from tanheng.formula.order import sorted_steps
from tanheng.kernel.canonical import digest
from tanheng.kernel.problems import Place, Refused, refuse
from tanheng.library.fills import read_fills
from tanheng.library.method_check import Laws, bridge_problems, problems_of, prune
from tanheng.library.method_ends import read_ends
from tanheng.library.method_file import MethodFile
from tanheng.library.method_keys import check_keys
from tanheng.library.overlay import laid_over, own_names

MAX_BYTES = 2_000_000


def read_method(
    data: bytes,
    file: str,
    laws: Laws | None = None,
    base_of: Callable[[str], Method] | None = None,
    judged: Method | None = None,
) -> Method:
    """Read and check one method file.

    Args:
        data: The bytes of method.toml, UTF-8.
        file: Its name for problems.
        laws: When given, every `law` text must name a known instrument.
        base_of: Finds the method that a file says it is `based_on`.
        judged: The method that a file of rules is laid over.

    Raises:
        Refused: every problem found, TH-M.. and TH-U...
    """
    text, own = _parsed(data, Place(file=file))
    base, raw = _whole(own, file, base_of, judged)
    parts = MethodFile(file, raw)
    parts.read()
    read_ends(parts)
    parts.fills = read_fills(parts)
    if raw.get("prune"):
        prune(parts, own_names(own))
    # parts that are missing would be reported again by every formula that reads them
    found = parts.problems or problems_of(parts, laws) + bridge_problems(parts, base)
    if found:
        raise Refused(found)
    rounding = raw.get("rounding", {})
    return Method(
        id=raw["id"],
        zh=raw["zh"],
        en=raw.get("en", ""),
        law=raw["law"],
        boundary=raw["boundary"],
        force=str(raw["force"]),
        until=str(raw.get("until", "")),
        replaces=raw.get("replaces", ""),
        rounding_law=rounding.get("law", ""),
        rounding_certainty=rounding.get("certainty", "sure"),
        scopes=parts.scopes,
        givens=parts.givens,
        constants=parts.constants,
        tables=parts.tables,
        steps=parts.steps,
        answers=parts.answers,
        checks=tuple(parts.checks),
        notes=tuple(parts.notes),
        bridge=tuple(parts.bridge),
        sequence=tuple(sorted_steps(parts.steps)),
        digest=digest(data),
        text=text,
        base=base,
        own=own_names(own),
        fills=tuple(parts.fills),
    )


def _parsed(data: bytes, place: Place) -> tuple[str, dict[str, Any]]:
    """The text of a file and what it declares. Refused TH-M00 where it is no TOML."""
    if len(data) > MAX_BYTES:
        raise refuse("TH-M00", place, seen=f"{len(data)} B", wanted=f"≤ {MAX_BYTES} B")
    try:
        text = data.decode("utf-8")
        return text, _raw(text)
    except (ValueError, RecursionError) as error:
        # ValueError is what TOML, UTF-8 and an integer of 5000 digits fail with
        raise refuse("TH-M00", place, seen=str(error), wanted="TOML 1.0, UTF-8") from None


def _whole(
    own: dict[str, Any], file: str, base_of: Callable[[str], Method] | None, judged: Method | None
) -> tuple[Method | None, dict[str, Any]]:
    """What a file is laid over, and the whole that comes of it."""
    base = judged
    if "based_on" in own and judged is None:
        if base_of is None or not isinstance(own["based_on"], str):
            raise refuse("TH-M20", Place(file=file, key="based_on"), seen=str(own["based_on"]), wanted="—")
        base = base_of(own["based_on"])
    if base is None:
        return None, own
    place = Place(file=file)
    check_keys(own, "", place)
    raw = laid_over(_merged(base), own, place)
    if judged is not None:
        raw["id"] = f"{own.get('id', '')}@{judged.id}"
        # rules hold as long as what they judge: values of the law are asked for those days alone
        raw |= {"until": judged.until} if judged.until else {}
    return base, raw


@lru_cache(maxsize=32)
def _raw(text: str) -> dict[str, Any]:
    """What a file declares. Nobody changes it: a base is read once for all that is laid over it."""
    # words are compared by code points, so every text of the file takes the form that canonical JSON has
    return tomllib.loads(unicodedata.normalize("NFC", text))


def _merged(method: Method) -> dict[str, Any]:
    """A method as one file would declare it, its own base laid under it."""
    own = _raw(method.text)
    return laid_over(_merged(method.base), own, Place(key=method.id)) if method.base else own


class MethodLibrary:
    """Methods by id, from folders that hold one folder a method. Later ones extend; a taken id is refused."""

    def __init__(
        self,
        sources: Mapping[str, Traversable | bytes],
        laws: Laws | None = None,
        rules: Mapping[str, Traversable | bytes] | None = None,
    ) -> None:
        self._sources, self._rules = dict(sources), dict(rules or {})
        self._laws = laws
        self._loaded: dict[str, Method] = {}
        self._loading: list[str] = []

    def ids(self) -> list[str]:
        """Every method id, sorted."""
        return sorted(self._sources)

    def get(self, method_id: str) -> Method:
        """The method of that id.

        Raises:
            Refused: TH-M20 unknown id, TH-M04 methods based on each other, and what its file is refused for.
        """
        if method_id not in self._sources:
            raise refuse("TH-M20", Place(key=method_id), seen=method_id, wanted=", ".join(self.ids()))
        if method_id not in self._loaded:
            file = f"{method_id}/method.toml"
            if method_id in self._loading:
                seen = " → ".join([*self._loading[self._loading.index(method_id) :], method_id])
                raise refuse("TH-M04", Place(file=file, key="based_on"), seen=seen)
            self._loading.append(method_id)
            try:
                method = read_method(_bytes(self._sources[method_id], "method"), file, self._laws, self.get)
            finally:
                self._loading.pop()
            if method.id != method_id:
                raise refuse("TH-M02", Place(file=file, key="id"), seen=method.id, wanted=method_id)
            self._loaded[method_id] = method
        return self._loaded[method_id]

    def earlier(self, method: Method) -> Method | None:
        """The method that this one replaced, where it is at hand.

        Raises:
            Refused: TH-M21 both are in force on one day, so that a month lies in two rule periods.
        """
        if method.replaces not in self._sources or method.replaces == method.id:
            return None
        found = self.get(method.replaces)
        if not found.until or found.until >= method.force:
            raise refuse(
                "TH-M21",
                Place(file=f"{method.id}/method.toml", key="replaces"),
                seen=f"{found.id} {found.force}…{found.until} / {method.id} {method.force}…{method.until}",
                wanted=f"{found.id} until < {method.force}",
            )
        return found

    def declared(self, ids: Iterable[str]) -> frozenset[str]:
        """The names that the files of these methods declare themselves; a file that is refused names none."""
        found: frozenset[str] = frozenset()
        for each in ids:
            with suppress(KeyError, ValueError, RecursionError):
                found |= own_names(_raw(_bytes(self._sources[each], "method").decode("utf-8")))
        return found

    def rules(self) -> list[str]:
        """Every id of a set of rules, sorted."""
        return sorted(self._rules)

    def judging(self, rules_id: str, method: Method) -> Method | None:
        """A set of rules laid over the method that it judges; None where it does not judge that method."""
        key = f"{rules_id}@{method.id}"
        if rules_id not in self._rules:
            raise refuse("TH-M20", Place(key=rules_id), seen=rules_id, wanted=", ".join(self.rules()))
        if key not in self._loaded:
            data, file = _bytes(self._rules[rules_id], "rules"), f"{rules_id}/rules.toml"
            if method.id not in _judged(data):
                return None
            self._loaded[key] = read_method(data, file, self._laws, judged=method)
        return self._loaded[key]

    def papers(self, method: Method) -> tuple[dict[str, Scope], dict[str, Given]]:
        """The scopes and givens that rules add to a method: what their formulas read and its own never do."""
        scopes: dict[str, Scope] = {}
        givens: dict[str, Given] = {}
        for rules_id in self._rules:
            data, file = _bytes(self._rules[rules_id], "rules"), f"{rules_id}/rules.toml"
            if method.id in _judged(data):
                own = _raw(data.decode("utf-8"))
                above = {**_merged(method).get("scope", {}), **own.get("scope", {})}
                # the formulas, which take long to check, have nothing to do with a form
                parts = MethodFile(file, {"scope": above, "given": own.get("given", [])})
                parts.read()
                if parts.problems:
                    raise Refused(parts.problems)
                scopes |= {name: s for name, s in parts.scopes.items() if name not in method.scopes}
                givens |= {name: g for name, g in parts.givens.items() if name not in method.givens}
        return scopes, givens

    def folder(self, method_id: str) -> Traversable | None:
        """Where the method's cases and notes lie; None for a method from a pack."""
        # rules laid over a method bear its name behind an @
        source = self._rules.get(method_id.partition("@")[0]) or self._sources.get(method_id)
        return None if isinstance(source, bytes) else source


def _bytes(source: Traversable | bytes, kind: str) -> bytes:
    return source if isinstance(source, bytes) else (source / f"{kind}.toml").read_bytes()


def _judged(data: bytes) -> list[str]:
    try:
        listed = _raw(data.decode("utf-8")).get("judges", [])
    except (ValueError, RecursionError):
        return []
    return listed if isinstance(listed, list) else []


def load_methods(own: Iterable[Path] = (), laws: Laws | None = None) -> MethodLibrary:
    """The shipped methods and rules, and those of own folders (`<folder>/methods/<id>/method.toml`)."""
    folders = tuple(map(Path, own))
    return _shipped() if not folders and laws is None else _loaded(folders, laws)


@cache
def _shipped() -> MethodLibrary:
    # what is shipped does not change while the program runs, and is checked once
    return _loaded((), None)


def _loaded(own: tuple[Path, ...], laws: Laws | None) -> MethodLibrary:
    found: dict[str, dict[str, Traversable | bytes]] = {"method": {}, "rules": {}}
    roots: list[Traversable] = [importlib.resources.files("tanheng.library"), *own]
    for root in roots:
        for kind, place in (("method", "methods"), ("rules", "rules")):
            folders = (root / place).iterdir() if (root / place).is_dir() else ()
            for folder in sorted(folders, key=lambda f: f.name):
                if not (folder / f"{kind}.toml").is_file():
                    continue
                if folder.name in found[kind]:
                    file = Place(file=f"{folder.name}/{kind}.toml", key="id")
                    raise refuse("TH-M02", file, seen=folder.name, wanted="unique")
                found[kind][folder.name] = folder
    return MethodLibrary(found["method"], laws, found["rules"])


def load_methods_from_bytes(files: Mapping[str, bytes]) -> MethodLibrary:
    """Methods and rules of a sealed pack, by path: methods/<id>/method.toml and rules/<id>/rules.toml."""
    named = {
        kind: {path.split("/")[-2]: data for path, data in files.items() if path.endswith(f"/{kind}.toml")}
        for kind in ("method", "rules")
    }
    return MethodLibrary(named["method"], None, named["rules"])


def load_method(method_id: str) -> Method:
    """One shipped method, by id."""
    return load_methods().get(method_id)


def way_label(way: Way, lang: str = "zh") -> str:
    """The way's name for people."""
    return (way.en if lang == "en" else way.zh) or way.name
