"""Every page of documents as PNG: `python -m tools.pictures out/ a.docx b.pdf c.xlsx`.

PDF pages are drawn by pdfium. Word and Excel files go through LibreOffice where it is installed, with the
package's fonts in the place of those that a plant's Windows has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

_SECONDS = 180
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>{folder}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir>
<alias binding="same"><family>微软雅黑</family><prefer><family>Noto Sans SC</family></prefer></alias>
<alias binding="same"><family>Arial</family>
<prefer><family>Liberation Sans</family><family>Inter</family></prefer></alias>
<alias binding="same"><family>Consolas</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
<alias binding="same"><family>Cambria Math</family><prefer><family>STIX Two Math</family></prefer></alias>
</fontconfig>"""


def page_pictures(path: Path, folder: Path, dpi: int = 96) -> list[Path]:
    """Turn every page of one document into PNG.

    Args:
        path: A .pdf, .docx or .xlsx file.
        folder: Where the pictures go, as <name>-<kind>-01.png and so on; made when missing.
        dpi: Dots an inch.

    Returns:
        The pictures in page order.

    Raises:
        ValueError: the kind of file is not known.
        RuntimeError: LibreOffice is not installed, or could not convert.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in ("pdf", "docx", "xlsx"):
        raise ValueError(f"{path.name}: only .pdf, .docx and .xlsx become pictures")
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{path.stem}-{kind}"
    if kind == "pdf":
        return _draw(path, folder, stem, dpi)
    with tempfile.TemporaryDirectory() as work:
        return _draw(converted(path, Path(work)), folder, stem, dpi)


def _draw(path: Path, folder: Path, stem: str, dpi: int) -> list[Path]:
    import pypdfium2

    made = []
    document = pypdfium2.PdfDocument(path)
    try:
        for number, page in enumerate(document):
            target = folder / f"{stem}-{number + 1:02d}.png"
            page.render(scale=dpi / 72).to_pil().save(target)
            made.append(target)
    finally:
        document.close()
    return made


def converted(path: Path, work: Path) -> Path:
    """A Word or Excel file as PDF in the folder `work`. Raises RuntimeError as `page_pictures` does."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise RuntimeError(f"{path.name}: pictures of Word and Excel pages need LibreOffice")
    with as_file(files("tanheng.reports").joinpath("fonts")) as fonts:
        config = work / "fonts.conf"
        config.write_text(_FONTS.format(folder=fonts, cache=work / "cache"), encoding="utf-8")
        # a profile of its own: a LibreOffice that is open elsewhere would swallow the call
        call = [
            program,
            f"-env:UserInstallation=file://{work / 'profile'}",
            "--headless",
            "--convert-to",
            "pdf",
        ]
        done = subprocess.run(
            [*call, "--outdir", str(work), str(path)],
            env={**os.environ, "FONTCONFIG_FILE": str(config)},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    made = work / f"{path.stem}.pdf"
    if not made.exists():
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise RuntimeError(f"{path.name}: LibreOffice did not convert it: {said[:200]}")
    return made


def main(arguments: list[str]) -> None:
    """The one command: first the folder, then the documents."""
    folder = Path(arguments[0])
    for name in arguments[1:]:
        for made in page_pictures(Path(name), folder):
            print(made)


if __name__ == "__main__":
    main(sys.argv[1:])
