"""The world behind the ports: git, the lexical cache, language models."""
