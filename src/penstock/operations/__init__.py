"""Everything that can be asked, said once: routes, transports, OpenAPI and the page's types are made from these."""
