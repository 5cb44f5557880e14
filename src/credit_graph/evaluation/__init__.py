"""How well the links are found, measured on a generated city whose truth is known. No other room reads the truth."""
