"""Blocks of documents that a command writes anew; what stands around them is written by hand."""

import re


def written_block(what: str, command: str) -> re.Pattern[str]:
    """The block of a command, from its first line to its last; these are the two groups."""
    return re.compile(rf"(<!-- {what}: written by `{command}` -->\n).*?(<!-- end -->)", re.DOTALL)


def with_block(block: re.Pattern[str], document: str, shown: str) -> str:
    """The document with this, which ends with its line, in the block."""
    return block.sub(lambda match: match[1] + shown + match[2], document)
