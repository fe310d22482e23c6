"""Keys go to the partition where every client of Kafka would put them."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner

from shared.eventsourcing.relay import partition_of


@pytest.mark.parametrize("partitions", [1, 3, 4, 6, 12])
def test_a_key_goes_where_the_default_partitioner_puts_it(partitions: int) -> None:
    golden, numbers = DefaultPartitioner(), list(range(partitions))
    keys = [f"case-{n}" for n in range(500)] + ["一案一码-7", ""]
    assert [partition_of(key, partitions) for key in keys] == [golden(key.encode(), numbers, numbers) for key in keys]
