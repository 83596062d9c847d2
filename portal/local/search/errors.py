"""What a client of the search server can do wrong."""


class BadRequest(Exception):
    """A request that Solr would answer with status 400; raised while reading schemas' values, queries and parameters.

    The texts follow Solr's where CKAN looks at them ("Can't determine a Sort Order", "undefined field").
    """


class SchemaError(Exception):
    """A schema.xml that asks for something this server does not have; raised by `schema.read` at start."""
