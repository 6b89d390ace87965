"""Promise 8: whatever is changed, cut, swapped or slipped in, is found, and what was touched is named."""

import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tanheng.engine.exact.result import ENGINE
from tanheng.evidence.pack import seal
from tanheng.evidence.verify.check import examine
from tanheng.evidence.verify.container import decode, encode
from tanheng.evidence.verify.form import Manifest, entry_of, manifest_json, sort_entries, tree_object
from tanheng.evidence.verify.verdict import BROKEN, Verdict
from tanheng.kernel.canonical import canonical_json
from tests.evidence.plant_pack import COALS, GRID, METHOD, REPORT, page, sealed

DATA, ROOT = sealed()
ITEMS = decode(DATA).items
RULES_AND_FIGURES = ("inputs.json", "result.json", METHOD, COALS, GRID, "instruments/t1.toml", REPORT)

Mutant = tuple[bytes, set[str]]
"""Bytes of a changed pack, and the items of which at least one must be named."""


def named(verdict: Verdict) -> str:
    """Everything that the findings say, places included."""
    return "\n".join(each.line("zh") for each in verdict.findings)


@pytest.mark.drill
def test_every_mutation_is_found_and_named(rounds: Callable[[int, int], int], rng: random.Random) -> None:
    kinds = [*BYTES, *ITEM_WISE]
    tried: Counter[str] = Counter()
    wanted = rounds(500, 10_000)
    while tried.total() < wanted:
        kind = kinds[tried.total() % len(kinds)]
        data, touched = kind(rng)
        if data == DATA:
            continue
        tried[kind.__name__] += 1
        # byte changes must show without the root as well; a forger who repairs everything is left to the root
        given = ROOT if rng.random() < 0.5 or kind is resealed else ""
        verdict = examine(data, "p.zip", given)
        said = named(verdict)
        assert verdict.state == BROKEN, (kind.__name__, touched)
        assert not touched or any(path in said for path in touched), (kind.__name__, touched, said)
        assert any(path in said for path in touched) or "字节处" in said or "根" in said, (
            kind.__name__,
            said,
        )
    print(f"{tried.total()} mutations, all found: {dict(tried)}")


# --- changes of the bytes of the zip


def layout() -> list[tuple[int, str]]:
    """Where the header of each item begins, and at the end the central directory."""
    starts = []
    offset = 0
    for path in sorted(ITEMS, key=str.encode):
        starts.append((offset, path))
        offset += 30 + len(path.encode()) + len(ITEMS[path])
    return [*starts, (offset, "")]


LAYOUT = layout()


def around(offset: int) -> set[str]:
    """The item in whose body a byte lies; a destroyed header names no item, and is told by its byte alone."""
    start, path = max(each for each in LAYOUT if each[0] <= offset)
    return {path} if path and offset >= start + 30 + len(path.encode()) else set()


def bit_flip(rng: random.Random) -> Mutant:
    at = rng.randrange(len(DATA))
    return DATA[:at] + bytes([DATA[at] ^ 1 << rng.randrange(8)]) + DATA[at + 1 :], around(at) if at else set()


def overwritten(rng: random.Random) -> Mutant:
    at = rng.randrange(len(DATA))
    piece = rng.randbytes(rng.randint(1, 40))
    return DATA[:at] + piece + DATA[at + len(piece) :], set()


def truncated(rng: random.Random) -> Mutant:
    return DATA[: rng.randrange(len(DATA))], set()


def appended(rng: random.Random) -> Mutant:
    return DATA + rng.choice((b"\0", b"PK\x05\x06" + bytes(18), rng.randbytes(9), DATA)), set()


def prepended(rng: random.Random) -> Mutant:
    return rng.choice((b"\0", b"PK\x03\x04", rng.randbytes(9), DATA)) + DATA, set()


def inserted_bytes(rng: random.Random) -> Mutant:
    at = rng.randrange(1, len(DATA))
    return DATA[:at] + rng.randbytes(rng.randint(1, 9)) + DATA[at:], set()


def deleted_bytes(rng: random.Random) -> Mutant:
    at = rng.randrange(len(DATA))
    return DATA[:at] + DATA[at + rng.randint(1, 9) :], set()


def swapped_ranges(rng: random.Random) -> Mutant:
    size = rng.randint(1, 200)
    first, second = sorted(rng.sample(range(len(DATA) - size), 2))
    if second - first < size:
        return DATA, set()
    a, b = DATA[first : first + size], DATA[second : second + size]
    return DATA[:first] + b + DATA[first + size : second] + a + DATA[second + size :], set()


BYTES = (bit_flip, overwritten, truncated, appended, prepended, inserted_bytes, deleted_bytes, swapped_ranges)


# --- changes of items, in a zip whose form is right


