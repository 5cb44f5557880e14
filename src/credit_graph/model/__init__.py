"""What things are: identifiers, code lists, record kinds, definitions, time. No I/O."""
