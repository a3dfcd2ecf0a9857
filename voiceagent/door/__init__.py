"""Who may come in: tokens, TLS, quotas by subject."""
