"""What happens when processes are killed, topics are lost and signals come in the middle of work."""
