"""Ids that the same cause always gives."""

from uuid import NAMESPACE_URL, uuid5

from hypothesis import given
from hypothesis import strategies as st

from shared.eventsourcing.commands import derived_id


@given(st.lists(st.text() | st.integers()))
def test_a_derived_id_is_the_standards_name_based_uuid(parts: list[str | int]) -> None:
    name = "\n".join(str(part) for part in parts)
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    assert derived_id(*parts) == str(uuid5(NAMESPACE_URL, name))
