"""The digest page of a pack: one sheet with figures, root and verifier, to sign and keep apart."""

from __future__ import annotations

import io

from tanheng.engine.notation.typst import text_literal
from tanheng.facts.inputs import Inputs
from tanheng.facts.result import Result
from tanheng.formula.model import Method
from tanheng.reports.typesetting import array, call, compile_source, content
from tanheng.statement.figures import Figures
from tanheng.statement.text import Text, rich, words

_LEAD = "本页列出封存包的根。包内任何一个输入、因子、方法、结果或树节点改动一个字节，重算得到的根就与本页不同。请将本页打印、签字，与封存包分开保存。"
_STEPS = (
    "取得 verify.pyz，核对它的 SHA-256 与本页一致"
    "（Windows：certutil -hashfile verify.pyz SHA256；Linux：sha256sum verify.pyz）。",
    "在任意一台装有 Python 3.11 或更高版本的计算机上运行下面的命令；不需要安装碳衡，也不需要联网。",
    "屏幕上的根与本页逐位相同，且各项均报告一致，则数据自封存以来没有改动，全部数值可由包内数据重新算出。",
)


def digest_page(result: Result, inputs: Inputs, method: Method, *, root: str, verifier: str) -> bytes:
    """Print the digest page of a sealed pack as PDF/A.

    Args:
        root: Root of the pack's tree, 64 hexadecimal digits.
        verifier: SHA-256 of verify.pyz.

    Returns:
        The PDF; equal arguments give equal bytes.
    """
    figures = Figures(result, inputs, method)
    name = figures.needed_fact("entity_name").text if inputs.facts else words(method.zh)
    rows: list[tuple[str, Text]] = [
        ("重点排放单位", name),
        ("报告期间", words(result.period)),
        ("核算边界", words(_boundary(result.boundary))),
        ("核算方法", words(f"{method.zh}（{method.id}）")),
        ("计算引擎", words(result.engine)),
        ("输入数据摘要", words(result.inputs_digest, "code")),
        ("方法文件摘要", words(result.method_digest, "code")),
    ]
    body = [
        f'#show: house.with(title: {text_literal("封存包摘要页")}, running: "", foot: {text_literal("根 " + root)})',
        call(
            "#digest",
            content(words(_LEAD)),
            _answers(figures),
            _rows(rows),
            array(_in_fours(root)),
            text_literal(verifier),
            f"bytes({text_literal(_qr(root))})",
            array([content(words(step)) for step in _STEPS]),
            text_literal(f"python3 -I -S verify.pyz pack.zip --root {root}"),
        ),
    ]
    return compile_source("\n".join(body), "pdf", pdf_standards=["a-2b"])[0]


def _boundary(boundary: str) -> str:
    named = {"ets_facility": "发电设施（全国碳市场履约边界）", "enterprise": "企业边界"}
    return f"{named[boundary]}" if boundary in named else boundary


def _answers(figures: Figures) -> str:
    """The answers of the whole run and of each unit: label, figure, unit."""
    spelt = []
    for line in figures.result.lines:
        # units are named below the whole, whatever order the lines have
        emission = figures.result.answers.get(line.name) == "emission"
        if (emission and not line.scope and line.period == figures.result.period) or (line.name == "E_unit"):
            unit = dict(line.scope).get("unit")
            label = figures.unit_name(unit) if unit else line.zh
            figure = figures.number(line.shown)
            spelt.append(
                (bool(unit), array([content(words(label)), content(figure.text), content(rich(line.unit))]))
            )
    return array([each for _, each in sorted(spelt, key=lambda pair: pair[0])])


def _rows(rows: list[tuple[str, Text]]) -> str:
    return array([array([content(words(label)), content(text)]) for label, text in rows])


def _in_fours(root: str) -> list[str]:
    """The root in groups of four, as people read digests aloud."""
    return [text_literal(root[i : i + 4]) for i in range(0, len(root), 4)]


def _qr(text: str) -> str:
    """The root as a QR code in SVG, error correction M."""
    import segno

    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        stream, kind="svg", border=2, xmldecl=False, svgns=True, scale=4
    )
    return stream.getvalue().decode("utf-8").strip()
