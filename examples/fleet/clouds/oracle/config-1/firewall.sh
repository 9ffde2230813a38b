#!/bin/sh
# config-1 (설정 서버)의 방화벽. Everything that is not accepted below is dropped.
set -eu

iptables -F INPUT
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT

# ssh: 관리자 집과 배포 서버만
iptables -A INPUT -p tcp -s 198.51.100.250/32 --dport 22 -m comment --comment "home" -j ACCEPT
iptables -A INPUT -p tcp -s 203.0.113.99/32 --dport 22 -m comment --comment "jenkins" -j ACCEPT

# 설정을 읽는 서버들 (every Spring client)
iptables -A INPUT -p tcp -s 198.51.100.10/32 --dport 8888 -m comment --comment "api-1" -j ACCEPT
iptables -A INPUT -p tcp -s 203.0.113.10/32 --dport 8888 -m comment --comment "api-2" -j ACCEPT
iptables -A INPUT -p tcp -s 198.51.100.20/32 --dport 8888 -m comment --comment "worker-1" -j ACCEPT
iptables -A INPUT -p tcp -s 198.51.100.130/32 --dport 8888 -m comment --comment "worker-2" -j ACCEPT
iptables -A INPUT -p tcp -s 198.51.100.140/32 --dport 8888 -m comment --comment "mail-1" -j ACCEPT
iptables -A INPUT -p tcp -s 203.0.113.210/32 --dport 8888 -m comment --comment "auth-1" -j ACCEPT

# 상태 페이지와 모니터링
iptables -A INPUT -p tcp -s 203.0.113.200/32 --dport 8888 -m comment --comment "edge-1" -j ACCEPT
iptables -A INPUT -p tcp -s 192.0.2.70/32 --dport 8888 -m comment --comment "monitor-1" -j ACCEPT
iptables -A INPUT -p tcp -s 192.0.2.70/32 --dport 9100 -m comment --comment "monitor-1" -j ACCEPT
