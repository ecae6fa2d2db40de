"""GraphQL of the relationship view."""  # noqa: A005 - the domain's name
