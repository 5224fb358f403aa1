"""Order and surprises in STIX flare images: clusters, anomalies and source counts on self-supervised embeddings."""
