"""The point of presence: answers that are the same for everybody, close to the user."""
