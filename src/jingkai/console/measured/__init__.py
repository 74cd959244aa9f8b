"""The site's own services measured: time, steps, hand-overs, materials and trips of its cases, and their log."""
