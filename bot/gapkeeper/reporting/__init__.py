"""Values as text, for people and for machines. Pure: what is shown, and how wide, comes in as values."""
