"""The demo: the whole chain, and the file that says where to begin."""

from pathlib import Path

import pytest

from tests.cli.test_commands import run


def test_demo__the_whole_chain__ends_with_what_it_found_and_can_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        code, out, _ = run("demo", "-o", tmp_path / "demo")
        assert code == 0
    assert "差 11 件" in out
    assert "共 14 个文件：已计入 8，退回 4，待裁定 0" in out
    assert "待裁定：示例市档案局.xlsx：" in out
    assert "裁定：生效 1 条" in out
    assert (tmp_path / "demo" / "2025年度汇总.xlsx").is_file()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    assert run("demo", "-o", tmp_path / "mine")[0] == 2
    assert (tmp_path / "mine" / "letter.txt").read_text() == "x"


@pytest.mark.parametrize("options", [(), ("--ledger",)])
def test_demo__what_to_read_first__names_every_file_and_its_commands_run(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = run("demo", *options, "-o", tmp_path / "demo")
    assert f"{tmp_path / 'demo' / '请先看.txt'}" in out.splitlines()[-1]
    monkeypatch.chdir(tmp_path / "demo")
    guide = Path("请先看.txt").read_text("utf-8-sig")
    made = {path.name for path in Path().iterdir()} - {"xltool-demo.txt", "请先看.txt"}
    assert [name for name in sorted(made) if name not in guide] == []
    commands = [line.split()[1:] for line in guide.splitlines() if line.startswith("  xltool ")]
    assert len(commands) >= 3
    for words in commands:
        code, _, err = run(*words)
        assert code in {0, 1}, err
