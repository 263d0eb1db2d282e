"""How people deal, over days: the patterns of known frauds, watched day by day."""
