"""`python -m subword`."""

import sys

from subword.cli import main

sys.exit(main())
