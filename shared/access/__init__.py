"""Who may do what, and where: roles, posts, actions and the one `authorize`. Pure: no I/O and no web."""
