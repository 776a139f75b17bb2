"""Identifiers: how cameras, wells, casts, decisions and replicas may be called."""

from typing import Annotated

from pydantic import Field

IDENTIFIER = r"[A-Za-z0-9._:-]{1,64}"

Id = Annotated[str, Field(pattern=f"^{IDENTIFIER}$")]
