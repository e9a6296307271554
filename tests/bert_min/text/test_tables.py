"""Tables in every form users have them, and what is said where one cannot be read."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_min.tasks.labelled_texts import read_texts as read_examples
from bert_min.text.decoded_lines import read_lines
from bert_min.text.documents import read_documents
from bert_min.text.tables import read_table
from bert_min.text.text_files import read_texts

ROWS = [
    {"text": 'He said "yes, it is"; then left', "label": "pos"},
    {"text": "two\nlines", "label": "neg"},
    {"text": "", "label": "pos"},
    {"text": "tab\there", "label": "neg"},
]


def write(tmp_path, name, text, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def as_csv(rows, **options):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def values(path):
    return [row.values for row in read_table(path)]


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "txt"])
def test_every_dialect_of_csv_is_read_as_it_was_written(tmp_path, ending, separator, quoting):
    text = as_csv(ROWS, delimiter=separator, quoting=quoting, lineterminator="\r\n")
    assert values(write(tmp_path, f"a.{ending}", text)) == ROWS


def test_a_csv_with_backslashes_before_quotes_is_read(tmp_path):
    text = as_csv(ROWS, doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL)
    assert values(write(tmp_path, "a.csv", text)) == ROWS


def test_a_csv_with_a_space_after_each_comma_is_read(tmp_path):
    path = write(tmp_path, "a.csv", 'text, label\n"a, b", 1\nc, 0\n')
    assert values(path) == [{"text": "a, b", "label": "1"}, {"text": "c", "label": "0"}]


cells = st.text(alphabet='ab "\n,;', max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("csv")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_csv_gives_back_what_the_csv_module_wrote(folder, pairs):
    rows = [{"text": a, "pair": b} for a, b in pairs]
    assert values(write(folder, "a.csv", as_csv(rows))) == rows


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ('sentence\tlabel\ngood\t"pos"\nbad\t"neg"\n', ["pos", "neg"]),
        ('"sentence"\t"label"\n"good"\t"pos"\n"bad"\t"neg"\n', ["pos", "neg"]),
        ('sentence\tlabel\n"open\t"pos"\n" " x\tneg\n', ["pos", "neg"]),
        ('sentence\tlabel\ngood\t"pos"\nbad\tneg\n', ["pos", "neg"]),
    ],
)
def test_labels_in_quotes_lose_them_in_every_dialect(tmp_path, text, labels):
    assert read_examples(write(tmp_path, "a.tsv", text), pair=False).labels == labels


def test_quotes_of_a_tsv_are_text_unless_they_enclose_cells(tmp_path):
    plain = '"Wow" it is', '"a whole quotation"', '5" disk', "'x'"
    path = write(tmp_path, "a.tsv", "id\tdocument\n" + "".join(f"1\t{text}\n" for text in plain))
    assert tuple(row.values["document"] for row in read_table(path)) == plain
    doubled = 'id\tdocument\n1\tplain\n2\t"say ""so"""\n3\t"whole"\n'
    found = [row["document"] for row in values(write(tmp_path, "b.tsv", doubled))]
    assert found == ["plain", 'say "so"', "whole"]
    # both readings are possible here: the simpler one holds
    both = 'a\tb\tc\n1\t"x\t0\n2\ty"\t0\n'
    assert [row["b"] for row in values(write(tmp_path, "c.tsv", both))] == ['"x', 'y"']


def test_blank_lines_of_a_table_are_left_out(tmp_path):
    for ending, separator in (("tsv", "\t"), ("csv", ",")):
        text = f"\ntext{separator}label\n\na{separator}1\n  \nb{separator}0\n\n\n"
        path = write(tmp_path, f"a.{ending}", text)
        found = read_examples(path, pair=False)
        assert (found.first, found.labels) == (["a", "b"], ["1", "0"])
        assert found.where == [f"{path}:4", f"{path}:6"]
    alone = write(tmp_path, "b.csv", 'text\na\n\n""\nb\n')
    assert list(read_texts([str(alone)])) == ["a", "", "b"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "text\tlabel\nça\tpos\n"),
        ("a.csv", "text,label\r\nça,pos\r\n"),
        ("a.jsonl", '{"text": "ça", "label": "pos"}\n'),
        ("a.json", '[{"text": "ça", "label": "pos"}]'),
    ],
)
def test_a_byte_order_mark_is_read_over_and_believed(tmp_path, name, text, encoding):
    path = write(tmp_path, name, text, encoding)
    assert values(path) == [{"text": "ça", "label": "pos"}]
    assert list(read_texts([str(path)])) == ["ça"]


def test_a_byte_order_mark_is_no_part_of_lines_and_documents(tmp_path):
    path = write(tmp_path, "a.txt", "eins\nzwei\n", "utf-8-sig")
    assert list(read_texts([str(path)])) == ["eins", "zwei"]
    assert list(read_documents([path])) == [["eins", "zwei"]]
    assert list(read_documents([path], "<|>")) == [["eins", "zwei"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("정말 좋다".encode("cp949"), "looks like CP949"),
        ("café".encode("cp1252"), "looks like CP1252"),
        (b"\xed\xa0\x80", "begins a lone surrogate"),
        (b"a\0\xff\xfe", "may be UTF-16 without a byte order mark"),
    ],
)
def test_other_encodings_are_named_with_file_and_line(tmp_path, line, said):
    rest = b"text\tlabel\ngood\t1\n" + line + b"\t1\n"
    path = tmp_path / "a.tsv"
    path.write_bytes(rest)
    with pytest.raises(ValueError, match=rf"a\.tsv:3 has byte 0x\w\w .*{said}"):
        read_table(path)
    for name in ("a.txt", "a.csv"):
        path = tmp_path / name
        path.write_bytes(rest)
        with pytest.raises(ValueError, match=rf"{name}:3 has byte .*{said}"):
            list(read_texts([str(path)]))
    for separator in (None, "<|>"):
        with pytest.raises(ValueError, match=rf"a\.txt:3 has byte .*{said}"):
            list(read_documents([tmp_path / "a.txt"], separator))


