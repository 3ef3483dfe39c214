"""What is checked on every reply without being asked; each breach cites its requirement."""
