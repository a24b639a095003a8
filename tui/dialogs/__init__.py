"""What is laid over the screen: help and questions."""
