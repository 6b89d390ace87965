"""Which tables, letters and items the annual report of each edition of the power guide has.

Told from what the method computes, not from its id, so that a plant's own copy of a method is served as well.
The letters of 2021 and 2022 were not seen in print and stay blank.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tanheng.formula.model import Method
from tanheng.statement.power_tables import (
    COFIRE_ITEMS,
    GAS_ITEMS,
    NET_ITEMS,
    OUTPUT_ITEMS,
    POWER_ITEMS,
    SIDE_ITEMS,
    Item,
)

UNSEEN = "表号和代码沿用 2023 年版的格式，本版印本未核对；印本有别的，以印本为准。"


@dataclass(frozen=True, slots=True)
class Edition:
    """The tables of one edition after C.3; a number or items that it does not have are empty.

    `supply`: rates and intensity are of net supply (2021, 2022), else of gross generation. `sum_note` says
    how a unit's year is added up, `unseen` what of the layout was not seen.
    """

    electricity: str
    output: str
    laboratory: str
    side: str
    power_items: tuple[Item, ...]
    output_items: tuple[Item, ...]
    side_items: tuple[Item, ...]
    cofire_items: tuple[Item, ...]
    supply: bool
    sum_note: str
    unseen: str = ""

    def items(self, items: tuple[Item, ...], gas: bool) -> tuple[Item, ...]:
        """Items of a unit: gas rates take the place of coal rates in gas-fired ones."""
        return tuple(GAS_ITEMS.get(item.month, item) if gas else item for item in items)


def edition_of(method: Method) -> Edition:
    """The edition of the guide that a method computes."""
    bought, gross = "E_el" in method.steps, "S_fd" in method.steps
    cofire = COFIRE_ITEMS if "P_bio" in method.steps else ()
    if not gross:
        note = "机组全年排放量按燃烧与购入电力的全年值相加后修约到整吨，"
        power, output = _unlettered(POWER_ITEMS), _unlettered(NET_ITEMS)
        return Edition("C.4", "C.5", "C.6", "", power, output, (), cofire, True, note, UNSEEN)
    if bought:
        note = "机组全年排放量按 G＋O 的全年值相加后修约到整吨，"
        return Edition("C.4", "C.5", "C.6", "C.7", POWER_ITEMS, OUTPUT_ITEMS, SIDE_ITEMS, cofire, False, note)
    # C.4 is deleted and the letters move up; what is left of purchased electricity is an auxiliary item
    moved = tuple(replace(item, letter=chr(ord(item.letter) - 3)) for item in OUTPUT_ITEMS)
    side = (*SIDE_ITEMS, replace(POWER_ITEMS[0], letter=""))
    note = "机组全年排放量按 G 的全年值修约到整吨，"
    return Edition("", "C.4", "C.5", "C.6", (), moved, side, cofire, False, note)


def _unlettered(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(replace(item, letter="") for item in items)
