"""cfgbot: one sentence changes the configuration; only a proven change is merged."""
