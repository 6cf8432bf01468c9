"""The frozen values that everything speaks."""
