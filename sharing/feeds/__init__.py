"""Due dates of an official as a calendar that other programs subscribe to: dates and numbers only."""
