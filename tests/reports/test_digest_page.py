"""The digest page of a pack."""

import io

import pypdf
import pypdfium2

from tanheng.reports.digest_page import digest_page
from tests.statement import plant

ROOT, VERIFIER = "9c41e07b" * 8, "0f1e2d3c" * 8


def page() -> bytes:
    result, inputs, method, _ = plant.worked()
    return digest_page(result, inputs, method, root=ROOT, verifier=VERIFIER)


def test_it_is_one_page_and_the_same_every_time():
    assert page() == page()
    assert len(pypdf.PdfReader(io.BytesIO(page())).pages) == 1


def test_it_names_figures_root_verifier_and_command():
    text = (
        pypdfium2.PdfDocument(page())[0].get_textpage().get_text_range().replace("\r\n", "").replace(" ", "")
    )
    result, *_ = plant.worked()
    for wanted in (
        f"{int(result.line('E').shown):,}",
        ROOT,
        VERIFIER,
        result.inputs_digest,
        result.method_digest,
        "白杨河热电",
    ):
        assert wanted in text
    assert f"python3-I-Sverify.pyzpack.zip--root{ROOT}" in text
