"""The demo: one community, its groups and accounts, and two stories, sent through the front door as commands."""
