"""A workbook that another program saved is the same plant; LibreOffice stands for the others."""

import shutil
import subprocess

import openpyxl
import pytest

from tanheng.metering.annotate import annotate
from tanheng.metering.intake import read_inputs
from tests.metering.small import change, plant, workbook

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97"}


@pytest.fixture
def saved(tmp_path, requires):
    """Save a workbook anew with LibreOffice."""

    def save(data, suffix):
        requires("libreoffice")
        program = shutil.which("soffice") or shutil.which("libreoffice")
        source = tmp_path / "plant.xlsx"
        source.write_bytes(data)
        folder = tmp_path / "saved"
        command = [str(program), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", f"{suffix}:{FILTERS[suffix]}", "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return folder / f"plant.{suffix}"

    return save


@pytest.mark.requires("libreoffice")
@pytest.mark.parametrize("suffix", FILTERS)
def test_saved_by_libreoffice(saved, suffix):
    reading = read_inputs(saved(workbook(), suffix))
    assert reading.inputs is not None, [p.line("en") for p in reading.problems]
    assert reading.inputs.digest == plant().digest
    assert [p.code for p in reading.problems] == (["TH-I16"] if suffix == "xls" else [])


@pytest.mark.requires("libreoffice")
def test_problems_and_marks_in_a_workbook_saved_by_libreoffice(saved, tmp_path):
    cells = {"D5": "约6000", "D7": '<c r="D7"><f>6000+2.3</f><v>6002.3</v></c>'}
    path = saved(change(workbook(), "日数据", cells), "xlsx")
    reading = read_inputs(path)
    found = [(p.place.cell, p.code) for p in reading.problems if p.severity == "error"]
    assert found == [("D5", "TH-N03")]
    annotate(path, tmp_path / "marked.xlsx", reading.problems, "zh")
    sheet = openpyxl.load_workbook(tmp_path / "marked.xlsx")["日数据"]
    assert "TH-N03" in sheet["D5"].comment.text and sheet["D7"].value == "=6000+2.3"
    assert sheet["D5"].fill.fgColor.rgb == "FFFCEBE9"
