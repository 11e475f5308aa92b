"""The contract in the form of those who enforce it, one module for each form."""
