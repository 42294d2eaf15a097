"""What callers rely on, as it was in the last release and as it is now: the schema and the support facts."""
