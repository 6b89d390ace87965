"""What only a process of its own shows: terminals, pipes, encodings, signals, and equal bytes everywhere."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.cli.run import FORM, PLANT, ROOT, process, widest

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(*words: str, columns: int = 80, **env: str) -> tuple[int, str]:
    """Exit code and everything that is written to a terminal that many columns wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")} | {
        "TERM": "xterm-256color"
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "tanheng", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | env,
    )
    os.close(theirs)
    parts = []
    # a terminal whose other end is closed reads as an error on Linux
    while part := _read(ours):
        parts.append(part)
    os.close(ours)
    return child.wait(), b"".join(parts).decode("utf-8")


def _read(stream: int) -> bytes:
    try:
        return os.read(stream, 65536)
    except OSError:
        return b""


def test_on_a_terminal_of_80_columns_nothing_is_cut_off_and_colours_are_used():
    code, text = on_a_terminal("account", PLANT)
    assert code == 0 and "\x1b[" in text
    plain = ANSI.sub("", text)
    assert widest(plain) <= 80 and "5,803,699  tCO2" in plain
    assert re.search(r"E_unit +1 +3,069,252  tCO2", plain)


def test_without_colour_a_terminal_gets_plain_text():
    for words, env in ((("--no-color",), {}), ((), {"NO_COLOR": "1"})):
        _, text = on_a_terminal("methods", *words, **env)
        assert "\x1b[" not in text and "cets-power-2023" in text


def test_in_a_pipe_there_is_plain_text_and_whole_lines():
    done = process("account", PLANT, "--all", "--lang", "en")
    text = done.stdout.decode("utf-8")
    assert done.returncode == 0 and done.stderr == b"" and "\x1b" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())
    heads = [line for line in text.splitlines() if "total emissions of the power-generation facility" in line]
    assert len(heads) == 1 and "5,803,699" in heads[0] and "G23 8" in heads[0]


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_a_console_of_another_encoding_is_no_reason_to_stop(encoding):
    done = process("doctor", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == 0 and b"verify.pyz" in done.stdout
    told = process("methods", "--json", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert json.loads(told.stdout.decode("utf-8"))


def test_a_reader_that_leaves_early_is_no_error():
    child = subprocess.Popen(
        [sys.executable, "-m", "tanheng", "factors", "柴油"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    child.stdout.close()
    assert child.stderr.read() == b"" and child.wait() == 141
    child.stderr.close()


def test_interrupted_work_leaves_nothing_and_says_so(tmp_path):
    program = (
        "import os, signal, sys\n"
        # a shell that runs the tests in the background lets its children ignore the signal
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tanheng.app import reporting\n"
        "from tanheng.cli import main\n"
        "made = reporting.printed\n"
        "def late(*given):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return made(*given)\n"
        "reporting.printed = late\n"
        "main(['report', *sys.argv[1:]])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, PLANT, "-o", str(tmp_path / "out")], capture_output=True, check=False
    )
    assert done.returncode == 130 and "已中断" in done.stderr.decode("utf-8")
    assert list(tmp_path.iterdir()) == []


def test_equal_bytes_whatever_the_order_locale_zone_and_hash_seed(tmp_path, rng):
    """Acceptance 7: one year in shuffled order, in other surroundings, gives one result JSON."""
    shuffled = tmp_path / "shuffled.toml"
    form = Path(FORM).read_text(encoding="utf-8")
    shuffled.write_text(_shuffled(form, rng), encoding="utf-8")
    surroundings = [
        (PLANT, {"LC_ALL": "C", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "0"}),
        (
            FORM,
            {"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE", "TZ": "America/Los_Angeles", "PYTHONHASHSEED": "1"},
        ),
        (str(shuffled), {"LC_ALL": "zh_CN.GBK", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4294967295"}),
    ]
    told = [process("account", source, "--json", cwd=tmp_path, **env).stdout for source, env in surroundings]
    assert len(set(told)) == 1 and json.loads(told[0])["ok"] is True
    packs = []
    for number, (_, env) in enumerate(surroundings):
        path = tmp_path / f"{number}.zip"
        assert process("pack", PLANT, "-o", path, cwd=ROOT if number else tmp_path, **env).returncode == 0
        packs.append(path.read_bytes())
    assert len(set(packs)) == 1


def _shuffled(form: str, rng) -> str:
    """The lines of every sheet, and the sheets, in another order."""
    head, *sheets = re.split(r"(?m)^(?=\[\w+\]$)", form)
    out = []
    for sheet in sheets:
        rows = re.findall(r"(?m)^  \[.*\],$", sheet)
        rest = re.split(r"(?m)^  \[.*\],\n", sheet)
        rng.shuffle(rows)
        out.append(rest[0] + "".join(f"{row}\n" for row in rows) + "".join(rest[1:]))
    first, others = out[0], out[1:]
    rng.shuffle(others)
    return head + "".join([first, *others])


def test_kill_while_reports_are_written_leaves_whole_files(tmp_path, rng, rounds):
    reference = tmp_path / "reference"
    words = ("report", PLANT, "--format", "xlsx", "-o")
    assert process(*words, reference).returncode == 0
    whole = {path.name: path.read_bytes() for path in reference.iterdir()}
    for number in range(rounds(1, 40)):
        out = tmp_path / str(number)
        child = subprocess.Popen(
            [sys.executable, "-m", "tanheng", *words, str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not out.exists() and child.poll() is None:
            os.sched_yield()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(rng.uniform(0, 0.002))
        child.send_signal(signal.SIGKILL)
        child.wait()
        found = (
            [path for path in out.iterdir() if not path.name.startswith(".tanheng-")] if out.exists() else []
        )
        assert all(path.read_bytes() == whole[path.name] for path in found)
