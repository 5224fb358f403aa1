"""What all services share: settings, adapters by URL, the job runner, logs, metrics and servers."""
