"""The channels: how a message leaves for a person."""
