"""The formula book by the command line."""

from tests.cli.run import tanheng


def test_a_book_in_three_forms(tmp_path):
    starts = {"pdf": b"%PDF-", "docx": b"PK", "html": b"<!DOCTYPE html>"}
    for kind, start in starts.items():
        path = tmp_path / "books" / f"手册.{kind}"
        done = tanheng("methods", "show", "cieccpa061-total", "-o", path)
        assert done.exit_code == 0 and "手册" in done.output
        assert path.read_bytes().startswith(start)


def test_a_book_of_an_own_method(tmp_path):
    from tanheng.app.library import Library

    folder = tmp_path / "own" / "methods" / "mine"
    folder.mkdir(parents=True)
    text = Library().methods.get("cieccpa061-total").text.replace('id = "cieccpa061-total"', 'id = "mine"')
    (folder / "method.toml").write_text(text, encoding="utf-8")
    path = tmp_path / "mine.html"
    assert tanheng("methods", "mine", "-o", path, "--library", tmp_path / "own").exit_code == 0
    assert "<code>mine</code>" in path.read_text(encoding="utf-8")


def test_what_is_refused(tmp_path):
    there = tmp_path / "there.html"
    there.write_text("mine", encoding="utf-8")
    wanted = {
        ("methods", "cieccpa061-total", "-o", there): "TH-A04",
        ("methods", "cieccpa061-total", "-o", tmp_path / "book.odt"): ".pdf、.docx 或 .html",
        ("methods", "nothing", "-o", tmp_path / "book.pdf"): "TH-M20",
        ("methods", "-o", tmp_path / "book.pdf"): "缺少方法编号",
        ("methods", "show", "cieccpa061-total", "more"): "多余的参数 more",
    }
    for words, code in wanted.items():
        done = tanheng(*words)
        assert done.exit_code == 2 and code in done.output, words
    assert there.read_text(encoding="utf-8") == "mine" and list(tmp_path.iterdir()) == [there]
    assert tanheng("methods", "cieccpa061-total", "-o", there, "--force").exit_code == 0


def test_show_is_another_way_to_say_the_same():
    assert (
        tanheng("methods", "show", "cieccpa061-total").output == tanheng("methods", "cieccpa061-total").output
    )
