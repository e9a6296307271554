"""`python -m bert_min.cli`, as `torchrun` starts it."""

import sys

from bert_min.cli import main

sys.exit(main())
