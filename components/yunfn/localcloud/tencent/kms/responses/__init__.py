"""What KMS answers, by what it is about."""
