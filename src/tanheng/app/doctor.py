"""Is this installation whole: methods load, factors parse, fonts are there, the verifier builds."""

from __future__ import annotations

import importlib.resources
import platform
from collections.abc import Callable
from dataclasses import dataclass

from tanheng.app.library import Library
from tanheng.kernel.problems import Refused

Texts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation, whether it is well, and what was seen; texts in Chinese and English."""

    id: str
    part: Texts
    ok: bool
    seen: Texts

    def to_json(self) -> dict[str, object]:
        """A JSON object."""
        return {"id": self.id, "ok": self.ok, "zh": self.seen[0], "en": self.seen[1]}


def examine() -> list[Finding]:
    """Look at each part of the installation; a part that is broken is a finding, never an exception."""
    library = Library()
    checks: list[tuple[str, Texts, Callable[[], Texts]]] = [
        ("version", ("碳衡", "Tanheng"), _version),
        ("methods", ("方法", "Methods"), lambda: _methods(library)),
        ("factors", ("因子", "Factors"), lambda: _factors(library)),
        ("instruments", ("依据文件", "Instruments"), lambda: _instruments(library)),
        ("fonts", ("字体", "Fonts"), _fonts),
        ("verifier", ("核验程序", "Verifier"), _verifier),
    ]
    found: list[Finding] = []
    for id, part, check in checks:
        try:
            found.append(Finding(id, part, True, check()))
        except Refused as refused:
            first = refused.problems[0]
            found.append(Finding(id, part, False, (first.line("zh"), first.line("en"))))
        # a broken installation breaks in any way it likes, and this is the command that must say so
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            found.append(Finding(id, part, False, (text, text)))
    return found


def _version() -> Texts:
    import tanheng

    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    text = f"{tanheng.__version__} · Python {python} · {system}"
    return text, text


def _methods(library: Library) -> Texts:
    loaded = [library.methods.get(i) for i in library.methods.ids()]
    steps = sum(len(m.steps) for m in loaded)
    return f"{len(loaded)} 个，{steps} 个步骤", f"{len(loaded)}, with {steps} steps"


def _factors(library: Library) -> Texts:
    rows = [r for family in library.factors.families() for r in library.factors.rows(family)]
    unsure = sum(r.certainty != "sure" for r in rows)
    return f"{len(rows)} 行，其中 {unsure} 行尚未确认", f"{len(rows)} rows, {unsure} of them unconfirmed"


def _instruments(library: Library) -> Texts:
    known = [library.instruments.get(id) for id in library.instruments.ids()]
    return f"{len(known)} 份", f"{len(known)}"


def _fonts() -> Texts:
    folder = importlib.resources.files("tanheng.reports") / "fonts"
    names = (
        sorted(f.name for f in folder.iterdir() if f.name.endswith((".ttf", ".otf")))
        if folder.is_dir()
        else []
    )
    families = sorted({name.split("-")[0] for name in names})
    if "NotoSansSC" not in families:
        raise FileNotFoundError("NotoSansSC")
    return f"{len(names)} 个：{'、'.join(families)}", f"{len(names)}: {', '.join(families)}"


def _verifier() -> Texts:
    from tanheng.evidence.pyz import pyz_digest

    text = f"verify.pyz SHA-256 {pyz_digest()}"
    return text, text
