"""What follows from the models: pure functions without clock, file or random source of their own."""
