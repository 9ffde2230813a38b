#!/bin/sh
# 새 규칙으로도 배포 서버가 들어올 수 있는지 따로 만든 네트워크에서 해 본다. As root:
#   firewall-rehearse.sh RULES CLIENT CLIENT_PORT SERVER PORT
# The rules are loaded in a network namespace that has this server's address and devices; from a
# second one, which has the client's address, a connection is opened. Nothing of the real network
# is touched. Needs ip, unshare, nsenter, timeout and python3.
# Exit 0: the client comes in. 1: it does not, or the rules cannot be loaded. 3: cannot be tried.
set -eu

[ $# -eq 5 ] || exit 3
rules=$1 client=$2 server=$4 port=$5
talk='
import socket, sys, time
host, port, client = sys.argv[1], int(sys.argv[2]), sys.argv[3:] == ["client"]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
if client:
    until = time.monotonic() + 3
    while True:
        try:
            with socket.create_connection((host, port), timeout=3) as connection:
                sys.exit(connection.recv(2) != b"in")
        except ConnectionRefusedError:
            # nobody listens yet; or the rules reject, then the time is up soon
            if time.monotonic() > until:
                sys.exit(1)
            time.sleep(0.05)
        except OSError:
            sys.exit(1)
with socket.create_server((host, port), family=family) as listener:
    listener.settimeout(15)
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"in")
'

if [ "${REHEARSAL:-}" != inside ]; then
  for tool in ip unshare nsenter timeout python3; do
    command -v "$tool" >/dev/null || { echo "there is no $tool" >&2 && exit 3; }
  done
  device=$(ip -o route get "$client" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p')
  devices=$(ip -o link show | sed -n 's/^[0-9]*: \([^:@]*\)[:@].*/\1/p' | tr '\n' ' ')
  export REHEARSAL=inside DEVICE="${device:-eth0}" DEVICES="$devices"
  exec timeout 60 unshare --net sh "$0" "$@"
fi

case $client in *:*) bits=128 early=nodad ;; *) bits=32 early= ;; esac
[ "$DEVICE" != lo ] || DEVICE=eth0

# the client's network lives as long as this process
unshare --net sleep 60 &
peer=$!
listener=$peer stage=building code=0
trap 'code=$?; kill $peer $listener 2>/dev/null || :
  if [ $stage = building ] && [ $code -ne 0 ]; then exit 3; else exit $code; fi' EXIT
own=$(readlink /proc/self/ns/net)
until [ "$(readlink "/proc/$peer/ns/net")" != "$own" ]; do
  kill -0 $peer || exit 3
  sleep 0.02
done
at_client() { nsenter --net="/proc/$peer/ns/net" "$@"; }

ip link set lo up
ip link add "$DEVICE" type veth peer name rehearsal
ip link set rehearsal netns $peer
# shellcheck disable=SC2086 # an empty word is no word
ip address add "$server/$bits" dev "$DEVICE" $early
ip link set "$DEVICE" up
ip route add "$client/$bits" dev "$DEVICE"
# shellcheck disable=SC2086
at_client ip address add "$client/$bits" dev rehearsal $early
at_client ip link set rehearsal up
at_client ip route add "$server/$bits" dev rehearsal
# rules may name any device of the server; without them they could not be loaded here
for name in $DEVICES; do
  ip link show "$name" >/dev/null 2>&1 || ip link add "$name" type dummy 2>/dev/null || :
done

comes_in() {
  python3 -c "$talk" "$server" "$port" &
  listener=$!
  if at_client python3 -c "$talk" "$server" "$port" client; then
    wait $listener
    return 0
  fi
  kill $listener 2>/dev/null || :
  return 1
}

comes_in || { echo "the rehearsal itself does not work" >&2 && exit 3; }
stage=trying
case $rules in
  *.nft) nft -f "$rules" || exit 1 ;;
  *) timeout 30 sh "$rules" || exit 1 ;;
esac
comes_in || { echo "$client does not come in at port $port" >&2 && exit 1; }
