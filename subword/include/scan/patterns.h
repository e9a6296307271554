/* The numbers of the split patterns that have a scanner; _SCANNED in _regex/scanners.py follows this order. */
#ifndef SUBWORD_PATTERNS_H
#define SUBWORD_PATTERNS_H

enum {
    SCAN_GPT2, SCAN_LLAMA3, SCAN_QWEN2, SCAN_QWEN35, SCAN_CL100K, SCAN_O200K, SCAN_TEKKEN, SCAN_CLIP, SCAN_CLIP_BARE,
    SCAN_DEEPSEEK, SCAN_WHITESPACE, SCAN_WHITESPACE_SPLIT, SCAN_BERT
};

#endif
