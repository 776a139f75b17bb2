"""``python -m training`` is ``leak-training``."""

import sys

from training.cli import main

sys.exit(main())
