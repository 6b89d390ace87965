"""The enterprise's total beside the facility's: both accounts of one year, and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tanheng.app.accounting import Account, account, must
from tanheng.app.documents import write_document
from tanheng.app.library import Library
from tanheng.inventory.bridge import Bridged, bridge


@dataclass(frozen=True)
class TwoBoundaries:
    """The accounts of the facility and of the enterprise, and what leads from one total to the other."""

    facility: Account
    enterprise: Account
    found: Bridged


def two_boundaries(
    plant: str | Path, enterprise: str | Path, library: Library | None = None
) -> TwoBoundaries:
    """Account both boundaries of one year and bridge their totals.

    Args:
        plant: The plant's own form; `enterprise` the form that stands beside it.

    Raises:
        Refused: what keeps either account from being filed; TH-A30, TH-A31 they cannot be bridged; TH-A34 the
            forms do not belong together.
    """
    one = must(account(plant, library))
    two = must(account(enterprise, library, beside=plant))
    return TwoBoundaries(one, two, bridge(one.run, two.run))


def write_bridge(found: TwoBoundaries, path: str | Path, force: bool = False) -> Path:
    """Write the bridge as .xlsx, .pdf or .docx. Raises Refused as `write_document`."""
    from tanheng.statement.boundary_bridge import bridge_statement

    one, two = found.facility, found.enterprise
    name = next((d.value for d in two.inputs.facts if d.name == "entity_name"), two.file)
    sources = [done.source for done in (one, two) if done.source is not None]
    return write_document(
        path, lambda: bridge_statement(found.found, name, (one.file, two.file)), sources, force
    )
