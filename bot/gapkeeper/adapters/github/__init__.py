"""GitHub and GitHub Enterprise: issues, people, documents and proposals, over REST."""
