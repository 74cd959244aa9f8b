"""The portal: what anyone may see, without an account."""
