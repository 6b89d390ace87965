"""Methods: found in folders or a sealed pack, read, checked as a whole, refused when they do not fit."""

from __future__ import annotations

import importlib.resources
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Protocol

from tanheng.formula.check import ANY, NUMBER, TRUTH, Names, Type, check, near, show_dimension
from tanheng.formula.expr import Expr
from tanheng.formula.model import Constant, Given, Method, Step, Table, Way
from tanheng.formula.order import circle, reached, reads, sorted_steps
from tanheng.kernel.canonical import digest
from tanheng.kernel.citations import parse_citations
from tanheng.kernel.problems import Place, Problem, Refused, problem, refuse
from tanheng.library.method_file import MethodFile

MAX_BYTES = 2_000_000


class Laws(Protocol):
    """What a law text is checked against: the instrument library."""

    def resolve(self, law: str) -> object:
        """The instrument that a law text names; Refused when there is none."""


def read_method(data: bytes, file: str, laws: Laws | None = None) -> Method:
    """Read and check one method file.

    Args:
        data: The bytes of method.toml, UTF-8.
        file: Its name for problems.
        laws: When given, every `law` text must name a known instrument.

    Raises:
        Refused: every problem found, TH-M.. and TH-U...
    """
    place = Place(file=file)
    if len(data) > MAX_BYTES:
        raise refuse("TH-M00", place, seen=f"{len(data)} B", wanted=f"≤ {MAX_BYTES} B")
    try:
        text = data.decode("utf-8")
        # words are compared by code points, so every text of the file takes the form that canonical JSON has
        raw = tomllib.loads(unicodedata.normalize("NFC", text))
    except (ValueError, RecursionError) as error:
        # ValueError is what TOML, UTF-8 and an integer of 5000 digits fail with
        raise refuse("TH-M00", place, seen=str(error), wanted="TOML 1.0, UTF-8") from None
    parts = MethodFile(file, raw)
    parts.read()
    # parts that are missing would be reported again by every formula that reads them
    found = parts.problems or _problems(parts, laws)
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
        sequence=tuple(sorted_steps(parts.steps)),
        digest=digest(data),
        text=text,
    )


def _problems(parts: MethodFile, laws: Laws | None) -> list[Problem]:
    """Everything in a method that does not fit together."""
    found = [
        problem("TH-M01", parts.place(key), seen="", wanted=key)
        for key in ("id", "zh", "law", "boundary", "force", "answer")
        if not parts.data.get(key)
    ]
    force, until = str(parts.data.get("force", "")), str(parts.data.get("until", ""))
    if until and until < force:
        found.append(problem("TH-M17", parts.place("until"), seen=f"{force}…{until}", wanted="force ≤ until"))
    path = circle(parts.steps)
    if path:
        found.append(problem("TH-M04", parts.place(f"step.{path[0]}"), seen=" → ".join(path)))
    tables = {t.name: (t.keys, t.unit) for t in parts.tables.values()}
    names = Names(_types(parts), parts.scopes, tables)
    for step in parts.steps.values():
        found += _step_problems(step, names, parts)
    for one in parts.checks:
        place = parts.place(f"check.{one.id}")
        with _noting(found):
            _want(check(one.that, names, one.closure, place).kind, "truth", one.that, place)
    found += _reach_problems(parts)
    for answer in parts.answers.values():
        place = parts.place(f"answer.{answer.name}")
        known = parts.steps.get(answer.name)
        if known is None:
            found.append(
                problem("TH-M02", place, seen=answer.name, wanted=", ".join(near(answer.name, parts.steps)))
            )
        elif known.kind != NUMBER:
            found.append(problem("TH-M08", place, seen=known.kind, wanted=NUMBER))
        elif known.optional and answer.kind in ("emission", "removal", "allowance"):
            found.append(problem("TH-M11", place, seen=answer.name, wanted="optional = false"))
    return found + (_law_problems(parts, laws) if laws is not None else [])


