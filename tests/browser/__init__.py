"""The pages as people have them: the embedded whole in a real browser."""
