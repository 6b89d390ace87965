"""A small plant for the tests of packs: two boilers, one year, its figures worked by hand."""

from functools import cache
from pathlib import Path

from tanheng.engine.exact.result import ENGINE, compute, result_json
from tanheng.evidence.pack import seal
from tanheng.evidence.verify.recompute import inputs_json
from tanheng.facts.datum import Datum
from tanheng.facts.inputs import Inputs, Member
from tanheng.library.factor_library import FactorLibrary
from tanheng.library.method_library import load_methods_from_bytes

FOLDER = Path(__file__).parent / "plant"
METHOD = "methods/two-boilers/method.toml"
COALS, GRID = "factors/coals.csv", "factors/grid.csv"
REPORT = "attachments/年度报告.txt"

# Boiler 1 burns 1000 t a month of measured 0.6 tC/t: 1000 × 0.6 × 44/12 = 2200.00 tCO2, 12 months 26400.00.
# Boiler 2 burns 300 t a month at 20.5 GJ/t of lignite without measurement: 20.5 × 0.02797 = 0.573385, to five
# places 0.57339 (half up); 300 × 0.57339 × 44/12 = 630.729, reported 630.73; 12 months 7568.76.
# Electricity 250 MWh a month: 250 × 0.5703 = 142.575, half up 142.58; 12 months 1710.96.
# Together 26400.00 + 7568.76 + 1710.96 = 35679.72, reported 35680.
EMISSION = "35680"


def rules() -> dict[str, bytes]:
    return {
        METHOD: (FOLDER / "method.toml").read_bytes(),
        COALS: (FOLDER / "coals.csv").read_bytes(),
        GRID: (FOLDER / "grid.csv").read_bytes(),
        "instruments/t1.toml": 'id = "t1"\nzh = "测试用的标准"\n'.encode(),
    }


def year() -> Inputs:
    months = [f"2024-{number:02}" for number in range(1, 13)]
    data = [Datum("coal", (("boiler", "1"),), "烟煤", ""), Datum("coal", (("boiler", "2"),), "褐煤", "")]
    for month in months:
        first, second = (("boiler", "1"), ("month", month)), (("boiler", "2"), ("month", month))
        data += [Datum("FC", first, "1000", "t"), Datum("NCV", first, "22.1", "GJ/t")]
        data += [Datum("C_m", first, "0.6", "tC/t")]
        data += [Datum("FC", second, "300", "t"), Datum("NCV", second, "20.5", "GJ/t")]
        data += [Datum("EL", (("month", month),), "250", "MWh")]
    members = {"boiler": (Member("1"), Member("2"))}
    return Inputs("two-boilers", "2024", "enterprise", members, tuple(data))


def result_of(inputs: Inputs, files: dict[str, bytes]) -> bytes:
    tables = {path[8:-4]: body for path, body in files.items() if path.startswith("factors/")}
    methods = load_methods_from_bytes(
        {path: body for path, body in files.items() if path.startswith("methods/")}
    )
    return result_json(compute(inputs, methods, FactorLibrary.from_bytes(tables)))


@cache
def _items() -> dict[str, bytes]:
    files, inputs = rules(), year()
    return {**files, "inputs.json": inputs_json(inputs), "result.json": result_of(inputs, files)}


def items() -> dict[str, bytes]:
    """What the application would hand to the writer."""
    return dict(_items())


def page(root: str) -> bytes:
    """Stands for the digest page: any bytes that carry the root."""
    return b"%PDF-1.7\n% " + root.encode() + b"\n%%EOF\n"


def sealed(parts: dict[str, bytes] | None = None) -> tuple[bytes, str]:
    """The pack of the plant, or of other parts, as our own writer makes it: bytes and root."""
    attachments = {"年度报告.txt": b"35680 tCO2"}
    return seal(parts or items(), engine=ENGINE, attachments=attachments, page=page)
