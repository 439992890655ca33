"""Everything of one person, over all the apps: taking it along, and making it go away."""
