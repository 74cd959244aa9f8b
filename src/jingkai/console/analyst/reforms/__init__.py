"""Reforms: figures of a rule changed on paper, and whom that would touch, in aggregates."""
