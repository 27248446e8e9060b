"""What things cost, as ratios: seconds change from machine to machine, ratios hardly do."""
