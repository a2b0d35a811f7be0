"""Papers: the sheets and documents an office prints, signs, fills in and files."""
