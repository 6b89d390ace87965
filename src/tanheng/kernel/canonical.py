"""Canonical JSON and digests: the same value gives the same bytes on every machine.

Shape: keys sorted by code point after NFC, no space, UTF-8 without escapes for non-ASCII letters, integers in
decimal. Numbers that are not integers travel as exact text, so a binary float is an error rather than a digit
that depends on a library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from unicodedata import is_normalized, normalize

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical_json(value: object) -> bytes:
    """The canonical UTF-8 bytes of None, bool, int, str, and lists, tuples and mappings of these.

    Raises:
        TypeError: a float or any other type; a mapping key that is not text.
        ValueError: two keys of one mapping are equal after NFC; a lone surrogate.
    """
    return _encode(_plain(value)).encode("utf-8")


def digest(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    # subclasses of int and str (enumerations) would print themselves in their own way
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return _nfc(value)
    if isinstance(value, Mapping):
        out: dict[str, object] = {}
        for key, each in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key of canonical JSON is text, not {type(key).__name__}")
            name = _nfc(key)
            if name in out:
                raise ValueError(f"two keys are the same after normalisation: {name!r}")
            out[name] = _plain(each)
        return dict(sorted(out.items()))
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    raise TypeError(f"canonical JSON has no {type(value).__name__}")


def _nfc(text: str) -> str:
    return str.__str__(text) if is_normalized("NFC", text) else normalize("NFC", text)
