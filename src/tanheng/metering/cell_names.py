"""Names of cells: "D17" is column 4, row 17."""

from __future__ import annotations


def letters(column: int) -> str:
    """The letters of a column counted from 1: 1 is A, 28 is AB."""
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def position(cell: str) -> tuple[int, int]:
    """Column and row of "D17", both from 1; "$D$17" is the same cell."""
    plain = cell.replace("$", "").upper()
    head = plain.rstrip("0123456789")
    column = 0
    for letter in head:
        column = column * 26 + ord(letter) - 64
    return column, int(plain[len(head) :] or "0")
