"""The portal's data for programs: OpenAPI at `/api/openapi.json`, one shape of error everywhere."""
