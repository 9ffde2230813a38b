"""The gate, measured: requests with their right changes, wrong changes, and what is let through."""
