"""A sealed value: a personal value that only the holder of its person's key can read.

Events, meta, tables and messages hold personal values in this form alone. `of` names the key: a person, or the report
whose free text it is. Deciders carry sealed values without ever opening them.
"""

from __future__ import annotations

from pydantic import BaseModel, Field


class Sealed(BaseModel, frozen=True, extra="forbid"):
    of: str = Field(min_length=1, max_length=120)
    """The key's id: `person-…` for a value of a person, `report-…` for the free text of a report."""
    box: str = Field(min_length=1)
    """`s1.` (this store's key of `of`) or `d1.` (the deployment's key, on its way between services), then base64url."""
