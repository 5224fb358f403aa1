"""What a run tells of itself: the page in one file, its charts and pictures, and the page of a search."""
