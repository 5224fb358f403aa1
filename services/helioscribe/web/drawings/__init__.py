"""What pages draw: places of things in a picture, without anything of a page."""
