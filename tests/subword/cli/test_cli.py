"""The commands of `subword`, run as from a shell."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import subword
from subword import cli
from subword.cli import inspection
from subword.cli.arguments import unescaped

ROOT = Path(__file__).parents[3]
TEXT = "the cat sat on the mat\nthe dog ran\n\n한국어 😀 end"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "tokenizer.json"
    tok = subword.train([TEXT] * 9, "byte_level_bpe", 300, special_tokens=["<end>"], progress=False)
    tok.save(path)
    return str(path)


def run(*arguments, data=b"", cwd=None, **environment):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "subword", *map(str, arguments)]
    return subprocess.run(
        command, input=data, capture_output=True, env=environment, cwd=cwd, timeout=120
    )


def test_unigram_is_trained_from_files(tmp_path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("low lower lowest\n" * 50)
    done = run(
        *("train", corpus, "-o", "t.json", "--algorithm", "unigram", "--vocab-size", 11),
        *("--special-tokens", "<end>", "--threads", 2),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    tok = subword.Tokenizer.from_file(tmp_path / "t.json")
    assert [tok.id_to_token(i) for i in range(2)] == ["<unk>", "<end>"]
    assert tok.decode(tok.encode("lower low").ids) == "lower low"


def test_train_encode_decode_from_files_and_pipes(tmp_path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("low lower lowest\n" * 50)
    for algorithm in ("bpe", "byte_level_bpe", "wordpiece"):
        done = run(
            *("train", corpus, "-o", "t.json", "--algorithm", algorithm, "--vocab-size", 300),
            *("--special-tokens", "[UNK]", "<end>", "--threads", 1),
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        assert b"t.json: " in done.stderr
        tok = subword.Tokenizer.from_file(tmp_path / "t.json")
        assert tok.token_to_id("[UNK]") == 0
        assert tok.token_to_id("<end>") == 1
        encoded = run("encode", "-t", "t.json", data=b"lower low\nlowest", cwd=tmp_path)
        lines = [list(map(int, line.split())) for line in encoded.stdout.decode().splitlines()]
        assert lines == tok.encode_lists(["lower low", "lowest"])
        decoded = run("decode", "-t", "t.json", data=encoded.stdout, cwd=tmp_path)
        assert decoded.stdout.decode() == "".join(text + "\n" for text in tok.decode_batch(lines))


def test_train_reads_stdin_and_keeps_counts(tmp_path):
    data = "low lower lowest\u2028x\n".encode() * 20
    options = ("--vocab-size", 280, "-q")
    first = run("train", "-o", "a.json", *options, "--save-counts", "c", data=data, cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, b"")
    second = run("train", "-o", "b.json", *options, "--from-counts", "c", cwd=tmp_path)
    assert second.returncode == 0
    (tmp_path / "corpus.txt").write_bytes(data)
    third = run("train", "corpus.txt", "-o", "c.json", *options, cwd=tmp_path)
    assert third.returncode == 0
    texts = [(tmp_path / name).read_text() for name in ("a.json", "b.json", "c.json")]
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize("suffix", ["bin", "npy", "jsonl", "txt"])
def test_encode_to_a_file_and_back(tmp_path, tokenizer, suffix, monkeypatch, capsysbinary):
    source, target = tmp_path / "in.txt", tmp_path / f"out.{suffix}"
    source.write_text(TEXT)
    assert (
        cli.main(
            ["encode", str(source), "-t", tokenizer, "-o", str(target), "--end-token", "<end>"]
        )
        == 0
    )
    assert b"4 documents" in capsysbinary.readouterr().err
    tok = subword.Tokenizer.from_file(tokenizer)
    rows = tok.encode_files(source, separator="\n", end_token="<end>")
    if suffix == "npy":
        assert np.load(target).tolist() == rows.ids.tolist()
        return
    assert cli.main(["decode", str(target), "-t", tokenizer, "--end-token", "<end>"]) == 0
    assert capsysbinary.readouterr().out.decode() == TEXT + "\n"


def test_offsets_and_json(tmp_path, tokenizer, capsys):
    source = tmp_path / "in.txt"
    source.write_text("the 😀|mat")
    options = ["--separator", "|", "-f", "jsonl", "--offsets", "--threads", "1"]
    assert cli.main(["encode", str(source), "-t", tokenizer, *options]) == 0
    lines = capsys.readouterr().out
    rows = [json.loads(line) for line in lines.splitlines()]
    tok = subword.Tokenizer.from_file(tokenizer)
    for row, text in zip(rows, ("the 😀", "mat"), strict=True):
        assert row["ids"] == tok.encode(text).ids
        assert row["offsets"] == tok.encode_ragged([text], return_offsets=True).offsets.tolist()
    ids = tmp_path / "ids.jsonl"
    ids.write_text(lines)
    assert cli.main(["decode", str(ids), "-t", tokenizer, "--json"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ["the 😀", "mat"]


def test_warnings_are_one_line(tmp_path):
    (tmp_path / "x.txt").write_text("ab ab")
    done = run("train", "x.txt", "--algorithm", "wordpiece", "--vocab-size", 50, cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stderr.decode().splitlines()
    assert lines[0].startswith("subword: warning: ")
    assert len(lines) == 2


def test_inspect_shows_ids_places_and_colours(tmp_path, tokenizer, capsys, monkeypatch):
    assert cli.main(["inspect", "the 한", "-t", tokenizer]) == 0
    plain = capsys.readouterr().out
    encoding = subword.Tokenizer.from_file(tokenizer).encode("the 한")
    for index, token, (start, end) in zip(
        encoding.ids, encoding.tokens, encoding.offsets, strict=True
    ):
        line = next(line for line in plain.splitlines() if line.split()[0] == str(index))
        assert token in line
        assert f"{start}-{end}" in line
    assert "\x1b" not in plain
    assert cli.main(["inspect", "the\x1b한", "-t", tokenizer, "--color", "always"]) == 0
    coloured = capsys.readouterr().out
    assert "\x1b[48;5;" in coloured
    assert "␛" in coloured
    assert (
        cli.main(
            ["inspect", "the <b>", "pair", "-t", tokenizer, "--html", str(tmp_path / "x.html")]
        )
        == 0
    )
    assert "<!doctype html>" in (tmp_path / "x.html").read_text()
    assert "<b>" not in (tmp_path / "x.html").read_text()


def test_inspect_shows_how_a_pipeline_runs(tokenizer, capsys):
    assert cli.main(["inspect", "--pipeline", "-t", tokenizer]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["stage", "what", "runs", "for", "why"]
    assert any(line.split()[:2] == ["pre-tokenizer", "ByteLevel"] for line in lines)
    assert any("scanner gpt2" in line for line in lines)
    assert cli.main(["inspect", "a text", "--pipeline", "--json", "-t", tokenizer]) == 0
    views = json.loads(capsys.readouterr().out)
    pipeline = subword.Tokenizer.from_file(tokenizer).pipeline()
    assert views == [vars(view) for view in pipeline]


def test_colour_is_off_without_a_terminal_and_with_no_color(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert inspection.shows_colour(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not inspection.shows_colour(Terminal())
    monkeypatch.delenv("NO_COLOR")
    assert not inspection.shows_colour(sys.stdout)


def test_boxes_cover_the_text(tokenizer):
    tok = subword.Tokenizer.from_file(tokenizer)
    for text in ("", "the 한국어 😀😀 x", "é\n"):
        parts = list(inspection.boxes(tok.encode(text), len(text), 0))
        assert "".join(text[start:end] for start, end, _ in parts) == text


def test_bench_runs(tmp_path, tokenizer, capsys):
    source = tmp_path / "in.txt"
    source.write_text(TEXT * 50)
    assert cli.main(["bench", str(source), "-t", tokenizer, "--repeat", "1", "--threads", "1"]) == 0
    shown = capsys.readouterr().out
    assert "MB/s" in shown
    assert "ids differ in 0 of" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["encode", "nowhere.txt", "-t", "{t}"], "nowhere.txt: No such file or directory"),
        (["encode", "-t", "nowhere.json"], "nowhere.json: No such file or directory"),
        (["encode", "-t", "/nowhere/at-all"], "/nowhere/at-all: no such folder"),
        (["encode", "-t", "./nowhere"], "nowhere: no such folder"),
        (["encode", "{bad}", "-t", "{t}"], "not UTF-8 at byte 3"),
        (["decode", "x.npy", "-t", "{t}"], "x.npy: ids are read from text, jsonl, bin, not"),
        (["encode", "{bad}", "-t", "{t}", "-o", "x.csv"], "the suffix must be one of"),
        (["encode", "{bad}", "-t", "{bad}"], "not UTF-8 at byte 3"),
        (["inspect", "--json", "-t", "{t}"], "--json is for --pipeline"),
        (["inspect", "--pipeline", "--html", "x.html", "-t", "{t}"], "--html shows tokens"),
        (["encode", "{bad}", "-t", "{t}", "--offsets"], "--offsets needs the format jsonl"),
        (["encode", "{bad}", "-t", "{t}", "--pattern", "gpt2"], "--pattern is for .tiktoken files"),
        (["encode", "-t", "x.tiktoken"], "needs --pattern"),
        (["decode", "{ids}", "-t", "{t}"], "ids.txt:2: expected ids, got 'x 3'"),
        (["decode", "{ids}", "-t", "{t}", "-f", "jsonl"], "ids.txt:1: expected JSON, got '1 2'"),
        (["decode", "{ids}", "-t", "{t}", "-f", "bin"], "are no whole number of uint16 ids"),
        (["train", "nowhere.txt"], "no such file: 'nowhere.txt'"),
        (["train", "corpus.enn"], "no such file: 'corpus.enn'"),
        (["train", "corpus"], "no such file: 'corpus'"),
        (["train", "{ids}", "two words"], "no such file: 'two words' (item 1 of 2)"),
        (["train", "."], "expected a file, got a folder: '.'"),
        (["encode", ".", "-t", "{t}", "-o", "x.bin"], ".: Is a directory"),
        (["decode", ".", "-t", "{t}", "-o", "x.txt"], ".: Is a directory"),
        (["bench", ".", "-t", "{t}"], ".: Is a directory"),
        (["train", "{bad}"], "not UTF-8 at byte 3"),
        (["train", "{ids}", "--vocab-size", "5"], "vocab_size"),
    ],
)
def test_errors_are_one_line_and_leave_no_file(
    tmp_path, tokenizer, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.txt").write_bytes(b"caf\xe9\n")
    (tmp_path / "ids.txt").write_text("1 2\nx 3")
    places = {"t": tokenizer, "bad": str(tmp_path / "bad.txt"), "ids": str(tmp_path / "ids.txt")}
    assert cli.main([argument.format(**places) for argument in arguments]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("subword: error: ")
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.txt", "ids.txt"]


@pytest.mark.parametrize(
    "arguments", [[], ["nothing"], ["encode", "--separator"], ["train", "--vocab-size", "0"]]
)
def test_wrong_usage_exits_with_2(arguments):
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2


def test_help_needs_none_of_what_takes_time():
    code = (
        "import sys; from subword.cli import main\n"
        "try: main(['encode', '--help'])\n"
        "finally: print([m for m in ('numpy', 'regex', 'subword.tokenizer') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert done.stdout.splitlines()[-1] == b"[]"


def test_a_tokenizer_may_come_out_of_a_pipe(tokenizer):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = f"'{sys.executable}' -m subword encode -t <(cat {tokenizer})"
    done = subprocess.run(
        ["bash", "-c", command], input=b"the cat", capture_output=True, env=environment, timeout=120
    )
    assert done.stderr == b""
    expected = subword.Tokenizer.from_file(tokenizer).encode("the cat").ids
    assert list(map(int, done.stdout.split())) == expected


def test_separators_may_be_escaped():
    assert unescaped(r"a\tb\\n\x") == "a\tb\\n\\x"


def test_a_closed_pipe_is_quiet(tmp_path, tokenizer):
    source = tmp_path / "in.txt"
    source.write_text("the cat sat\n" * 200_000)
    command = f'"{sys.executable}" -m subword encode "{source}" -t "{tokenizer}" | head -c 10'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, shell=True, capture_output=True, env=environment, timeout=120)
    assert len(done.stdout) == 10
    assert done.stderr == b""


def test_a_pipe_is_answered_line_by_line_and_an_interrupt_exits_with_130(tokenizer):
    command = [sys.executable, "-m", "subword", "encode", "-t", tokenizer]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    # A shell's background job is born with interrupts ignored, and so would be its children.
    process = subprocess.Popen(
        command,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **pipes,
    )
    tok = subword.Tokenizer.from_file(tokenizer)
    for line in ("the cat", "한국어"):
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
        assert list(map(int, process.stdout.readline().split())) == tok.encode(line).ids
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert process.stderr.read() == b"subword: interrupted\n"
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


@pytest.mark.parametrize("count", [1, 2])
def test_every_command_reads_process_substitutions_as_files(tmp_path, tokenizer, count):
    """<(command) is a name like /dev/fd/63, which is read once and has no size."""
    (tmp_path / "in.txt").write_text((TEXT + "\n") * 500)
    shell = ["bash", "-c"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = f"'{sys.executable}' -m subword"

    def ran(arguments, pipes):
        inputs = " ".join([f"<(cat {pipes})" if pipes else "in.txt"] * count)
        command = f"{program} {arguments.replace('IN', inputs)}"
        done = subprocess.run(
            [*shell, command], capture_output=True, env=environment, cwd=tmp_path, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    ran("train IN -o a.json --vocab-size 290 -q", None)
    ran("train IN -o b.json --vocab-size 290 -q", "in.txt")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    for options in ("", "-f jsonl --separator '|'", "-f bin --dtype uint32", "--whole"):
        text = ran(f"encode IN -t {tokenizer} {options}", None)
        assert ran(f"encode IN -t {tokenizer} {options}", "in.txt") == text
    ran(f"encode IN -t {tokenizer} -o ids.txt -q", "in.txt")
    (tmp_path / "in.txt").write_bytes((tmp_path / "ids.txt").read_bytes())
    assert ran(f"decode IN -t {tokenizer}", "ids.txt") == ran(f"decode IN -t {tokenizer}", None)


def test_bench_reads_a_pipe_once(tmp_path, tokenizer):
    (tmp_path / "in.txt").write_text(TEXT * 50)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = f"'{sys.executable}' -m subword bench <(cat in.txt) -t {tokenizer} --repeat 1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, env=environment, cwd=tmp_path, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert b"ids differ in 0 of" in done.stdout


def test_counts_for_another_algorithm_are_refused_with_both_named(tmp_path):
    (tmp_path / "a.txt").write_text("low lower lowest\n" * 9)
    options = ("--vocab-size", 300, "-q", "--algorithm")
    done = run(
        "train", "a.txt", "-o", "a.json", *options, "bpe", "--save-counts", "c", cwd=tmp_path
    )
    assert done.returncode == 0
    for other in ("wordpiece", "byte_level_bpe"):
        done = run("train", "-o", "b.json", *options, other, "--from-counts", "c", cwd=tmp_path)
        assert done.returncode == 2
        assert f"c: made for 'bpe', so they cannot train '{other}'" in done.stderr.decode()
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize("option", ["-o", "--save-counts", "--checkpoint"])
def test_train_finds_an_output_that_cannot_be_written_before_it_counts(tmp_path, option):
    # stdin stays open: if anything were read, the command would wait.
    command = [sys.executable, "-m", "subword", "train", "-q", option, "missing/file"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        said = process.stderr.read()
        assert process.wait(60) == 2
    assert b"missing: no such folder" in said
    assert list(tmp_path.iterdir()) == []
