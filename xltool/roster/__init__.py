"""Read the list of agencies (名册) as offices keep it."""
