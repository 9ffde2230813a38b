#!/bin/sh
# api-2
ufw --force reset
ufw default deny incoming
ufw allow from 172.24.0.90 to any port 22 proto tcp
ufw allow from 172.20.0.3 to any port 8080 proto tcp
ufw allow from 172.24.0.90 to any port 8080 proto tcp
ufw allow from 172.24.0.90 to any port 9100 proto tcp
ufw --force enable
