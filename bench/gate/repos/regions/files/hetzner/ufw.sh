#!/bin/sh
# 엣지 두 대에 똑같이 적용
set -eu
ufw --force reset
ufw default deny incoming
ufw default allow outgoing
ufw allow proto tcp to any port 443
ufw allow proto udp to any port 7200
ufw allow proto tcp from 198.51.100.24 to any port 22
ufw allow proto tcp from 192.0.2.66 to any port 8080
ufw allow proto tcp from 10.30.9.2 to any port 8080
ufw allow proto tcp from 192.0.2.66 to any port 9113
ufw allow proto tcp from 10.30.9.2 to any port 9113
ufw --force enable
