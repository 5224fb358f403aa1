"""Events in the form of the Heliophysics Events Knowledgebase (HEK): columns, units, positions, rows."""
