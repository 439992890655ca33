"""Write books for other programs. Pure: no Django, no network; files go where the caller says."""
