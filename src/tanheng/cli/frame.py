"""The frame of every command: language, colours, exit codes, and what becomes of errors."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from tanheng import __version__
from tanheng.cli.face import Face

DONE, BROKEN, REFUSED, UNANCHORED, DEFECT, INTERRUPTED = 0, 1, 2, 3, 4, 130

_ABOUT = """\
碳衡：把工厂一年的数据核算成可逐级追溯、可由他人重算的排放报告。

Tanheng: from a plant's workbook to a report that a stranger can recompute."""
_EPILOG = """\b
例 Examples:
  tanheng new plant.xlsx --period 2024        生成填报工作簿 an empty workbook
  tanheng check plant.xlsx                    逐个单元格检查 name every faulty cell
  tanheng account plant.xlsx                  核算 the year's figures
  tanheng explain plant.xlsx E                把一个数拆到单元格 down to the cells
  tanheng report plant.xlsx -o out            报告 Word, Excel, PDF
  tanheng pack plant.xlsx -o pack.zip         封存 seal
  tanheng verify pack.zip --root …            核验 verify
\b
退出码 Exit codes:
  0 完成 done                    3 一致但未锚定 consistent, not anchored
  1 不成立 does not hold         4 程序内部错误 internal error
  2 输入被拒绝 input refused     130 已中断 interrupted"""


class _Main(click.Group):
    """The group of all commands."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run a command line; a mistake in it is a problem like all others."""
        standalone = extra.pop("standalone_mode", True)
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(given, prog_name, standalone_mode=False, **extra)
        except click.exceptions.UsageError as error:
            if not standalone:
                raise
            code = _misspelt(error, given)
        except (click.Abort, KeyboardInterrupt):
            code = _interrupted()
        except BrokenPipeError:
            code = _unheard()
        code = code if isinstance(code, int) else DONE
        if standalone:
            sys.exit(code)
        return code


