"""Knowledge as data, and the code that loads and validates it. Imports only the model."""
