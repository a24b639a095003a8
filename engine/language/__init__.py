"""The small expression language of conditions, watches and the prompt."""
