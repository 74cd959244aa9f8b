"""The analyst's desk: figures, uptake of rules, the assessment, reforms; aggregates only."""
