#!/bin/sh
set -eu
iptables -F INPUT
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.4.2 --dport 22 -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.0.4 --dport 8080 -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.0.5 --dport 8080 -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.4.30 --dport 8080 -j ACCEPT
iptables -A INPUT -p tcp -s 10.20.4.30 --dport 9100 -j ACCEPT
