"""What the keys do, by subject; the app is made of these."""
