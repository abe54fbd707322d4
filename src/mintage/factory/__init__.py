"""Factory: machines built and what they cost landed, with materials, freight, duty and drawback."""
