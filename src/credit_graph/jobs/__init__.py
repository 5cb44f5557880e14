"""The steps of the platform in order: load, link, grade, release; progress, resume, writing of results."""
