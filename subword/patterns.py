"""temporary"""
from dataclasses import dataclass
@dataclass(frozen=True)
class Regex:
    pattern: str
def compile_pattern(pattern):
    import regex
    return regex.compile(pattern)
def find_spans(compiled, text):
    position, last = 0, -1
    while position <= len(text):
        match = compiled.search(text, position)
        if match is None:
            return
        first, end = match.span()
        if first == end == last:
            position = end + 1
            continue
        yield first, end
        position = last = end
