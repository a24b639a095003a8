"""The documents: what is generated in them, and that what they say is so."""
