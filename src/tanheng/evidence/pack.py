"""Write a sealed pack: one deterministic zip of items, manifest, tree and digest page."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from tanheng.evidence.verify.container import LARGEST, MOST, encode, fit_path, twins
from tanheng.evidence.verify.form import (
    FOLDERS,
    INPUTS,
    MANIFEST,
    METHODS,
    PAGE,
    RESULT,
    TREE,
    Manifest,
    entry_of,
    manifest_json,
    root_of,
    sort_entries,
    tree_object,
)
from tanheng.kernel.canonical import canonical_json
from tanheng.kernel.problems import Place, Problem, Refused, problem


def write_pack(
    path: str | Path,
    *,
    items: Mapping[str, bytes],
    engine: str,
    attachments: Mapping[str, bytes] | None = None,
    page: Callable[[str], bytes] | None = None,
) -> str:
    """Seal items into the zip at `path` and return its root (64 hex digits); equal arguments, equal bytes.

    Args:
        path: Where the pack is written; an older file of that name stays until the new one is whole.
        items: inputs.json, result.json, and files under methods/, rules/, factors/ and instruments/, by path.
        engine: Version of the engine that computed the result.
        attachments: Reports and vouchers by name; they go under attachments/ and into the tree.
        page: Makes the digest page (PDF) once the root is known; it stands outside the tree.

    Raises:
        Refused: TH-P03 a path that may not be; TH-P07 too large; TH-P40 an item missing, out of its place,
            or too many.
        OSError: the file cannot be written.
    """
    data, root = seal(items, engine=engine, attachments=attachments, page=page)
    put(Path(path), data)
    return root


def seal(
    items: Mapping[str, bytes],
    *,
    engine: str,
    attachments: Mapping[str, bytes] | None = None,
    page: Callable[[str], bytes] | None = None,
) -> tuple[bytes, str]:
    """The bytes and the root of the pack that `write_pack` would write; same arguments and problems."""
    leaves = dict(items) | {f"attachments/{name}": body for name, body in (attachments or {}).items()}
    faults = _faults(leaves)
    if faults:
        raise Refused(faults)
    entries = sort_entries(entry_of(path, body) for path, body in leaves.items())
    manifest = manifest_json(Manifest(engine, entries))
    covered = (*entries, entry_of(MANIFEST, manifest))
    root = root_of(covered)
    outside = {PAGE: page(root)} if page else {}
    tree = canonical_json(tree_object(covered, entry_of(PAGE, outside[PAGE]) if page else None))
    data = encode({**leaves, **outside, MANIFEST: manifest, TREE: tree})
    if len(data) > LARGEST:
        raise Refused(problem("TH-P07", limit=LARGEST))
    return data, root


def _faults(leaves: Mapping[str, bytes]) -> list[Problem]:
    faults = [problem("TH-P03", Place(key=path)) for path in sorted(leaves) if not fit_path(path)]
    faults += [problem("TH-P03", Place(key=path)) for path in twins(leaves)]
    for path in sorted(leaves):
        if path not in (INPUTS, RESULT) and not path.startswith(FOLDERS):
            faults.append(_fault(path, "不在封存包规定的文件夹里", "stands in no folder of a pack"))
    for path in (INPUTS, RESULT):
        if path not in leaves:
            faults.append(_fault(path, "缺少这一项", "is missing"))
    if not any(path.startswith(METHODS) for path in leaves):
        faults.append(_fault(METHODS, "没有方法文件", "holds no method"))
    if len(leaves) + 3 > MOST:
        faults.append(_fault("", f"多于 {MOST} 项", f"there are more than {MOST} items"))
    return faults


def _fault(path: str, zh: str, en: str) -> Problem:
    return problem("TH-P40", Place(key=path), fault_zh=zh, fault_en=en)


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside its place, flushed, then renamed. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
