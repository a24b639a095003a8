"""Reports as text and as JSON, and the files that are exported."""
