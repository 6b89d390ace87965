"""What a verification says: state, findings and figures, for people in two languages and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tanheng.kernel.numbers import grouped
from tanheng.kernel.problems import Problem, printable

FORMAT = "tanheng-verdict-1"
ANCHORED, CONSISTENT, BROKEN = "anchored", "consistent", "broken"
EXIT = {ANCHORED: 0, BROKEN: 1, CONSISTENT: 3}
"""Exit codes; 2 is bad usage, when nothing was verified."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One answer, recomputed: kind (such as emission), names, scope, period, exact and shown text, unit."""

    kind: str
    name: str
    zh: str
    en: str
    scope: tuple[tuple[str, str], ...]
    period: str
    exact: str
    shown: str
    unit: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one verification.

    Attributes:
        state: anchored (the root given is that of the pack and everything recomputes), consistent (all of it
            but no root was given) or broken (some finding is an error).
        root: The root of the pack as computed, "" where that was impossible; `given`: what it is held to.
        about: method, method_zh, period, boundary, engine, as far as they could be read.
        items: SHA-256 of every item by path, so that methods and factors can be compared with published ones.
        lines: How many values were recomputed.
        notes: What the result itself warns of, as recomputed.
    """

    file: str
    root: str
    given: str
    about: Mapping[str, str]
    items: Mapping[str, str]
    figures: tuple[Figure, ...]
    lines: int
    findings: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()

    @property
    def state(self) -> str:
        """anchored, consistent or broken."""
        if any(each.severity == "error" for each in self.findings):
            return BROKEN
        return ANCHORED if self.given else CONSISTENT

    @property
    def exit_code(self) -> int:
        """0 anchored, 3 consistent, 1 broken."""
        return EXIT[self.state]

    def to_json(self, lang: str = "zh") -> dict[str, Any]:
        """A plain dictionary for JSON."""
        figures = [
            {
                "kind": f.kind,
                "name": f.name,
                "zh": f.zh,
                "en": f.en,
                "scope": dict(f.scope),
                "period": f.period,
                "exact": f.exact,
                "shown": f.shown,
                "unit": f.unit,
            }
            for f in self.figures
        ]
        return {
            "format": FORMAT,
            "state": self.state,
            "exit_code": self.exit_code,
            "file": self.file,
            "root": self.root,
            "given_root": self.given,
            "about": dict(self.about),
            "items": dict(self.items),
            "figures": figures,
            "values_recomputed": self.lines,
            "findings": [each.to_json(lang) for each in self.findings],
            "notes": [each.to_json(lang) for each in self.notes],
            "not_checked": list(WORDS[lang]["unchecked"]),
        }

    def text(self, lang: str = "zh", every: bool = False) -> str:
        """The outcome as lines of text, with the figures of the whole period, or with `every` one."""
        words = WORDS[lang]
        out = [words["title"], "", f"{words['file']}  {printable(self.file)}"]
        out += [f"{words[key]}  {printable(value)}" for key in ABOUT if (value := self.about.get(key))]
        out += [f"{words['root']}  {grouped_root(self.root)}"] if self.root else []
        out += [f"{words['given']}  {grouped_root(self.given)}"] if self.given else []
        rules = [path for path in self.items if path.endswith("/method.toml")]
        out += [f"{words['rule']}  {printable(path)}  {self.items[path]}" for path in rules]
        out += ["", words[self.state].format(lines=self.lines)]
        out += self._figures(lang, every)
        warnings = tuple(each for each in self.notes if every or each.severity != "info")
        for key, problems in (("findings", self.findings), ("notes", warnings)):
            if problems:
                out += ["", words[key].format(count=len(problems))]
                out += [f"  {number}. {each.line(lang)}" for number, each in enumerate(problems, 1)]
        out += ["", words["unchecked_title"], *(f"  - {each}" for each in words["unchecked"])]
        return "\n".join(out) + "\n"

    def _figures(self, lang: str, every: bool) -> list[str]:
        """The figures as lines, those that count first: emissions before indicators, totals before parts."""
        if not self.figures:
            return []
        whole = [each for each in self.figures if every or each.period == self.about.get("period")]
        whole.sort(key=lambda each: (each.kind == "indicator", len(each.scope)))
        rest = len(self.figures) - len(whole)
        out = ["", WORDS[lang]["figures"], *(f"  {_figure(each, lang)}" for each in whole)]
        return out + ([WORDS[lang]["rest"].format(count=rest)] if rest else [])


def grouped_root(root: str) -> str:
    """A root in groups of four, as the digest page prints it: "1f2e 3d4c …"."""
    return " ".join(root[at : at + 4] for at in range(0, len(root), 4))


def _figure(figure: Figure, lang: str) -> str:
    scope = " ".join(printable(member) for _, member in figure.scope)
    name = figure.en if lang == "en" else figure.zh
    place = " ".join(filter(None, (scope, figure.period)))
    value = grouped(figure.shown) if figure.unit else figure.shown
    return f"{printable(name)} {printable(figure.name)} [{place}] = {printable(value)} {figure.unit}".rstrip()


ABOUT = ("method", "period", "boundary", "engine")

WORDS: Mapping[str, Mapping[str, Any]] = {
    "zh": {
        "title": "碳衡封存包核验",
        "file": "文件",
        "method": "方法",
        "period": "期间",
        "boundary": "边界",
        "engine": "引擎",
        "root": "本包的根",
        "given": "给出的根",
        "rule": "方法文件",
        ANCHORED: "结论：成立。根与给出的一致，各项完整，{lines} 个数值全部重算相同。",
        CONSISTENT: "结论：一致，但未锚定。各项完整，{lines} 个数值全部重算相同；但没有给出根（--root），"
        "不能排除有人改动后重新封存。",
        BROKEN: "结论：不成立。偏差逐项列在下面。",
        "figures": "数字（由本程序重新算出，没有取自包内存放的结果）",
        "rest": "  另有 {count} 个分月数字，加 --all 列出",
        "findings": "发现 {count} 条",
        "notes": "结果自带的提示 {count} 条（重算所得）",
        "unchecked_title": "本次核验不包括",
        "unchecked": (
            "冻结数据之前的环节：仪表读数、化验、凭证与录入是否属实，读数怎样汇总成数据；",
            "方法和因子是否就是主管部门的文本：请把上面方法文件的散列值与公布的目录比较；",
            "附件（报告、凭证）的内容：只核对散列值，不与数字比对；",
            "封存的时间和封存者：请看封存页上的签字盖章，根应取自纸面或另行收到的文件。",
        ),
    },
    "en": {
        "title": "Tanheng: verification of a sealed pack",
        "file": "File",
        "method": "Method",
        "period": "Period",
        "boundary": "Boundary",
        "engine": "Engine",
        "root": "Root of the pack",
        "given": "Root given",
        "rule": "Method file",
        ANCHORED: "Verdict: holds. The root is the one given, every item is whole, "
        "and all {lines} values recompute to the same.",
        CONSISTENT: "Verdict: consistent, not anchored. Every item is whole and all {lines} values recompute "
        "to the same; but no root was given (--root), so a pack altered and sealed anew cannot be told "
        "apart.",
        BROKEN: "Verdict: does not hold. Every deviation is listed below.",
        "figures": "Figures (recomputed by this program, not taken from the results stored in the pack)",
        "rest": "  and {count} figures of months, listed with --all",
        "findings": "{count} findings",
        "notes": "{count} remarks of the result itself (recomputed)",
        "unchecked_title": "Not covered by this verification",
        "unchecked": (
            "what lies before the frozen data: whether meter readings, analyses, vouchers and entries are "
            "true, and how readings were summed up;",
            "whether methods and factors are the texts of the authority: compare the hashes of the method "
            "files above with the published list;",
            "the contents of attachments (reports, vouchers): only their hashes are checked;",
            "when and by whom the pack was sealed: see the signed digest page, and take the root from paper "
            "or from a message apart from the pack.",
        ),
    },
}
