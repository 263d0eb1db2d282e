"""Files that people lay beside what they say."""
