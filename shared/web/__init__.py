"""What the services' HTTP sides share: problems, sessions, routes with declared access, pages, health, static files."""
