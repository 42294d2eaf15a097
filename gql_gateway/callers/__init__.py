"""Who may call the gateway: API keys, JWTs, and the one door that every request goes through."""
