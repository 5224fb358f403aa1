"""What people say of events and images: on its way in, as a queue of what to look at, and as labels."""
