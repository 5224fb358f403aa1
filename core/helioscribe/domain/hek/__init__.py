"""Records as the Heliophysics Events Knowledgebase writes them: columns, units, places, rows."""
