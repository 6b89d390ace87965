"""Merkle trees of RFC 9162 (Certificate Transparency 2.0) over SHA-256.

A tree is given by the ordered hashes of its leaves. Proofs are made by the recursive definitions of sections
2.1.3.1 and 2.1.4.1 and checked by the iterative ones of 2.1.3.2 and 2.1.4.2: maker and checker share no code.
Every hash is 32 raw bytes.
"""

from collections.abc import Sequence
from hashlib import sha256

SIZE = 32


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry; the prefix 0 keeps leaves and nodes apart (RFC 9162 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent (RFC 9162 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; the root of no leaves is the hash of nothing (RFC 9162 2.1.1)."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path from leaf `index` to the root (RFC 9162 2.1.3.1); IndexError when there is none."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), tree_root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), tree_root(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Prove that the first `size` leaves were the whole tree once (RFC 9162 2.1.4.1); IndexError else."""
    if not 0 < size <= len(leaves):
        raise IndexError(size)
    return _subproof(leaves, size, True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `leaf` is leaf `index` of the tree of `size` leaves under `root` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    place, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and value == root


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the tree of `first` leaves is the beginning of that of `second` (RFC 9162 2.1.4.2).

    The empty tree has no proof in the RFC, so `first` = 0 is never accepted.
    """
    if not 0 < first <= second or not _hashes(first_root, second_root, *proof):
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0] if path else b""
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _subproof(leaves: Sequence[bytes], size: int, known: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if known else [tree_root(leaves)]
    split = _split(len(leaves))
    if size <= split:
        return [*_subproof(leaves[:split], size, known), tree_root(leaves[split:])]
    return [*_subproof(leaves[split:], size - split, False), tree_root(leaves[:split])]


def _hashes(*values: bytes) -> bool:
    # A node of another length would let a forger move the border between its two halves.
    return all(len(value) == SIZE for value in values)
