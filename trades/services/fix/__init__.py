"""FIX sessions: the line that keeps, the booking that acts, the acts of administrators."""
