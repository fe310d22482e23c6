"""What can keep the embedded whole from starting; each message says what is wrong and what to do.

CannotStart
├── JavaMissing        no Java 17 or later
├── JarsUnavailable    Kafka's jars could not be fetched
├── PortTaken          another process listens where ours should
├── DataFolderHeld     another `wangge up` uses the data folder
├── KafkaNotReady      Kafka does not answer, or another cluster does
└── ServiceNotReady    a service ended or never became ready
"""


class CannotStart(Exception):
    """The embedded whole, or a part of it, cannot start."""


class JavaMissing(CannotStart):
    pass


class JarsUnavailable(CannotStart):
    pass


class PortTaken(CannotStart):
    pass


class DataFolderHeld(CannotStart):
    pass


class KafkaNotReady(CannotStart):
    pass


class ServiceNotReady(CannotStart):
    pass
