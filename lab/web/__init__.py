"""How the book's pages are served: Sphinx extensions that no notebook imports."""
