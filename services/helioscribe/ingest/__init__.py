"""Archives and files become observations, products and work."""
