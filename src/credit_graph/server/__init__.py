"""The GraphQL API over HTTP: schema, batch loading, roles and keys, limits, pages. The only room with Strawberry."""
