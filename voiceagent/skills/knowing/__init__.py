"""What a device can know by itself."""
