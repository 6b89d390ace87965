"""Verify one pack: container, manifest, tree, digest page, root, and every figure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tanheng.evidence.verify.container import LARGEST, decode
from tanheng.evidence.verify.form import (
    MANIFEST,
    PAGE,
    RESULT,
    TREE,
    Entry,
    Manifest,
    entry_of,
    parse_canonical,
    read_manifest,
    root_of,
    tree_object,
)
from tanheng.evidence.verify.recompute import Recomputed, compare, recompute
from tanheng.evidence.verify.verdict import Figure, Verdict
from tanheng.kernel.canonical import canonical_json
from tanheng.kernel.problems import Place, Problem, problem, refuse

_BLANKS = re.compile(r"[\s\-–—:·]")
_ROOT = re.compile(r"[0-9a-f]{64}")


def verify_pack(path: str | Path, root: str | None = None) -> Verdict:
    """Verify the pack at `path` against a root from outside it (64 hex digits, grouped or not).

    Raises:
        Refused: TH-P01 the file cannot be read; TH-P21 the root is misspelt. Whatever is wrong with the pack
            itself is a finding in the verdict.
    """
    given = read_root(root) if root is not None else ""
    file = Path(path)
    data = _read(file)
    if len(data) > LARGEST:
        found = problem("TH-P07", Place(file=file.name), limit=LARGEST)
        return Verdict(file.name, "", given, {}, {}, (), 0, (found,))
    return examine(data, file.name, given)


def _read(file: Path) -> bytes:
    """The bytes of a regular file, one more than allowed at most. Refused TH-P01."""
    zh, en = "不是普通文件", "not a regular file"
    try:
        if file.is_file() or not file.exists():
            with file.open("rb") as stream:
                return stream.read(LARGEST + 1)
    except FileNotFoundError:
        zh, en = "没有这个文件", "there is no such file"
    except PermissionError:
        zh, en = "没有读取权限", "no permission to read it"
    # a path with a NUL in it is a ValueError
    except (OSError, ValueError) as error:
        zh = en = str(error)
    raise refuse("TH-P01", Place(file=str(file)), reason_zh=zh, reason_en=en)


def read_root(text: str) -> str:
    """Read a root as people copy it: 64 hex digits, any case, blanks and hyphens between. Refused TH-P21."""
    plain = _BLANKS.sub("", text).lower()
    if not _ROOT.fullmatch(plain):
        raise refuse("TH-P21", seen=text)
    return plain


def examine(data: bytes, file: str, given: str = "") -> Verdict:
    """Verify the bytes of a pack; `given` is a root as `read_root` returns it, or "" for none."""
    contents = decode(data, file)
    # half a pack would only bury the one finding that matters under a list of everything that is missing
    if not contents.whole:
        return Verdict(file, "", given, {}, {}, (), 0, contents.problems)
    items = contents.items
    findings = list(contents.problems)
    manifest = read_manifest(items.get(MANIFEST, b""))
    listing = _listing(items, manifest, file)
    entries = _entries(items, manifest)
    findings += [*listing, *_tree(items, entries, {each.place.key for each in listing}, file)]
    root = root_of(entries)
    if given and given != root:
        findings.append(problem("TH-P20", Place(file=file), given=given, root=root))
    fresh = recompute(items, file)
    findings += [*fresh.problems, *compare(items, fresh, manifest, file)]
    return _verdict(file, root, given, items, fresh, tuple(dict.fromkeys(findings)))


def _verdict(
    file: str,
    root: str,
    given: str,
    items: Mapping[str, bytes],
    fresh: Recomputed,
    findings: tuple[Problem, ...],
) -> Verdict:
    digests = {path: entry_of(path, items[path]).sha256 for path in sorted(items)}
    result = fresh.result
    if result is None:
        return Verdict(file, root, given, {}, digests, (), 0, findings)
    if not result.ok:
        findings += (problem("TH-P36", Place(file=file, key=RESULT)),)
    figures = tuple(
        Figure(result.answers[x.name], x.name, x.zh, x.en, x.scope, x.period, x.exact, x.shown, x.unit)
        for x in result.lines
        if x.name in result.answers
    )
    about = {
        "method": result.method,
        "period": result.period,
        "boundary": result.boundary,
        "engine": result.engine,
    }
    return Verdict(file, root, given, about, digests, figures, len(result.lines), findings, result.problems)


def _listing(items: Mapping[str, bytes], manifest: Manifest | None, file: str) -> list[Problem]:
    """Compare what the manifest lists with what is there."""
    if manifest is None:
        missing = MANIFEST not in items
        zh = "缺失" if missing else "不是规范写法，或含有不认识的部分"
        en = "is missing" if missing else "is not canonical, or has unknown parts"
        return [problem("TH-P10", Place(file=file, key=MANIFEST), fault_zh=zh, fault_en=en)]
    found = []
    for entry in manifest.entries:
        place = Place(file=file, key=entry.path)
        if entry.path not in items:
            found.append(problem("TH-P11", place))
        elif (seen := entry_of(entry.path, items[entry.path])) != entry:
            params = {
                "listed_size": entry.size,
                "listed": entry.sha256,
                "size": seen.size,
                "actual": seen.sha256,
            }
            found.append(problem("TH-P13", place, **params))
    # tree and digest page are no entries of the manifest: they come from the root, which covers the manifest
    known = {entry.path for entry in manifest.entries} | {MANIFEST, TREE, PAGE}
    return found + [problem("TH-P12", Place(file=file, key=path)) for path in items if path not in known]


def _entries(items: Mapping[str, bytes], manifest: Manifest | None) -> list[Entry]:
    """The leaves: items as they are, missing ones as the manifest lists them, so the root can be told."""
    there = {path: entry_of(path, body) for path, body in items.items() if path not in (TREE, PAGE)}
    listed = {entry.path: entry for entry in manifest.entries} if manifest else {}
    return list({**listed, **there}.values())


def _tree(items: Mapping[str, bytes], entries: list[Entry], named: set[str], file: str) -> list[Problem]:
    """Compare tree.json with the tree of the items, leaf by leaf; items in `named` are reported already."""
    page = entry_of(PAGE, items[PAGE]) if PAGE in items else None
    wanted = tree_object(entries, page)
    if TREE not in items:
        return [problem("TH-P11", Place(file=file, key=TREE))]
    if items[TREE] == canonical_json(wanted):
        return []
    stored = parse_canonical(items[TREE])
    if not isinstance(stored, dict):
        return [_differs(file, "写法", "the spelling")]
    found = []
    if stored.get("page") != wanted["page"]:
        found.append(problem("TH-P15", Place(file=file, key=PAGE)))
    old, new = _leaves(stored.get("leaves")), _leaves(wanted["leaves"])
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path) and path not in named:
            found.append(_differs(file, f"“{path}”的叶", f"the leaf of “{path}”"))
    if not found and stored.get("root") != wanted["root"] and not named:
        found.append(_differs(file, "根", "the root"))
    return found or ([] if named else [_differs(file, "写法", "the spelling")])


def _differs(file: str, zh: str, en: str) -> Problem:
    return problem("TH-P14", Place(file=file, key=TREE), part_zh=zh, part_en=en)


def _leaves(value: object) -> dict[str, object]:
    if not isinstance(value, list):
        return {}
    return {str(each.get("path")): each.get("leaf") for each in value if isinstance(each, dict)}
