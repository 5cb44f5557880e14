"""Editions of a release (名单发布的版本): the archive, its public view, and how anyone verifies them. Pure."""
