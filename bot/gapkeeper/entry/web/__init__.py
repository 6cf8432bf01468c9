"""What the service answers over HTTP: webhooks in public, status and metrics in private."""
