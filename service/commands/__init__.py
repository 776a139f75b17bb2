"""One module a command of ``leak-inspection``: ``add_to`` declares its options, ``run`` does it."""

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # its only name
