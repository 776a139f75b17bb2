"""What the answers of routes have in common."""

from typing import ClassVar

from pydantic import ConfigDict


class ApiAnswer:
    """Base of the dataclasses that routes answer: what writes one as JSON is made with the first of them.

    Made when the routes are, for three dozen of them, it was a tenth of the start, and megabytes that most services
    never need.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(defer_build=True)
