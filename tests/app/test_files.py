"""Files are read with a reason when that fails, and written whole or not at all."""

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tanheng.app.files import free, put, readable, said, why, writing
from tanheng.kernel.problems import Refused
from tests.app.plants import codes


def refused(call, *given) -> tuple[str, str]:
    """Code and Chinese reason of what `call` is refused for."""
    with pytest.raises(Refused) as caught:
        call(*given)
    (problem,) = caught.value.problems
    return problem.code, dict(problem.params).get("reason_zh", "")


def test_what_cannot_be_read_says_why(tmp_path):
    (tmp_path / "empty.xlsx").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    assert refused(readable, tmp_path / "nothing") == ("TH-A01", "")
    assert refused(readable, tmp_path) == ("TH-A06", "是文件夹")
    assert refused(readable, tmp_path / "empty.xlsx") == ("TH-A06", "文件是空的")
    assert refused(readable, tmp_path / "pipe") == ("TH-A06", "不是普通文件")
    assert refused(readable, tmp_path / ("长" * 300)) == ("TH-A06", "名称太长")
    assert refused(readable, "a\0b") == ("TH-A06", "名称不合法")
    assert refused(readable, tmp_path / "circle")[0] in ("TH-A01", "TH-A06")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_permissions_are_named(tmp_path):
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(b"x")
    secret.chmod(0)
    assert refused(readable, secret) == ("TH-A06", "没有权限")
    tmp_path.chmod(0o555)
    assert refused(put, tmp_path / "new", b"x") == ("TH-A05", "没有权限")
    tmp_path.chmod(0o755)


def test_nothing_is_overwritten_unless_forced_and_inputs_never(tmp_path):
    old, plant, link = tmp_path / "old", tmp_path / "plant", tmp_path / "link"
    old.write_bytes(b"old")
    plant.write_bytes(b"plant")
    link.symlink_to(plant)
    assert refused(free, old, False) == ("TH-A04", "")
    assert free(old, True) == old
    assert refused(free, plant, True, plant) == ("TH-A07", "")
    assert refused(free, link, True, plant) == ("TH-A07", "")
    assert refused(free, tmp_path, True) == ("TH-A05", "是文件夹")
    assert refused(free, "/dev/null", True) == ("TH-A05", "不是普通文件")
    assert refused(free, "a\0b", True) == ("TH-A05", "名称不合法")


def test_a_link_is_written_through(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    put(free(link, True), b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path):
    target = put(tmp_path / "result.json", b"old")
    for error in (KeyboardInterrupt, ValueError, OSError(errno.ENOSPC, "x")):
        expected = Refused if isinstance(error, OSError) else error
        with pytest.raises(expected), writing(target) as part:
            part.write_bytes(b"half")
            raise error
    with pytest.raises(Refused), writing(tmp_path / "a" / "b" / "c") as part:
        raise OSError(errno.EDQUOT, "x")
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]
    assert target.read_bytes() == b"old"


def test_a_full_disk_is_a_problem(tmp_path):
    """The kernel refuses the bytes beyond the limit of file size, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        found = refused(put, tmp_path / "big", b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found == ("TH-A05", "超出文件大小限制")
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_the_path_that_is_a_file(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    assert refused(put, tmp_path / "file" / "new", b"x") == ("TH-A05", "路径中有一段不是文件夹")
    assert codes([]) == []


def test_killed_while_writing_leaves_one_whole_file(tmp_path, rng, rounds):
    """kill -9 at any moment: the name holds all of one of the two contents, never a part."""
    target = tmp_path / "report.pdf"
    contents = [letter * 3_000_000 for letter in (b"a", b"b")]
    program = (
        "import sys; from pathlib import Path; from tanheng.app.files import put\n"
        "print('on', flush=True)\n"
        "while True:\n"
        "    for letter in b'ab': put(Path(sys.argv[1]), bytes([letter]) * 3_000_000)\n"
    )
    put(target, contents[0])
    for _ in range(rounds(6, 200)):
        child = subprocess.Popen([sys.executable, "-c", program, str(target)], stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline() == b"on\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(rng.uniform(0, 0.05))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert target.read_bytes() in contents


def test_names_of_another_age_are_read_as_gbk():
    name = os.fsdecode("电厂".encode("gbk") + b".xlsx")
    assert said(Path(name)) == "电厂.xlsx"
    assert said("电厂.xlsx") == "电厂.xlsx"


def test_reasons_are_given_in_both_languages():
    assert why(OSError(errno.EACCES, "x")) == ("没有权限", "permission denied")
    assert why(OSError(errno.EIO, "Input/output error")) == ("Input/output error", "Input/output error")
