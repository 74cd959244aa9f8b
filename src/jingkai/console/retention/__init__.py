"""What the site keeps for how long, and where the trail goes when its period is over."""