def digits(body: bytes) -> Iterator[int]:
    return (at for at, letter in enumerate(body) if 48 <= letter <= 57)


def other_digit(rng: random.Random, body: bytes) -> bytes:
    at = rng.choice(list(digits(body)))
    new = rng.choice([d for d in b"0123456789" if d != body[at]])
    return body[:at] + bytes([new]) + body[at + 1 :]


def digit(rng: random.Random) -> Mutant:
    path = rng.choice([path for path in ITEMS if any(digits(ITEMS[path]))])
    return encode(ITEMS | {path: other_digit(rng, ITEMS[path])}), {path}


def byte(rng: random.Random) -> Mutant:
    path = rng.choice(list(ITEMS))
    at = rng.randrange(len(ITEMS[path]))
    body = ITEMS[path][:at] + bytes([ITEMS[path][at] ^ rng.randint(1, 255)]) + ITEMS[path][at + 1 :]
    return encode(ITEMS | {path: body}), {path}


def cut(rng: random.Random) -> Mutant:
    path = rng.choice(list(ITEMS))
    return encode(ITEMS | {path: ITEMS[path][: rng.randrange(len(ITEMS[path]))]}), {path}


def extended(rng: random.Random) -> Mutant:
    path = rng.choice(list(ITEMS))
    return encode(ITEMS | {path: ITEMS[path] + rng.choice((b"\n", b" ", b"\0", b"x"))}), {path}


def deleted(rng: random.Random) -> Mutant:
    gone = set(rng.sample(list(ITEMS), rng.randint(1, 3)))
    return encode({path: body for path, body in ITEMS.items() if path not in gone}), gone


def inserted(rng: random.Random) -> Mutant:
    path = rng.choice(
        ("attachments/new.pdf", "factors/zz.csv", "methods/x/method.toml", "readme.txt", "inputs.json.bak")
    )
    return encode(ITEMS | {path: rng.randbytes(20)}), {path}


def swapped(rng: random.Random) -> Mutant:
    first, second = rng.sample(list(ITEMS), 2)
    return encode(ITEMS | {first: ITEMS[second], second: ITEMS[first]}), {first, second}


def renamed(rng: random.Random) -> Mutant:
    path = rng.choice(list(ITEMS))
    return encode({(f"{p}x" if p == path else p): body for p, body in ITEMS.items()}), {path}


def manifest_repaired(rng: random.Random) -> Mutant:
    """The forger writes the new digest into the manifest and leaves the tree."""
    path = rng.choice(RULES_AND_FIGURES)
    items = ITEMS | {path: other_digit(rng, ITEMS[path])}
    entries = sort_entries(entry_of(p, b) for p, b in items.items() if p not in OUTSIDE)
    return encode(items | {"manifest.json": manifest_json(Manifest(ENGINE, entries))}), {path}


def tree_repaired(rng: random.Random) -> Mutant:
    """The forger makes a new tree over the changed items and leaves the manifest."""
    path = rng.choice(RULES_AND_FIGURES)
    items = ITEMS | {path: other_digit(rng, ITEMS[path])}
    entries = [entry_of(p, b) for p, b in items.items() if p not in ("tree.json", "digest.pdf")]
    tree = canonical_json(tree_object(entries, entry_of("digest.pdf", items["digest.pdf"])))
    return encode(items | {"tree.json": tree}), {path}


def resealed(rng: random.Random) -> Mutant:
    """Our own writer seals the changed items anew: nothing but the printed root can tell, and it does."""
    path = rng.choice(RULES_AND_FIGURES)
    parts = {p: b for p, b in ITEMS.items() if p not in OUTSIDE and p != REPORT}
    report = ITEMS[REPORT]
    if path == REPORT:
        report = other_digit(rng, report)
    else:
        parts[path] = other_digit(rng, parts[path])
    data, root = seal(
        parts, engine=ENGINE, attachments={REPORT.removeprefix("attachments/"): report}, page=page
    )
    assert root != ROOT
    return data, {ROOT}


OUTSIDE = ("manifest.json", "tree.json", "digest.pdf")
ITEM_WISE = (
    digit,
    byte,
    cut,
    extended,
    deleted,
    inserted,
    swapped,
    renamed,
    manifest_repaired,
    tree_repaired,
    resealed,
)


@pytest.mark.parametrize("path", sorted(ITEMS))
def test_no_item_escapes(path: str, rng: random.Random) -> None:
    """Each single item, changed in one digit or letter, is named with and without the root."""
    body = bytearray(ITEMS[path])
    body[len(body) // 2] ^= 1
    for given in (ROOT, ""):
        verdict = examine(encode(ITEMS | {path: bytes(body)}), "p.zip", given)
        assert verdict.state == BROKEN
        assert path in named(verdict)
