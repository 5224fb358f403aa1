"""What the command line prints of events, happenings and images."""
