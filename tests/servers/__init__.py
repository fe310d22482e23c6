"""The real servers that the suite runs on: Apache Kafka and PostgreSQL, embedded or in containers."""
