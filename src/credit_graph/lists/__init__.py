"""Lists: legal bases, who may stand on a list on a day, the files of a release. Pure; ``jobs/`` reads and writes."""
