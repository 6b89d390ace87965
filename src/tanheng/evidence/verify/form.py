"""What a pack is made of: names, manifest, leaves and tree.json, shared by the writer and the verifier.

Every item but tree.json and the digest page is a leaf. A leaf is the canonical JSON of path, size and digest,
so two items that change places change the root. The manifest lists all other leaves and is one itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tanheng.evidence.tree import leaf_hash, tree_root
from tanheng.kernel.canonical import canonical_json, digest

FORMAT = "tanheng-pack-1"
TREE_FORMAT = "tanheng-tree-1"
HASHING = "RFC 9162 SHA-256"
MANIFEST, TREE, PAGE = "manifest.json", "tree.json", "digest.pdf"
INPUTS, RESULT = "inputs.json", "result.json"
METHODS, FACTORS, RULES = "methods/", "factors/", "rules/"
FOLDERS = (METHODS, FACTORS, RULES, "instruments/", "attachments/")
"""Where items other than inputs and result may stand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the manifest lists it: path, bytes, lower-case hex SHA-256."""

    path: str
    size: int
    sha256: str

    def to_json(self) -> dict[str, object]:
        """The same three parts as a JSON object."""
        return {"path": self.path, "size": self.size, "sha256": self.sha256}

    @property
    def leaf(self) -> bytes:
        """The leaf hash that binds path, size and content."""
        return leaf_hash(canonical_json(self.to_json()))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What manifest.json says: engine version and every leaf but the manifest's own, sorted by path."""

    engine: str
    entries: tuple[Entry, ...]


def entry_of(path: str, body: bytes) -> Entry:
    """List one item."""
    return Entry(path, len(body), digest(body))


def sort_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The one order of leaves: by the UTF-8 bytes of the path."""
    return tuple(sorted(entries, key=lambda entry: entry.path.encode()))


def manifest_json(manifest: Manifest) -> bytes:
    """The bytes of manifest.json."""
    items = [entry.to_json() for entry in manifest.entries]
    return canonical_json({"format": FORMAT, "engine": manifest.engine, "items": items})


def root_of(entries: Iterable[Entry]) -> str:
    """The root over all leaves, manifest included, as 64 hex digits."""
    return tree_root([entry.leaf for entry in sort_entries(entries)]).hex()


def tree_object(entries: Iterable[Entry], page: Entry | None) -> dict[str, object]:
    """What tree.json says: each leaf and its path, the root, and the digest page, which no root can cover."""
    ordered = sort_entries(entries)
    return {
        "format": TREE_FORMAT,
        "hash": HASHING,
        "leaves": [{"path": entry.path, "leaf": entry.leaf.hex()} for entry in ordered],
        "root": root_of(ordered),
        "page": page.to_json() if page else None,
    }


def parse_canonical(data: bytes) -> object:
    """Read JSON that must be canonical; None for anything else (broken, respelt, a key twice, a float)."""
    try:
        value: object = json.loads(data)
        return value if canonical_json(value) == data else None
    # hostile nesting ends in RecursionError, hostile numbers in ValueError
    except (ValueError, TypeError, RecursionError):
        return None


def read_manifest(data: bytes) -> Manifest | None:
    """Read manifest.json; None unless it has exactly the canonical form, sorted, without a path twice."""
    tree = parse_canonical(data)
    if not isinstance(tree, dict) or set(tree) != {"format", "engine", "items"} or tree["format"] != FORMAT:
        return None
    engine, items = tree["engine"], tree["items"]
    if not isinstance(engine, str) or not isinstance(items, list):
        return None
    entries = tuple(filter(None, map(_entry, items)))
    paths = [entry.path for entry in entries]
    whole = len(entries) == len(items) == len(set(paths)) and entries == sort_entries(entries)
    return Manifest(engine, entries) if whole and not {MANIFEST, TREE, PAGE} & set(paths) else None


def _entry(value: object) -> Entry | None:
    if not isinstance(value, Mapping) or set(value) != {"path", "size", "sha256"}:
        return None
    path, size, sha256 = value["path"], value["size"], value["sha256"]
    if isinstance(path, str) and type(size) is int and isinstance(sha256, str):
        return Entry(path, size, sha256)
    return None
