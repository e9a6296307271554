"""The walk through nested sequences of stages."""

from subword import normalizers, pre_tokenizers
from subword._core.pipeline import flatten


def test_no_stage_has_no_steps():
    assert flatten(None) == []


def test_a_stage_is_its_own_step():
    for stage in (normalizers.NFC(), pre_tokenizers.Whitespace()):
        assert flatten(stage) == [stage]


def test_steps_of_nested_sequences_stand_in_their_place():
    nfd, lower = normalizers.NFD(), normalizers.Lowercase()
    inner = normalizers.Sequence([lower, normalizers.Sequence([])])
    assert flatten(normalizers.Sequence([nfd, inner, nfd])) == [nfd, lower, nfd]
    digits, words = pre_tokenizers.Digits(), pre_tokenizers.Whitespace()
    sequence = pre_tokenizers.Sequence([pre_tokenizers.Sequence([digits]), words])
    assert flatten(sequence) == [digits, words]
