#!/bin/sh
# mysql, primary and replica
set -eu
ufw default deny incoming
ufw allow from 10.40.8.0/24 to any port 22 proto tcp
ufw allow from 10.40.2.11 to any port 3306 proto tcp
ufw allow from 10.40.2.12 to any port 3306 proto tcp
ufw allow from 10.40.2.13 to any port 3306 proto tcp
ufw allow from 10.40.2.15 to any port 3306 proto tcp
ufw allow from 10.40.7.9 to any port 9104 proto tcp
ufw --force enable
