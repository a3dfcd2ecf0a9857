"""Language models on this device: where they lie, which is used, how they change."""
