"""What stands between a model's reading and an action: polarity, numbers, mood."""
