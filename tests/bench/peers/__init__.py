"""What the bench is measured against, in a virtual environment of its own."""
