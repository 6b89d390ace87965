"""Bring the README up to date: `make readme`.

Builds dist/verify.pyz and prints its digest on the marked line; lays pages of the demonstration's report side
by side as docs/assets/report.png.
"""

import re
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from tanheng.evidence.pyz import build

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"^verify\.pyz SHA-256: `[^`]*`$", re.MULTILINE)
WORDS = ("法定代表人", "图 1 ", "核算公式")  # the cover, the charts, the formulas: first page that has them
HEIGHT, GAP = 780, 16


def digest_line() -> None:
    """Write the archive, then the line; the README must have exactly one."""
    target = ROOT / "dist" / "verify.pyz"
    target.parent.mkdir(exist_ok=True)
    digest = build(target)
    readme = ROOT / "README.md"
    text, times = LINE.subn(f"verify.pyz SHA-256: `{digest}`", readme.read_text(encoding="utf-8"))
    if times != 1:
        raise SystemExit(f"README.md has {times} lines for the digest of verify.pyz, wanted one")
    readme.write_text(text, encoding="utf-8")
    print(f"dist/verify.pyz {digest}")


def picture() -> None:
    """Lay the chosen pages of the demonstration's PDF side by side."""
    reports = sorted((ROOT / "demo" / "reports").glob("*.pdf"))
    if not reports:
        raise SystemExit("demo/reports holds no PDF; run `make demo` first")
    with pypdfium2.PdfDocument(reports[0]) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
        numbers = [next(n for n, text in enumerate(texts) if words in text) for words in WORDS]
        shown = [document[n].render(scale=2).to_pil().convert("RGB") for n in numbers]
    scaled = [
        each.resize((each.width * HEIGHT // each.height, HEIGHT), Image.Resampling.LANCZOS) for each in shown
    ]
    framed = [ImageOps.expand(each, border=1, fill="#c8ccd0") for each in scaled]
    width = sum(each.width for each in framed) + GAP * (len(framed) + 1)
    sheet = Image.new("RGB", (width, HEIGHT + 2 + 2 * GAP), "#eef0f2")
    left = GAP
    for each in framed:
        sheet.paste(each, (left, GAP))
        left += each.width + GAP
    target = ROOT / "docs" / "assets" / "report.png"
    sheet.quantize(128).save(target, optimize=True)
    print(f"{target.relative_to(ROOT)} {target.stat().st_size // 1024} kB")


if __name__ == "__main__":
    digest_line()
    picture()
