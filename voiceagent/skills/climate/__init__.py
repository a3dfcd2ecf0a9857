"""Temperature, thermostat and sensors."""
