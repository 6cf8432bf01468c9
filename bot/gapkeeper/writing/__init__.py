"""A status as the smallest edit of a document, proven before it is written. Not part of this version yet."""
