"""Reading, recognising, normalising, checking and screening source files. Pure: no database driver."""
