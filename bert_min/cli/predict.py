"""`bert-min predict`: answers of a fine-tuned model, for texts on the command line or a file."""

import argparse
import json
from typing import Any

from subword.file_access import standard_output, write_text


def _run(options: argparse.Namespace) -> None:
    from bert_min.tasks.predict import load_task, predict_texts

    model, task = load_task(options.model, options.device, null_threshold=options.null_threshold)
    texts = [*options.texts]
    for value in (options.question, options.text, options.words, options.passage, options.pair):
        if value is not None:
            texts.append(value)
    if bool(texts) is (options.input is not None) or len(texts) > 2:
        raise ValueError("predict takes one or two texts, or --input FILE")
    if texts:
        records = [predict_texts(model, task, *texts)]
    else:
        records = task.predict(model, task.read(options.input, labelled=False))
    if options.output:
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        write_text(options.output, "".join(lines))
        return
    stdout = standard_output()
    for record in records:
        text = json.dumps(record, ensure_ascii=False) if options.json else task.show(record)
        stdout.write(text + "\n")


def register(subparsers: Any) -> None:
    """Add ``bert-min predict``."""
    parser = subparsers.add_parser("predict", help="answer with a fine-tuned model")
    parser.add_argument("--model", required=True, help="folder of bert-min finetune")
    parser.add_argument(
        "texts", nargs="*", help="a text | a text and its pair | a question and a passage"
    )
    parser.add_argument("--text", help="a text, or a sentence to tag")
    parser.add_argument("--pair", help="the second text (nli)")
    parser.add_argument("--question", help="a question (qa)")
    parser.add_argument("--passage", "--context", help="where the answer is to be found (qa)")
    parser.add_argument("--words", help="a sentence to tag (ner)")
    parser.add_argument("--input", help="a file like those of training; labels are not needed")
    parser.add_argument("--output", help="JSON lines; without, readable text goes to the screen")
    parser.add_argument("--json", action="store_true", help="JSON on the screen")
    parser.add_argument("--null-threshold", type=float, help='to prefer "no answer" (qa)')
    parser.add_argument("--device", help="cpu or cuda; a GPU if there is one")
    parser.set_defaults(run=_run)