def test_a_lone_surrogate_of_json_is_named_with_file_and_line(tmp_path):
    text = '{"text": "\\ud83d\\ude00", "label": 1}\n{"text": "a\\ud83d", "label": 0}\n'
    path = write(tmp_path, "a.jsonl", text)
    for read in (read_table, lambda path: list(read_texts([str(path)]))):
        with pytest.raises(ValueError, match=r"a\.jsonl:2: .* lone surrogate '\\ud83d'"):
            read(path)


def test_json_of_datasets_is_read_whatever_its_ending(tmp_path):
    records = [{"text": "a\nb", "label": 1, "more": {"score": 0.5}}, {"text": "c", "label": 0}]
    lines = "\n".join(map(json.dumps, records))
    expected = [{"text": "a\nb", "label": "1", "more.score": "0.5"}, {"text": "c", "label": "0"}]
    for name, text in (
        ("a.jsonl", lines),
        ("a.json", lines),
        ("b.json", json.dumps(records, indent=2)),
        ("c.json", json.dumps({"version": 1, "data": records})),
    ):
        path = write(tmp_path, name, text)
        assert values(path) == expected
        assert list(read_texts([str(path)])) == ["a\nb", "c"]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.json", "a.jsonl"])
def test_embed_reads_the_field_of_a_table(tmp_path, name):
    text = {
        "a.csv": 'id,text,mein "Feld"\n1,"x, y",z\n',
        "a.tsv": 'id\ttext\tmein "Feld"\n1\tx, y\tz\n',
        "a.json": '[{"id": 1, "text": "x, y", "mein \\"Feld\\"": "z"}]',
        "a.jsonl": '{"id": 1, "text": "x, y", "mein \\"Feld\\"": "z"}\n\n',
    }[name]
    path = str(write(tmp_path, name, text))
    assert list(read_texts([path])) == ["x, y"]
    assert list(read_texts([path], "text")) == ["x, y"]
    assert list(read_texts([path], 'mein "Feld"')) == ["z"]
    with pytest.raises(ValueError, match=r"'nothing'|nothing, got"):
        list(read_texts([path], "nothing"))


def test_a_field_that_nothing_has_is_an_error(tmp_path):
    path = str(write(tmp_path, "a.txt", "text\nx\n"))
    for paths in ([path], ["-"], [path, "-"]):
        with pytest.raises(ValueError, match=r"read as lines.* no field 'text'"):
            list(read_texts(paths, "text"))
    table = str(write(tmp_path, "b.csv", "text\ny\n"))
    assert list(read_texts([path, table], "text")) == ["text", "x", "y"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", 'text,label\n"a,1\nb,0\n', r"a\.csv:2: the quotes of this record are broken"),
        ("a.csv", 'text,label\nx,1\n"a" b,1\n', r"a\.csv:3: the quotes of this record are broken"),
        ("a.csv", "text,label\na,b,1\n", r"a\.csv:2: expected 2 columns as in line 1, got 3"),
        ("a.csv", 'text,label\n"a\nb",1\nc\n', r"a\.csv:4: expected 2 columns as in line 1, got 1"),
        ("a.tsv", "text\ttext\na\tb\n", r"a\.tsv:1: the column 'text' is there twice"),
    ],
)
def test_broken_tables_are_named_with_file_and_line(tmp_path, name, text, message):
    with pytest.raises(ValueError, match=message):
        read_table(write(tmp_path, name, text))


def test_what_excel_writes_is_read(tmp_path):
    path = write(tmp_path, "a.csv", 'sep=;\r\ntext;label;n\r\n"a;b";pos;1\r\n')
    assert values(path) == [{"text": "a;b", "label": "pos", "n": "1"}]
    assert read_table(path)[0].where == f"{path}:3"
    path = write(tmp_path, "b.csv", "text,label\ra,pos\rb,neg\r")  # on an old Macintosh
    assert [row["text"] for row in values(path)] == ["a", "b"]


@pytest.mark.parametrize("separator", [None, "|"])
def test_pretraining_reads_the_texts_of_tables_not_their_lines(tmp_path, separator):
    texts = ["One. Two.", "Three|Four.", ""]
    expected = [["One.", "Two."], ["Three|Four."]]
    if separator:
        expected = [["One.", "Two."], ["Three"], ["Four."]]
    rows = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    for name, text in (
        ("a.csv", as_csv(rows)),
        ("a.tsv", as_csv(rows, delimiter="\t")),
        ("a.jsonl", "\n".join(map(json.dumps, rows))),
        ("a.json", json.dumps(rows)),
    ):
        path = write(tmp_path, name, text)
        assert list(read_documents([path], separator)) == expected
    with pytest.raises(ValueError, match="no column for the text"):
        list(read_documents([write(tmp_path, "b.csv", "a,b\n1,2\n")]))


def test_a_cell_may_be_a_book(tmp_path):
    book = "word " * 100_000
    path = write(tmp_path, "a.csv", f'text,label\n"{book}",1\n')
    assert values(path) == [{"text": book, "label": "1"}]


def test_other_separators_of_lines_belong_to_the_text(tmp_path):
    path = write(tmp_path, "a.txt", "a\u2028b\x0bc\r\n\nd")
    assert list(read_lines(path)) == ["a\u2028b\x0bc", "", "d"]
