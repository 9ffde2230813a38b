"""Pages the server shows to people: the timeline of a change."""
