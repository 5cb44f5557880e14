"""The commands of ``credit-graph``, one module per group; thin: they call jobs and print."""
