"""ISO 19115 metadata records as XML (ISO 19139 and ISO 19115-3): read without regard to prefixes, and mapped to packages."""
