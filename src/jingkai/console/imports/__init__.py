"""Register files that officers import: looked at, mapped, loaded, taken back."""
