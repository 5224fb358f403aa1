"""What every service shares: settings, wiring, the job runner, logging and servers."""