def _see(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Language and colour may be said before or after the command's name."""
    face = context.ensure_object(Face)
    if option.name == "lang" and value:
        face.lang = value
    if option.name == "no_color" and value:
        face.colour = False


def _spoken(command: Any) -> Any:
    shared: dict[str, Any] = {"expose_value": False, "callback": _see, "is_eager": True}
    colour = click.option("--no-color", is_flag=True, help="不用颜色 no colours", **shared)
    tongue = click.Choice(["zh", "en"])
    lang = click.option("--lang", type=tongue, envvar="TANHENG_LANG", help="语言 language, zh", **shared)
    spoken = colour(lang(command))
    # of a function that has its own options already, these two come last in the help
    listed = getattr(spoken, "__click_params__", [])
    listed[:] = [*listed[-2:], *listed[:-2]]
    return spoken


@_spoken
@click.group(
    cls=_Main, help=_ABOUT, epilog=_EPILOG, invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
@click.version_option(__version__, message="tanheng %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Tanheng: from a plant's workbook to a report that a stranger can recompute."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON print JSON")
FORCE = click.option("--force", is_flag=True, help="覆盖已有文件 overwrite what is there")
EVERYTHING = click.option("--all", "everything", is_flag=True, help="全部列出 leave nothing out")
LIBRARY = click.option(
    "--library",
    "folders",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="自有库，可多次 own library folder",
)
KNOWN = click.option(
    "--known-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="只用该日已知的规则 rules known by then",
)


def _sheets(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> None:
    """`SHEET=FILE` as sheets and files, kept for `Face.account`."""
    found: dict[str, str] = {}
    for text in given:
        sheet, _, file = (part.strip() for part in text.partition("="))
        if not (sheet and file) or sheet in found:
            raise click.BadParameter(f"{text!r}, SHEET=FILE", context, option)
        found[sheet] = file
    context.ensure_object(Face).csv = found


_CSV = click.option(
    "--csv",
    multiple=True,
    metavar="SHEET=FILE",
    help="用 CSV 代替一张表，可多次 a sheet from CSV",
    expose_value=False,
    callback=_sheets,
)


def _keep(context: click.Context, option: click.Parameter, given: str | None) -> None:
    context.ensure_object(Face).beside = given


_BESIDE = click.option(
    "--beside",
    type=click.Path(),
    metavar="FILE",
    help="企业边界补充表所依的机组工作簿 the plant's own form, for the enterprise's",
    expose_value=False,
    callback=_keep,
)


def PLANT(function: Any) -> Any:
    """The file of a plant's year, and sheets that come from CSV files instead."""
    return click.argument("plant", type=click.Path())(_CSV(function))


def FORM(function: Any) -> Any:
    """As PLANT; the file may also be the form of a wider boundary, which stands beside the plant's own."""
    return PLANT(_BESIDE(function))


def group(name: str, short: str, zh: str, en: str, examples: str) -> click.Group:
    """A group of commands, with help as `command`; its commands are made with `command(…, under=group)`."""
    said = {"help": f"{zh}\n\n{en}", "epilog": _examples(examples), "short_help": short}
    made = click.Group(name, **said, invoke_without_command=True, callback=_help)
    main.add_command(made)
    return made


@click.pass_context
def _help(context: click.Context) -> None:
    """A group that is called by itself says what there is."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _examples(text: str) -> str:
    lines = "\n".join(f"  {line.strip()}" for line in text.strip().splitlines())
    return f"\b\n例 Examples:\n{lines}"


def command(
    short: str, zh: str, examples: str, under: click.Group | None = None, name: str | None = None
) -> Callable[[Any], Any]:
    """A command with help in both languages and examples at its foot.

    Args:
        short: What the list of commands says, at most 60 columns.
        zh: The help in Chinese; the docstring of the function says the same in English.
        examples: One command line a line.
        under: The group that it belongs to, by default the one of all commands.
        name: Its name, by default that of the function.
    """

    def wrap(function: Any) -> Any:
        help = f"{zh}\n\n{inspect.cleandoc(function.__doc__)}"
        made = (under or main).command(name, help=help, epilog=_examples(examples), short_help=short)
        return made(_spoken(click.pass_obj(_guarded(function))))

    return wrap


def _guarded(function: Callable[..., int]) -> Callable[..., int]:
    """Turn what a command raises into problems in the reader's language and an exit code."""

    @functools.wraps(function)
    def run(face: Face, **given: Any) -> int:
        from tanheng.kernel.problems import Place, Refused, refuse

        as_json = bool(given.get("as_json"))
        try:
            code = function(face, **given)
            sys.stdout.flush()
            return code
        except Refused as refused:
            face.problems(refused.problems, as_json)
            return REFUSED
        except click.UsageError:
            raise
        except (KeyboardInterrupt, click.Abort):
            return _interrupted()
        except BrokenPipeError:
            return _unheard()
        # the last net: people get a problem and never a traceback, whatever a file makes the program do
        except Exception as error:
            if os.environ.get("TANHENG_DEBUG"):
                raise
            if isinstance(error, OSError):
                from tanheng.app.files import said, why

                zh, en = why(error)
                name = said(str(error.filename or ""))
                found = refuse("TH-A06", Place(file=name), seen=name or "—", reason_zh=zh, reason_en=en)
                face.problems(found.problems, as_json)
                return REFUSED
            seen = f"{type(error).__name__}: {error}"
            face.problems(refuse("TH-A09", seen=seen, spot=_spot(error)).problems, as_json)
            return DEFECT

    return run


def _spot(error: Exception) -> str:
    """Module and line where an unexpected error came from, and nothing of the machine."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"


def _interrupted() -> int:
    click.echo("\n已中断 interrupted", err=True)
    return INTERRUPTED


def _unheard() -> int:
    """Nobody reads any more (`… | head`): be quiet, also when Python closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13


def _misspelt(error: click.exceptions.UsageError, given: Sequence[str]) -> int:
    """A command line that cannot be understood, as problem TH-A08."""
    from tanheng.kernel.problems import refuse

    face = (error.ctx.find_object(Face) if error.ctx else None) or Face()
    zh, en = _said(error)
    face.problems(refuse("TH-A08", seen_zh=zh, seen_en=en).problems, "--json" in given)
    if "--json" not in given and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    return REFUSED


def _said(error: click.exceptions.UsageError) -> tuple[str, str]:
    english = error.format_message().rstrip(".").replace("\n", " ")
    parameter = getattr(error, "param", None)
    label = parameter.get_error_hint(error.ctx).strip("'") if parameter is not None else ""
    near = "，相近的有 " + "、".join(found) if (found := getattr(error, "possibilities", None)) else ""
    if isinstance(error, click.MissingParameter):
        return f"缺少 {label}", english
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}{near}", english
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 的用法不对", english
    if isinstance(error, click.BadParameter):
        choices = getattr(getattr(parameter, "type", None), "choices", ())
        wanted = f"，可选 {'、'.join(map(str, choices))}" if choices else f"（{error.message.rstrip('.')}）"
        return f"{label} 的值不对{wanted}", english
    name = getattr(error, "command_name", "")
    if name or english.startswith("No such command"):
        return f"没有命令 {name or english.split()[-1]}{near}", english
    return f"多余的参数 {english.partition('(')[2].rstrip(')')}", english
