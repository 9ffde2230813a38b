#!/bin/sh
# stream
ufw --force reset
ufw default deny incoming
ufw allow from 172.24.0.90 to any port 22 proto tcp
ufw allow from 172.20.0.3 to any port 8000 proto tcp
ufw allow from 172.20.0.11 to any port 8000 proto tcp
ufw allow from 172.21.0.11 to any port 8000 proto tcp
ufw allow from 172.24.0.90 to any port 8000 proto tcp
ufw --force enable
