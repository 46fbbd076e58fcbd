"""The eye: cameras and films in, visitors with identity out."""
