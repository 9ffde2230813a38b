#!/bin/sh
# monitor-1 (모니터링 서버)의 방화벽. Everything that is not accepted below is dropped.
set -eu

iptables -F INPUT
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT

# ssh: 관리자 집과 배포 서버만
iptables -A INPUT -p tcp -s 198.51.100.250/32 --dport 22 -m comment --comment "home" -j ACCEPT
iptables -A INPUT -p tcp -s 203.0.113.99/32 --dport 22 -m comment --comment "jenkins" -j ACCEPT

# Grafana: 관리자 집에서, 또는 edge를 거쳐
iptables -A INPUT -p tcp -s 198.51.100.250/32 --dport 3000 -m comment --comment "home" -j ACCEPT
iptables -A INPUT -p tcp -s 203.0.113.200/32 --dport 3000 -m comment --comment "edge-1" -j ACCEPT

# Prometheus is for the administrator only
iptables -A INPUT -p tcp -s 198.51.100.250/32 --dport 9090 -m comment --comment "home" -j ACCEPT

# 설정 서버가 알림을 보낸다
iptables -A INPUT -p tcp -s 192.0.2.7/32 --dport 9093 -m comment --comment "config-1" -j ACCEPT
