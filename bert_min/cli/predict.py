"""`bert-min predict`: answers of a fine-tuned model, for texts on the command line or a file."""

import argparse
import json
from typing import Any

from bert_min.cli.parsers import add_columns, add_command, add_device, add_null_threshold
from subword.file_access import standard_output, write_text


def register(subparsers: Any) -> None:
    """Add ``bert-min predict``."""
    parser = add_command(
        subparsers,
        "predict",
        "Answer with a fine-tuned model.",
        "Give one example as words of the command line, or a file of examples with --input.",
        'bert-min predict --model sentiment "a warm and often funny film"',
    )
    parser.add_argument(
        "--model",
        required=True,
        help="Folder that bert-min finetune has written, a fine-tuned one of transformers, or a "
        "name of the Hub.",
    )
    parser.add_argument(
        "texts",
        nargs="*",
        help="A text, or for nli a text and its pair, or for qa a question and a passage. The next "
        "five options name each of them instead.",
    )
    parser.add_argument("--text", help="A text, or the first one of a pair.")
    parser.add_argument("--pair", metavar="TEXT", help="For nli: the second text of a pair.")
    parser.add_argument("--question", metavar="TEXT", help="For qa: the question.")
    parser.add_argument(
        "--passage", "--context", metavar="TEXT", help="For qa: the passage that has the answer."
    )
    parser.add_argument("--words", metavar="TEXT", help="For ner: a sentence with names.")
    parser.add_argument(
        "--input",
        metavar="FILE",
        help="File of examples in the form of the training file; labels may be missing. Except for "
        "qa, also plain lines, each a text (or two with a tab between them).",
    )
    parser.add_argument(
        "--lines",
        action="store_true",
        help="Take every line of --input for a text, also where the file looks like a table.",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="Write JSON Lines with all details to this file. Default: readable lines on the "
        "screen.",
    )
    parser.add_argument("--json", action="store_true", help="Write the JSON Lines to the screen.")
    add_columns(parser, "that of the training, else ")
    add_null_threshold(parser, "that of the training")
    add_device(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from bert_min.tasks.finetune import say_remarks
    from bert_min.tasks.predict import load_task, predict_texts
    from bert_min.text.same_file import refuse_overwriting

    texts = [*options.texts]
    for value in (options.question, options.text, options.words, options.passage, options.pair):
        if value is not None:
            texts.append(value)
    if bool(texts) is (options.input is not None) or len(texts) > 2:
        raise ValueError("predict takes one or two texts, or --input FILE")
    if options.lines and not options.input:
        raise ValueError("--lines says how to read --input, which is not given")
    refuse_overwriting(options.output, [options.input] if options.input else [])
    model, task = load_task(
        options.model,
        options.device,
        null_threshold=options.null_threshold,
        text_column=options.text_column,
        pair_column=options.pair_column,
        label_column=options.label_column,
    )
    if texts:
        records = [predict_texts(model, task, *texts)]
    else:
        if options.lines:
            data = task.read_lines(options.input)
        else:
            data = task.read(options.input, labelled=False)
        say_remarks(task, options.input, data)
        records = task.predict(model, data)
    if options.output:
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        write_text(options.output, "".join(lines))
        return
    stdout = standard_output()
    for record in records:
        text = json.dumps(record, ensure_ascii=False) if options.json else task.show(record)
        stdout.write(text + "\n")
