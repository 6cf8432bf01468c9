"""GitLab: its REST API, version 4, behind the ports of trackers and repositories."""
