"""How fast cfgbot is on 10,000 config files of 50 MB, and on the sample fleet."""
