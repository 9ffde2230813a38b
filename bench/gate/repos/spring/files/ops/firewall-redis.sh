#!/bin/sh
# the cache
set -eu
ufw default deny incoming
ufw allow from 10.40.8.0/24 to any port 22 proto tcp
ufw allow from 10.40.1.10 to any port 6379 proto tcp
ufw allow from 10.40.2.11 to any port 6379 proto tcp
ufw allow from 10.40.2.12 to any port 6379 proto tcp
ufw allow from 10.40.7.9 to any port 9121 proto tcp
ufw --force enable
