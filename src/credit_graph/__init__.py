"""credit_graph: a city's market-supervision records as one graph.

Data flows one way: ingest -> store -> projection -> links -> grading -> lists -> files, GraphQL.
"""

__version__ = "0.1.0"
