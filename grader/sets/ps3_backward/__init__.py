"""The backward pass, and tests of it."""
