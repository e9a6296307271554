"""Pictures: fonts for every script, and curves that show what there is."""

import json
import unicodedata
import warnings

import numpy as np
import pytest

from bert_min import pictures
from bert_min.attention.draw import draw
from bert_min.attention.labels import place_labels
from bert_min.attention.maps import AttentionMap
from bert_min.attention.token_vectors import TokenVectors
from bert_min.training import curves
from bert_min.training.curves import draw_curves, read_series

matplotlib = pytest.importorskip("matplotlib")
font_manager = pytest.importorskip("matplotlib.font_manager")


def make_font(path, family, characters):
    """A font whose every character is a filled square."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 900), (900, 900), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    names = {c: f"u{ord(c):04X}" for c in characters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(c): name for c, name in names.items()})
    builder.setupGlyf(dict.fromkeys([".notdef", *names.values()], square))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (1000, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(usWeightClass=400)
    builder.setupPost()
    builder.save(path)


@pytest.fixture
def only_own_fonts(monkeypatch):
    """Matplotlib with the fonts that it brings, whatever this machine has."""
    manager = font_manager.fontManager
    own = [entry for entry in manager.ttflist if "mpl-data" in entry.fname]
    monkeypatch.setattr(manager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    return own


def families():
    return list(matplotlib.rcParams["font.family"])


def test_a_font_with_hangul_is_found_among_those_of_matplotlib(only_own_fonts, tmp_path):
    make_font(tmp_path / "a.ttf", "Aaa Hangul", "영화")
    make_font(tmp_path / "n.ttf", "NanumGothic", "영화정말")
    for name in ("a.ttf", "n.ttf"):
        font_manager.fontManager.addfont(tmp_path / name)
    before = families()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pictures.fonts_for(["a film", "영화"]):
            assert families() == [*before, "NanumGothic"]  # the one that is preferred, and no more
        with pictures.fonts_for(["a film, été, ##s"]):
            assert families() == before
    assert families() == before


def test_several_scripts_get_several_fonts(only_own_fonts, tmp_path):
    make_font(tmp_path / "k.ttf", "Kkk", "영화")
    make_font(tmp_path / "j.ttf", "Jjj", "日本")
    for name in ("k.ttf", "j.ttf"):
        font_manager.fontManager.addfont(tmp_path / name)
    with pictures.fonts_for(["영화 日本"]):
        assert families()[-2:] == ["Jjj", "Kkk"]


def test_a_font_that_was_installed_since_is_found(only_own_fonts, monkeypatch, tmp_path):
    make_font(tmp_path / "new.ttf", "Brand New", "영화")
    (tmp_path / "broken.ttf").write_text("no font")
    found = [str(tmp_path / name) for name in ("broken.ttf", "new.ttf")]
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: found)
    with pictures.fonts_for(["영화"]):
        assert families()[-1] == "Brand New"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("영화", r"has 영화, .*: install Noto Sans CJK .*fonts-noto-cjk"),
        ("日本", r"has 日本, .*: install Noto Sans CJK"),
        ("नाम", r"install Noto Sans \(Debian, Ubuntu: fonts-noto\)$"),
        ("가나다라마바사아자차카타", r"has 가나다라마바사아자차\.\.\., "),
    ],
)
def test_without_such_a_font_one_line_says_which_to_install(only_own_fonts, text, advice):
    with pytest.warns(UserWarning, match=advice) as caught, pictures.fonts_for(["a", text, text]):
        pass
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)


def random_text(count, rng, words=("of", "the", "transformer", "##s", "정말", "a")):
    tokens = ["[CLS]", *rng.choice(words, size=count - 2).tolist(), "[SEP]"]
    weights = rng.dirichlet(np.ones(count), size=(4, count)).astype(np.float32)
    vectors = rng.normal(size=(count, 8)).astype(np.float32)
    return AttentionMap(tokens, weights), TokenVectors(tokens, vectors)


@pytest.fixture
def figures(monkeypatch):
    """The figures that are saved."""
    from matplotlib.figure import Figure

    found = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda figure, *a, **k: (found.append(figure), save(figure, *a, **k))
    )
    return found


def overlapping(boxes):
    return [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]


@pytest.mark.parametrize("count", [2, 7, 100])
@pytest.mark.filterwarnings("ignore:no installed font")
def test_show_is_legible_from_2_to_100_tokens(figures, tmp_path, count):
    found, vectors = random_text(count, np.random.default_rng(count))
    out = tmp_path / "a.png"
    draw([found], [vectors], out, titles=["a title"], heading="attention in layer 1", head=2)
    (figure,) = figures
    panel, plane, bar = figure.axes
    assert figure.get_suptitle() == "attention in layer 1"
    assert panel.get_title() == "a title"
    assert bar.get_ylabel() == "share of the attention"
    np.testing.assert_array_equal(panel.images[0].get_array(), found.weights[2])
    names = panel.get_yticklabels()
    assert [name.get_text() for name in names] == found.tokens
    assert min(name.get_fontsize() for name in names) >= 8
    assert overlapping([name.get_window_extent() for name in names]) == []
    columns = panel.get_xticklabels()
    assert overlapping([name.get_window_extent() for name in columns]) == []
    labels = [text.get_window_extent() for text in plane.texts]
    assert len(labels) == count
    assert len(overlapping(labels)) <= count // 50
    edges = figure.bbox
    for text in (panel.title, panel.xaxis.label, panel.yaxis.label, plane.title):
        box = text.get_window_extent()
        assert edges.x0 <= box.x0 < box.x1 <= edges.x1, text
        assert edges.y0 <= box.y0 < box.y1 <= edges.y1, text


@pytest.mark.filterwarnings("ignore:no installed font")
def test_very_long_and_many_texts_are_drawn_too(figures, tmp_path):
    rng = np.random.default_rng(0)
    texts = [random_text(count, rng) for count in (3, 4, 5, 6)]
    draw(*zip(*texts, strict=True), tmp_path / "many.pdf")
    assert [axes.get_title() for axes in figures[0].axes[:4]] == [f"text {i}" for i in range(1, 5)]
    found, _ = random_text(400, rng)
    _, vectors = random_text(9, rng)
    draw([found], [vectors], tmp_path / "long.svg")
    names = figures[1].axes[0].get_yticklabels()
    assert 150 < len(names) < 400
    assert max(figures[1].get_size_inches()) < 100
    with pytest.raises(ValueError, match=r"head must lie in \[0, 4\), got 4"):
        draw([found], [vectors], tmp_path / "x.png", head=4)


def test_hangul_that_was_taken_apart_is_shown_in_syllables(figures, tmp_path, only_own_fonts):
    tokens = ["[CLS]", unicodedata.normalize("NFD", "영화"), "[SEP]"]
    found = AttentionMap(tokens, np.full((1, 3, 3), 1 / 3, np.float32))
    with pytest.warns(UserWarning, match="has 영화,"):
        draw([found], [TokenVectors(tokens, np.eye(3, dtype=np.float32))], tmp_path / "a.png")
    assert figures[0].axes[0].get_yticklabels()[1].get_text() == "영화"


def test_dollars_are_no_formulas(figures, tmp_path):
    tokens = ["[CLS]", "$", r"$\nothing$", "[SEP]"]
    found = AttentionMap(tokens, np.full((1, 4, 4), 0.25, np.float32))
    vectors = TokenVectors(tokens, np.eye(4, dtype=np.float32))
    draw([found], [vectors], tmp_path / "a.png", titles=[r"$5 and $\nothing$"], heading=r"$\no$")
    assert figures[0].axes[0].get_title() == r"$5 and $\nothing$"
    measured = {r"f1_$\nothing$": 0.5}
    log = write_log(tmp_path / "log.jsonl", [{"step": 1, "evaluation": measured}])
    assert draw_curves(log) == tmp_path / "curves.png"


def test_the_legend_names_every_text(figures, tmp_path):
    found, vectors = random_text(3, np.random.default_rng(0), words=["a"])
    draw([found] * 2, [vectors] * 2, tmp_path / "a.png", titles=["_private", "a film"])
    names = [text.get_text().strip() for text in figures[0].axes[2].get_legend().get_texts()]
    assert names == ["_private", "a film"]


def test_labels_keep_clear_of_each_other_and_inside():
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 1000, size=(120, 2))
    sizes = np.stack((rng.uniform(5, 60, 120), np.full(120, 10.0)), axis=1)
    corners = place_labels(points, sizes, (1000.0, 1000.0))
    assert (corners >= 0).all()
    assert (corners + sizes <= 1000).all()
    for i in range(120):
        for j in range(i):
            low = np.maximum(corners[i], corners[j])
            high = np.minimum(corners[i] + sizes[i], corners[j] + sizes[j])
            assert (high <= low).any(), (i, j)
    assert np.abs(corners - points).max() < 110
    assert place_labels(points[:0], sizes[:0], (9.0, 9.0)).shape == (0, 2)


def write_log(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def training_line(step, **values):
    return {"step": step, "epoch": 0, "lr": 1e-4, **values, "gradient_norm": 1.0}


def test_curves_of_a_short_run_show_their_points(figures, tmp_path):
    measured = {"accuracy": 0.75, "macro_f1": 0.7, "f1_a": 0.6, "loss": 0.6}
    lines = [training_line(1, loss_label=0.7, accuracy_label=0.5)]
    log = write_log(tmp_path / "log.jsonl", [*lines, {"step": 1, "evaluation": measured}])
    assert draw_curves(log) == tmp_path / "curves.png"
    losses, scores = figures[0].axes
    shown = {line.get_label(): line for panel in (losses, scores) for line in panel.lines}
    assert {line.get_label() for line in losses.lines} == {"training loss", "dev loss"}
    assert {line.get_label() for line in scores.lines} == {
        "training accuracy", "dev accuracy", "dev macro F1", "dev F1 of a",
    }  # fmt: skip
    assert {line.get_marker() for line in shown.values()} == {"o"}
    assert shown["dev loss"].get_xydata().tolist() == [[1, 0.6]]
    assert figures[0].get_suptitle() == tmp_path.name


def test_curves_of_a_long_run_are_lines(figures, tmp_path):
    records = [training_line(s, loss_mlm=1.0 / s, accuracy_mlm=0.1) for s in range(1, 101)]
    draw_curves(write_log(tmp_path / "log.jsonl", records))
    (line,) = figures[0].axes[0].lines
    assert (line.get_label(), line.get_marker()) == ("training loss of masked tokens", "")


def test_scores_are_drawn_on_one_scale_and_no_more_than_can_be_told_apart(tmp_path):
    records = [
        training_line(2, loss_span=1.0, accuracy_span=0.25),
        {"step": 2, "evaluation": {"exact_match": 30.0, "f1": 40.0, "best_f1_threshold": -3.0}},
    ]
    _, scores = read_series(write_log(tmp_path / "log.jsonl", records))
    assert scores == {
        "training accuracy": [(2, 25.0)],
        "dev exact match": [(2, 30.0)],
        "dev F1": [(2, 40.0)],
    }
    measured = {"pearson": 0.5, "mean_squared_error": 2.0, "loss": 2.0}
    path = write_log(tmp_path / "r.jsonl", [{"step": 1, "evaluation": measured}])
    losses, scores = read_series(path)
    assert list(losses) == ["dev mean squared error", "dev loss"]
    assert scores == {"dev Pearson correlation": [(1, 0.5)]}
    many = {"accuracy": 0.5, **{f"f1_{i}": 0.5 for i in range(50)}}
    _, scores = read_series(write_log(tmp_path / "b.jsonl", [{"step": 1, "evaluation": many}]))
    assert list(scores) == ["dev accuracy"]
    assert curves.FEW >= 10
