"""RFC 9162 trees: published vectors, agreement with the definitions, and forged proofs.

Leaves, roots and proofs are the test vectors of the Certificate Transparency reference code, as kept in
github.com/transparency-dev/merkle (proof/verify_test.go, testonly/reference_test.go), with its corruptions.
"""

import random
from collections.abc import Callable, Iterator
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.evidence.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
N10 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
N4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N6 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
INCLUSION = [  # leaf, size, proof
    (0, 1, []),
    (0, 2, [N10]),
    (1, 2, [ROOTS[0]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], N23, N4]),
    (0, 8, [N10, N23, N47]),
    (5, 8, [N4, N67, ROOTS[3]]),
]
CONSISTENCY = [  # first, second, proof
    (1, 1, []),
    (1, 8, [N10, N23, N47]),
    (6, 8, [N45, N67, ROOTS[3]]),
    (2, 5, [N23, N4]),
    (6, 7, [N45, N6, ROOTS[3]]),
]
SOME = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")


def raw(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(node) for node in proof]


def root(size: int) -> bytes:
    return bytes.fromhex(ROOTS[size - 1])


def test_published_roots() -> None:
    assert tree_root([]).hex() == EMPTY
    assert [tree_root(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("leaf", "size", "proof"), INCLUSION)
def test_published_inclusion(leaf: int, size: int, proof: list[str]) -> None:
    assert inclusion_proof(LEAVES[:size], leaf) == raw(proof)
    assert verify_inclusion(LEAVES[leaf], leaf, size, raw(proof), root(size))
    for case in corrupt_inclusion(leaf, size, raw(proof)):
        assert not verify_inclusion(*case), case


@pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCY)
def test_published_consistency(first: int, second: int, proof: list[str]) -> None:
    assert consistency_proof(LEAVES[:second], first) == raw(proof)
    assert verify_consistency(first, second, root(first), root(second), raw(proof))
    if proof:
        for case in corrupt_consistency(first, second, raw(proof)):
            assert not verify_consistency(*case), case


