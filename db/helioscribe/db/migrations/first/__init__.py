"""What revision 0001 makes, by subject as in `helioscribe.db.tables`."""
