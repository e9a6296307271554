"""Other spellings of the known patterns, drawn at random: each gets the scanner of its pattern."""

import random
import re

import pytest
from tokenizers import Regex as TheirRegex
from tokenizers import pre_tokenizers as their_pre_tokenizers

from subword import Regex, pre_tokenizers
from subword._regex.patterns import normal_form
from subword._regex.scanners import is_deepseek, scanner_of
from subword._regex.split_patterns import CLIP, CLIP_BARE, DEEPSEEK, PATTERNS

NAMES = {
    **{"L": "Letter", "N": "Number", "M": "Mark", "P": "Punctuation", "S": "Symbol"},
    **{"Lu": "Uppercase_Letter", "Ll": "Lowercase_Letter", "Lt": "Titlecase_Letter"},
    **{"Lm": "Modifier_Letter", "Lo": "Other_Letter"},
}
ONE = r"\\[pP]\{\w+\}|\\.|[\s\S]"
MEMBER = rf"[^\\\]]-[^\\\]]|{ONE}"
QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?")
OPENING = re.compile(r"\((?:\?(?:i?:|=|!))?")


class Speller:
    """Writes a pattern in another way."""

    def __init__(self, pattern: str, seed: int) -> None:
        self.pattern = pattern
        self.at = 0
        self.chosen = random.Random(seed)

    def take(self, expression: str) -> str:
        """Read what matches an expression."""
        found = re.compile(expression).match(self.pattern, self.at)
        assert found, self.pattern[self.at :]
        self.at = found.end()
        return found.group()

    def character(self, text: str, in_class: bool) -> str:
        """Respell one character or class of characters."""
        options = [text, text]
        if text[:2] == r"\p":
            name = text[3:-1]
            long = NAMES[name]
            options += [rf"\p{{{long}}}", rf"\P{{^{name}}}", rf"\p{{{name.lower()}}}"]
            options.append(rf"\p{{{long.upper().replace('_', ' ')}}}")
        elif text == r"\s":
            options += [
                r"\p{Space}",
                r"\p{White_Space}",
                "[:space:]" if in_class else "[[:space:]]",
            ]
        elif text == r"\S":
            options += [r"[^\s]", r"\P{Space}"]
        elif text in (r"\r", r"\n") or (len(text) == 1 and (text.isalpha() or text in " '/")):
            character = {r"\r": "\r", r"\n": "\n"}.get(text, text)
            code = ord(character)
            options += [character, rf"\u{code:04x}", rf"\x{{{code:X}}}"]
            options += [rf"\x{code:02x}"] if code < 0x80 else []
            options += [] if in_class else [f"[{text}]"]
        return self.chosen.choice(options)

    def members(self) -> str:
        """Respell a class in brackets, whose members come in any order, some twice."""
        opening = self.take(r"\[\^?")
        members = []
        while self.pattern[self.at] != "]":
            members.append(self.character(self.take(MEMBER), in_class=True))
        self.at += 1
        self.chosen.shuffle(members)
        if self.chosen.random() < 0.3 and "&" not in members:  # && would be an intersection
            members.append(self.chosen.choice(members))
        members.sort(key="^".__eq__)  # at the start it would mean the others
        spelled = f"{opening}{''.join(members)}]"
        return f"[{spelled}]" if self.chosen.random() < 0.1 else spelled

    def item(self) -> str:
        """Respell one thing and how often it comes."""
        first = self.at
        grouped = self.pattern[first] == "("
        if grouped:
            opening = self.take(OPENING.pattern)
            spelled = f"{opening}{self.branches()})"
            self.at += 1
            if opening in ("(?=", "(?!"):
                return spelled
        elif self.pattern[first] == "[":
            spelled = self.members()
        elif self.pattern.startswith(r"\z", first):
            return self.take(ONE)
        else:
            spelled = self.character(self.take(ONE), in_class=False)
        spelled = self.chosen.choice([*(spelled,) * 6, f"(?:{spelled})", f"({spelled})"])
        quantifier = QUANTIFIER.match(self.pattern, self.at)
        if quantifier is None:
            return self.chosen.choice([*(spelled,) * 9, f"(?:{spelled}){{1}}"])
        self.at = quantifier.end()
        often = quantifier.group()
        if often == "{1,3}":
            more = [f"{spelled}?{spelled}?", f"{spelled}{{0,2}}", f"(?:{spelled}{spelled}?)?"]
            return spelled + self.chosen.choice([often, *more])
        if often == "+" and not grouped and self.chosen.random() < 0.2:
            return f"{spelled}{spelled}*"
        long = {"+": "{1,}", "*": "{0,}", "?": self.chosen.choice(["{0,1}", "{,1}"])}
        return spelled + self.chosen.choice([often, often, long.get(often, often)])

    def branches(self) -> str:
        """Respell alternatives, up to the end or a closing parenthesis."""
        found = [""]
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.pattern[self.at] == "|":
                self.at += 1
                found.append("")
            else:
                found[-1] += self.item()
        spelled = [
            self.chosen.choice([branch, branch, f"(?:{branch})", f"({branch})"]) for branch in found
        ]
        return "|".join(spelled)


def respelled(pattern: str, seed: int) -> str:
    """Return another spelling of a pattern."""
    speller = Speller(pattern, seed)
    spelled = speller.branches()
    assert speller.at == len(pattern)
    return spelled


def test_the_spellings_differ():
    assert len({respelled(PATTERNS["llama3"], seed) for seed in range(50)}) == 50


@pytest.mark.parametrize("number", range(9))
def test_every_respelling_gets_the_scanner(number):
    pattern = [*PATTERNS.values(), CLIP, CLIP_BARE][number]
    text = "It's 12345  o'clock\r\n\r\n  Größe! 한국어... I'LL x's\t<|endoftext|> Å/b 1½"
    for seed in range(25):
        other = respelled(pattern, seed)
        assert scanner_of(other, "removed", True) == number, other
        if number < len(PATTERNS):
            for behavior in ("isolated", "merged_with_previous", "merged_with_next"):
                assert scanner_of(other, behavior, bool(seed % 2)) == number, other
        theirs = their_pre_tokenizers.Split(TheirRegex(other), "removed", invert=True)
        ours = pre_tokenizers.Split(Regex(other), "removed", invert=True)
        assert ours.pre_tokenize_str(text) == theirs.pre_tokenize_str(text), other


def test_every_respelling_of_deepseek_gets_its_scanner():
    for seed in range(25):
        assert is_deepseek([respelled(pattern, seed) for pattern in DEEPSEEK])


def test_numbers_of_one_digit_more_are_another_pattern():
    other = respelled(PATTERNS["llama3"].replace("{1,3}", "{1,4}"), 1)
    assert scanner_of(other, "isolated", False) == -1
    assert normal_form(other) != normal_form(PATTERNS["llama3"])
