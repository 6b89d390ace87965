"""Help, languages, mistakes in the command line, and what becomes of errors."""

import json
import subprocess
import sys

import click
import pytest

import tanheng as th
from tanheng.app import doctor
from tanheng.cli import main
from tests.cli.run import tanheng, widest

COMMANDS = sorted(main.commands)


def test_help_names_every_command_and_every_exit_code():
    text = tanheng("--help").output
    assert tanheng().output == text
    assert all(f"  {name} " in text for name in COMMANDS)
    for code in ("0 ", "1 ", "2 ", "3 ", "4 ", "130 "):
        assert code in text.split("Exit codes:")[1]
    assert tanheng("--version").output == f"tanheng {th.__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_both_languages_with_examples(name):
    text = tanheng(name, "-h").output
    head, examples = text.split("例 Examples:")
    assert f"tanheng {name}" in examples
    assert any("\u4e00" <= c <= "\u9fff" for c in head) and any(c.isascii() and c.isalpha() for c in head)
    assert widest(text) <= 100
    # a list of commands that breaks a description off helps nobody
    assert "..." not in tanheng("--help").output.split("Commands:")[1]


def test_options_of_commands_are_explained_in_both_languages():
    for name, command in main.commands.items():
        for option in command.params:
            if isinstance(option, click.Option) and option.name != "help":
                assert option.help and not option.help.isascii(), f"{name} {option.name}"


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (["foo"], "没有命令 foo"),
        (["check"], "缺少 PLANT"),
        (["verify"], "缺少"),
        (["check", "a", "b"], "多余的参数 b"),
        (["check", "--annotat", "x"], "没有选项 --annotat，相近的有 --annotate"),
        (["check", "x", "--lang"], "选项 --lang 的用法不对"),
        (["--lang", "fr", "check", "x"], "--lang 的值不对，可选 zh、en"),
        (["report", "x", "--format", "odt"], "--format 的值不对，可选 docx、xlsx、pdf"),
        (["account", "x", "--known-on", "yesterday"], "--known-on 的值不对"),
        (["pack", "x"], "缺少 -o / --output"),
    ],
)
def test_a_mistake_in_the_command_line_is_a_problem(words, zh):
    result = tanheng(*words)
    assert result.exit_code == 2 and "TH-A08" in result.output and zh in result.output.replace("' / '", " / ")
    english = tanheng(*words, TANHENG_LANG="en")
    assert "TH-A08 Command is misspelt" in english.output


def test_a_mistake_is_json_where_json_was_asked_for():
    told = json.loads(tanheng("check", "--json").stdout)
    assert told["ok"] is False and [p["code"] for p in told["problems"]] == ["TH-A08"]


def test_the_language_is_said_before_or_after_the_command_or_by_the_environment():
    said = [
        tanheng("--lang", "en", "check", "nothing").output,
        tanheng("check", "nothing", "--lang", "en").output,
        tanheng("check", "nothing", TANHENG_LANG="en").output,
    ]
    assert (
        said[0].startswith("error TH-A01 File not found\n  There is no file nothing.") and len(set(said)) == 1
    )
    assert tanheng("check", "nothing").output.startswith("错误 TH-A01 找不到文件\n  没有文件 nothing。")


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (RuntimeError("oops"), 4, "TH-A09"),
        (RecursionError(), 4, "TH-A09"),
        (OSError(28, "No space left on device", "x"), 2, "磁盘已满"),
        (KeyboardInterrupt(), 130, "已中断"),
    ],
)
def test_whatever_happens_is_said_and_never_a_traceback(error, code, says, monkeypatch):
    def examine():
        raise error

    monkeypatch.setattr(doctor, "examine", examine)
    result = tanheng("doctor")
    assert result.exit_code == code and says in result.output
    if code == 4:
        told = json.loads(tanheng("doctor", "--json").stdout)
        assert told["problems"][0]["params"]["spot"].startswith("tests.cli.test_frame:")


def test_help_and_import_load_nothing_heavy():
    """What takes long to import is imported by the command that needs it."""
    heavy = {"rich", "xlsxwriter", "typst", "matplotlib", "docx", "python_calamine", "tomllib", "fractions"}
    program = (
        "import sys; before = set(sys.modules)\n"
        "import tanheng; print(*sorted(set(sys.modules) - before))\n"
        "from tanheng.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(*sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, *_, last = done.stdout.splitlines()
    assert first.split() == ["__future__", "tanheng"]
    loaded = set(last.split())
    assert not heavy & loaded
    ours = {name for name in loaded if name.startswith("tanheng")}
    assert {name.split(".")[1] for name in ours if "." in name} == {"cli"}