@contextmanager
def _noting(found: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        found += refused.problems


def _want(kind: str, wanted: str, expr: Expr, place: Place) -> None:
    if kind != wanted:
        raise refuse("TH-M08", place, seen=f"{expr.text}: {kind}", wanted=wanted)


def _types(parts: MethodFile) -> dict[str, Type]:
    values: dict[str, Type] = {}
    for given in parts.givens.values():
        dimension = given.unit.dimension if given.unit else ()
        values[given.name] = Type(
            given.kind, dimension, frozenset(given.closure), given.optional, given.one_of
        )
    for constant in parts.constants.values():
        values[constant.name] = Type(NUMBER, constant.unit.dimension)
    for step in parts.steps.values():
        dimension = step.unit.dimension if step.unit else ()
        words: tuple[str, ...] = ()
        if step.kind == "word" and all(
            isinstance(getattr(w.expr.tree, "value", None), str) for w in step.ways
        ):
            words = tuple(w.expr.tree.value for w in step.ways)  # type: ignore[attr-defined]
        values[step.name] = Type(step.kind, dimension, frozenset(step.closure), step.optional, words)
    return values


def _step_problems(step: Step, names: Names, parts: MethodFile) -> list[Problem]:
    found: list[Problem] = []
    key = f"step.{step.name}"
    always = ""
    for way in step.ways:
        place = parts.place(f"{key}.{way.name}" if way.name else key)
        # the ways of a step that follows another are chosen by name, not by order
        if always and not step.follow:
            found.append(problem("TH-M12", place, seen=way.name, wanted=always))
        with _noting(found):
            type_ = check(way.expr, names, step.closure, place, rounds=way.rounding is not None)
            if way.when is not None:
                _want(check(way.when, names, step.closure, place).kind, TRUTH, way.when, place)
            _want(type_.kind, step.kind, way.expr, place)
            if step.unit is not None and type_.dimension not in (step.unit.dimension, ANY):
                wanted = f"{step.unit.text} ({show_dimension(step.unit.dimension)})"
                raise refuse(
                    "TH-U02", place, seen=f"{way.expr.text}: {show_dimension(type_.dimension)}", wanted=wanted
                )
            if way.when is None and not type_.optional:
                always = way.name or "is"
            if len(step.ways) == 1 and way.when is None and type_.optional and not step.optional:
                found.append(problem("TH-M11", place, seen=way.expr.text, wanted="optional = true"))
    if step.optional and always and not step.follow:
        found.append(
            problem("TH-M11", parts.place(key), seen=f"{step.name}: {always}", wanted="optional = false")
        )
    return found + _follow_problems(step, parts)


def _follow_problems(step: Step, parts: MethodFile) -> list[Problem]:
    """A step that follows another must offer a way of each of its names, and nothing else."""
    if not step.follow:
        return []
    place = parts.place(f"step.{step.name}.follow")
    leader = parts.steps.get(step.follow)
    if leader is None or not set(leader.closure) <= set(step.closure):
        return [problem("TH-M02", place, seen=step.follow, wanted=", ".join(near(step.follow, parts.steps)))]
    ours, theirs = sorted(w.name for w in step.ways), sorted(w.name for w in leader.ways)
    return (
        [] if ours == theirs else [problem("TH-M15", place, seen=", ".join(ours), wanted=", ".join(theirs))]
    )


def _reach_problems(parts: MethodFile) -> list[Problem]:
    """A given or step that no answer or check reaches is asked of people for nothing, or is a misspelling."""
    roots = set(parts.answers)
    for one in parts.checks:
        roots |= reads(one.that)
    used = reached(parts.steps, roots)
    groups: dict[str, Mapping[str, object]] = {
        "given": parts.givens,
        "step": parts.steps,
        "constant": parts.constants,
        "table": parts.tables,
    }
    unused = [f"{group}.{name}" for group, named in groups.items() for name in named if name not in used]
    return [problem("TH-M16", parts.place(key), seen=key, wanted="answer / check") for key in unused]


def _law_problems(parts: MethodFile, laws: Laws) -> list[Problem]:
    """Every law that the file cites must be one of the library's instruments."""
    cited: dict[str, str] = {
        "law": parts.data["law"],
        "rounding": parts.data.get("rounding", {}).get("law", ""),
    }
    groups: tuple[Mapping[str, Given | Constant | Table | Step], ...] = (
        parts.givens,
        parts.constants,
        parts.tables,
        parts.steps,
    )
    for group in groups:
        cited |= {name: item.law for name, item in group.items()}
    for step in parts.steps.values():
        cited |= {f"{step.name}.{way.name}": way.law for way in step.ways}
    for constant in parts.constants.values():
        cited |= {f"{constant.name}.{entry.since}": entry.law for entry in constant.dated}
    for table in parts.tables.values():
        cited |= {
            f"{table.name}.{'/'.join(k)}.{e.since}": e.law for k, found in table.rows.items() for e in found
        }
    cited |= {f"check.{one.id}": one.law for one in parts.checks}
    found: list[Problem] = []
    # a file cites the same clause a hundred times
    unknown: dict[str, bool] = {}
    for key, law in cited.items():
        for part in parse_citations(law):
            if part.text not in unknown:
                unknown[part.text] = not _resolves(laws, part.text)
            if unknown[part.text]:
                found.append(problem("TH-M17", parts.place(key), seen=part.text, wanted="instrument"))
    return found


def _resolves(laws: Laws, law: str) -> bool:
    try:
        laws.resolve(law)
    except Refused:
        return False
    return True


class MethodLibrary:
    """Methods by id, from folders that hold one folder a method. Later ones extend; a taken id is refused."""

    def __init__(self, sources: Mapping[str, Traversable | bytes], laws: Laws | None = None) -> None:
        self._sources = dict(sources)
        self._laws = laws
        self._loaded: dict[str, Method] = {}

    def ids(self) -> list[str]:
        """Every method id, sorted."""
        return sorted(self._sources)

    def get(self, method_id: str) -> Method:
        """The method of that id. Raises Refused: TH-M20 unknown id, and what its file is refused for."""
        if method_id not in self._sources:
            raise refuse("TH-M20", Place(key=method_id), seen=method_id, wanted=", ".join(self.ids()))
        if method_id not in self._loaded:
            source = self._sources[method_id]
            data = source if isinstance(source, bytes) else (source / "method.toml").read_bytes()
            method = read_method(data, f"{method_id}/method.toml", self._laws)
            if method.id != method_id:
                place = Place(file=f"{method_id}/method.toml", key="id")
                raise refuse("TH-M02", place, seen=method.id, wanted=method_id)
            self._loaded[method_id] = method
        return self._loaded[method_id]

    def folder(self, method_id: str) -> Traversable | None:
        """Where the method's cases and notes lie; None for a method from a pack."""
        source = self._sources.get(method_id)
        return None if isinstance(source, bytes) else source


def load_methods(own: Iterable[Path] = (), laws: Laws | None = None) -> MethodLibrary:
    """The shipped methods and those of own library folders (`<folder>/methods/<id>/method.toml`)."""
    sources: dict[str, Traversable | bytes] = {}
    roots: list[Traversable] = [importlib.resources.files("tanheng.library") / "methods"]
    roots += [Path(folder) / "methods" for folder in own]
    for root in roots:
        if not root.is_dir():
            continue
        for folder in sorted(root.iterdir(), key=lambda f: f.name):
            if not (folder / "method.toml").is_file():
                continue
            if folder.name in sources:
                place = Place(file=f"{folder.name}/method.toml", key="id")
                raise refuse("TH-M02", place, seen=folder.name, wanted="unique")
            sources[folder.name] = folder
    return MethodLibrary(sources, laws)


def load_methods_from_bytes(files: Mapping[str, bytes]) -> MethodLibrary:
    """Methods of a sealed pack: `{"methods/<id>/method.toml": bytes}`."""
    named = {path.split("/")[-2]: data for path, data in files.items() if path.endswith("/method.toml")}
    return MethodLibrary(named)


def load_method(method_id: str) -> Method:
    """One shipped method, by id."""
    return load_methods().get(method_id)


def way_label(way: Way, lang: str = "zh") -> str:
    """The way's name for people."""
    return (way.en if lang == "en" else way.zh) or way.name
