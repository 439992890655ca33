"""Signing in with Google: whose id_token it is, whose account that means, and the pages' flow."""