def corrupt_inclusion(
    leaf: int, size: int, proof: list[bytes]
) -> Iterator[tuple[bytes, int, int, list[bytes], bytes]]:
    """The corruptions that the reference code tries on each of its inclusion proofs."""
    good, top = LEAVES[leaf], root(size)
    for index in (leaf - 1, leaf + 1, leaf ^ 2):
        yield good, index, size, proof, top
    for other in (size * 2, size // 2):
        yield good, leaf, other, proof, top
    yield b"WrongLeaf", leaf, size, proof, top
    yield good, leaf, size, proof, bytes.fromhex(EMPTY)
    yield good, leaf, size, proof, SOME
    for more in (b"", top):
        yield good, leaf, size, [*proof, more], top
        yield good, leaf, size, [more, *proof], top
    for at in range(len(proof)):
        yield good, leaf, size, flip(proof, at, 0, 8), top
    if proof:
        yield good, leaf, size, proof[:-1], top
        yield good, leaf, size, [proof[0], SOME, *proof[1:]], top


def corrupt_consistency(
    first: int, second: int, proof: list[bytes]
) -> Iterator[tuple[int, int, bytes, bytes, list[bytes]]]:
    """The corruptions that the reference code tries on each of its consistency proofs."""
    old, new = root(first), root(second)
    for size in (first - 1, first + 1, first ^ 2):
        yield size, second, old, new, proof
    for size in (second * 2, second // 2):
        yield first, size, old, new, proof
    yield first, second, b"WrongRoot", new, proof
    yield first, second, old, b"WrongRoot", proof
    yield first, second, new, old, proof
    yield first, second, old, new, []
    for more in (b"", old, new, proof[0]):
        yield first, second, old, new, [more, *proof]
        yield first, second, old, new, [*proof, more]
    yield first, second, old, new, proof[:-1]
    for at in range(len(proof)):
        yield first, second, old, new, flip(proof, at, 0, 16)


def flip(proof: list[bytes], at: int, byte: int, mask: int) -> list[bytes]:
    node = bytearray(proof[at])
    node[byte] ^= mask
    return [*proof[:at], bytes(node), *proof[at + 1 :]]


def test_a_single_leaf_and_the_sizes_that_never_hold() -> None:
    one = leaf_hash(b"data")
    assert verify_inclusion(one, 0, 1, [], one)
    for index, size in ((0, 0), (1, 0), (2, 1), (-1, 1)):
        assert not verify_inclusion(one, index, size, [], one)
        assert not verify_inclusion(one, index, size, [], sha256().digest())
    assert not verify_inclusion(b"", 0, 1, [], b"")
    for first, second in ((0, 0), (0, 1), (1, 0), (2, 1)):
        assert not verify_consistency(first, second, one, one, [])
    assert not verify_consistency(1, 1, one, SOME, [])
    assert not verify_consistency(1, 1, one, one, [one])
    for bad in (-1, 1):
        with pytest.raises(IndexError):
            inclusion_proof([one], bad)
    for bad in (0, 2):
        with pytest.raises(IndexError):
            consistency_proof([one], bad)


def test_the_border_between_two_halves_cannot_move() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    top = node_hash(left, right)
    assert not verify_inclusion(left + right[:1], 0, 2, [right[1:]], top)
    assert not verify_inclusion(left[:31], 0, 2, [left[31:] + right], top)


@given(st.integers(1, 70))
def test_every_honest_proof_holds(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    top = tree_root(leaves)
    for place in range(size):
        proof = inclusion_proof(leaves, place)
        assert len(proof) <= (size - 1).bit_length()
        assert verify_inclusion(leaves[place], place, size, proof, top)
        history = consistency_proof(leaves, place + 1)
        assert verify_consistency(place + 1, size, tree_root(leaves[: place + 1]), top, history)


@pytest.mark.drill
def test_no_forged_proof_is_accepted(rounds: Callable[[int, int], int], rng: random.Random) -> None:
    trees = [[leaf_hash(rng.randbytes(5)) for _ in range(size)] for size in range(1, 41)]
    tried = 0
    wanted = rounds(20_000, 1_000_000)
    while tried < wanted:
        leaves = rng.choice(trees)
        tried += forge_inclusion(rng, leaves) if rng.random() < 0.5 else forge_consistency(rng, leaves)
    print(f"{tried} forged proofs, none accepted")


def forge_inclusion(rng: random.Random, leaves: list[bytes]) -> int:
    """Try one forgery; 0 where the dice happened to leave everything honest."""
    index, size = rng.randrange(len(leaves)), len(leaves)
    honest = (leaves[index], index, inclusion_proof(leaves, index))
    kind = rng.randrange(4)
    leaf = rng.randbytes(32) if kind == 0 else leaves[index]
    place = rng.randint(-1, size + 1) if kind == 1 else index
    proof = forge_proof(rng, honest[2])
    if (leaf, place, proof) == honest:
        return 0
    assert not verify_inclusion(leaf, place, size, proof, tree_root(leaves)), (leaf, place, proof)
    return 1


def forge_consistency(rng: random.Random, leaves: list[bytes]) -> int:
    """Try one forgery; 0 where the dice happened to leave everything honest."""
    size = len(leaves)
    first = rng.randint(1, size)
    honest = (first, tree_root(leaves[:first]), consistency_proof(leaves, first))
    kind = rng.randrange(4)
    at = rng.randint(0, size + 1) if kind == 0 else first
    old = rng.randbytes(32) if kind == 1 else honest[1]
    proof = forge_proof(rng, honest[2])
    if (at, old, proof) == honest:
        return 0
    assert not verify_consistency(at, size, old, tree_root(leaves), proof), (at, size, old, proof)
    return 1


def forge_proof(rng: random.Random, proof: list[bytes]) -> list[bytes]:
    kind = rng.randrange(6)
    if kind == 0 or not proof:
        return [rng.randbytes(32) for _ in range(rng.randrange(7))]
    at = rng.randrange(len(proof))
    if kind == 1:
        return flip(proof, at, rng.randrange(32), 1 << rng.randrange(8))
    if kind == 2:
        return proof[:at] + proof[at + 1 :]
    if kind == 3:
        return [*proof[:at], rng.choice(proof), *proof[at:]]
    if kind == 4:
        return rng.sample(proof, len(proof))
    return proof
