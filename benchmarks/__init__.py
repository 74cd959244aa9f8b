"""What jingkai costs beside queries written by hand and beside its peers, in one run."""
