"""What other systems publish on Kafka: each topic with how its messages are made ready to be stored."""

from collections.abc import Mapping

from services.intake.application.reception import Reception
from shared.contracts.reports import SUBMISSIONS
from shared.eventsourcing.receiver import Prepare


def external(reception: Reception) -> Mapping[str, Prepare]:
    """The topics that other systems write to."""
    return {SUBMISSIONS: reception.from_kafka}
