"""picto: the model that ships with the site."""
