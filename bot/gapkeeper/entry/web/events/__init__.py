"""What a webhook's event asks for: payload to jobs, by rules that know nothing of HTTP."""
