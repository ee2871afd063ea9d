"""Talking to models over the OpenAI protocol. Knows a CallLog, not how calls are stored."""
