"""Keys with which programs ask in an account's name."""
