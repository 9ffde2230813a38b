#!/bin/sh
# 춘천 리전. 위에서부터 차례로 적용된다.
set -eu
iptables -F INPUT
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
# ssh
iptables -A INPUT -p tcp -s 198.51.100.24/32 --dport 22 -j ACCEPT
# 원장
iptables -A INPUT -p tcp -s 10.20.1.11/32 --dport 9400 -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.1.12/32 --dport 9400 -j ACCEPT
iptables -A INPUT -p tcp -s 10.30.1.4/32 --dport 9400 -j ACCEPT
iptables -A INPUT -p tcp -s 10.30.1.40/32 --dport 9400 -j ACCEPT
iptables -A INPUT -p tcp -s 10.30.1.41/32 --dport 9400 -j ACCEPT
iptables -A INPUT -p tcp -s 10.50.1.20/32 --dport 9400 -j ACCEPT
iptables -A INPUT -p tcp -s 10.30.9.2/32 --dport 9400 -j ACCEPT
# 상점 DB
iptables -A INPUT -p tcp -s 10.40.3.5/32 --dport 5432 -j ACCEPT
iptables -A INPUT -p tcp -s 10.50.1.20/32 --dport 5432 -j ACCEPT
iptables -A INPUT -p tcp -s 10.30.9.2/32 --dport 5432 -j ACCEPT
# 세션 캐시
iptables -A INPUT -p tcp -s 10.20.1.11/32 --dport 6379 -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.1.12/32 --dport 6379 -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.2.8/32 --dport 6379 -j ACCEPT
iptables -A INPUT -p tcp -s 10.50.1.20/32 --dport 6379 -j ACCEPT
# node exporter
iptables -A INPUT -p tcp -s 10.30.9.2/32 --dport 9100 -j ACCEPT
