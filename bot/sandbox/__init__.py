"""GitHub, Jenkins and a sample fleet on loopback: what the App is tried and tested with."""
