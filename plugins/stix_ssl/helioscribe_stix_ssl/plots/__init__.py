"""Pictures of images, clusters and training."""
