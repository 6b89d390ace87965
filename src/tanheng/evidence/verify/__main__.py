"""The command in verify.pyz: python3 -I -S verify.pyz pack.zip --root R."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence

from tanheng.engine.exact.result import ENGINE
from tanheng.evidence.verify.check import verify_pack
from tanheng.kernel.problems import Refused

_EPILOG = """\
例 Examples:
  python3 -I -S verify.pyz pack.zip --root "1f2e 3d4c 5b6a ..."
  python3 -I -S verify.pyz pack.zip --json --lang en

退出码 Exit codes:
  0  成立 holds · 3  一致但未锚定 consistent, not anchored · 1  不成立 does not hold · 2  用法错误 bad usage
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one pack, print the verdict, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="verify.pyz",
        description="核验碳衡封存包：核对每个散列值，并用标准库重算每个数字。"
        " Verify a sealed pack of Tanheng: check every hash, recompute every figure.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pack", help="封存包 the sealed pack (.zip)")
    parser.add_argument("--root", help="从包外得到的根 the root, from outside the pack: 64 hex digits")
    parser.add_argument(
        "--all", action="store_true", help="列出每个分月数字和每条提示 every monthly figure and remark"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 print JSON")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 language")
    parser.add_argument("--version", action="version", version=ENGINE)
    given = parser.parse_args(arguments)
    try:
        verdict = verify_pack(given.pack, given.root)
    except Refused as refused:
        if given.json:
            problems = [each.to_json(given.lang) for each in refused.problems]
            sys.stdout.write(json.dumps({"problems": problems}, ensure_ascii=False, indent=2) + "\n")
        else:
            sys.stderr.writelines(f"{each.line(given.lang)}\n" for each in refused.problems)
        return 2
    if given.json:
        sys.stdout.write(json.dumps(verdict.to_json(given.lang), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(verdict.text(given.lang, given.all))
    return verdict.exit_code


def run() -> None:
    """Run as a program. Output is UTF-8 whatever the console says of itself."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the pipe has seen enough; nothing is wrong with the pack
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    raise SystemExit(code)


if __name__ == "__main__":
    run()
