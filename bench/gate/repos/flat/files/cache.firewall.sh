#!/bin/sh
# cache
ufw --force reset
ufw default deny incoming
ufw allow from 172.24.0.90 to any port 22 proto tcp
ufw allow from 172.20.0.11 to any port 6379 proto tcp
ufw allow from 172.21.0.11 to any port 6379 proto tcp
ufw allow from 172.21.0.31 to any port 6379 proto tcp
ufw allow from 172.22.0.32 to any port 6379 proto tcp
ufw allow from 172.22.0.33 to any port 6379 proto tcp
ufw allow from 172.24.0.90 to any port 9100 proto tcp
ufw --force enable
