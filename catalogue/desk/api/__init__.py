"""The API at `/api/v1/`: what pages show, for programs. Reading needs no key; a State's own register and submitting do."""
