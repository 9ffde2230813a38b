#!/bin/sh
# 방화벽을 바꾸되 배포 서버를 잠그지 않는다. On a server, as root:
#   firewall-apply.sh apply RULES "$SSH_CONNECTION"     rehearse, arm the way back, apply
#   firewall-apply.sh confirm TOKEN "$SSH_CONNECTION"   over a NEW connection: keep it
#   firewall-apply.sh revert TOKEN                      take it back (the timer does that too)
#   firewall-apply.sh status
# RULES is a file for nft (*.nft) or a script that calls iptables (*.sh). apply prints "unchanged"
# or "pending TOKEN". What nobody confirms in time is taken back, whoever was killed meanwhile.
# Exit 0: done. 1: refused, or taken back. 2: wrong use.
set -eu
umask 077

state=${FIREWALL_STATE:-/var/lib/moa-firewall}
seconds=${FIREWALL_SECONDS:-60}
timer=${FIREWALL_TIMER:-auto}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
pending=$state/pending

say() { printf '%s\n' "$*" >&2; }

note() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$state/log"; }

refuse() {
  say "refused: $*"
  exit 1
}

wrong_use() {
  sed -n '3,6p' "$0" >&2
  exit 2
}

# Nobody else applies, confirms or reverts until this process ends. Children must not hold it.
lock() {
  mkdir -p "$state"
  exec 9>"$state/lock"
  flock -w "${1:-120}" 9 || refuse "another change of the firewall is under way"
}

kind_of() {
  case $1 in
    *.nft) echo nft ;;
    *.sh) echo iptables ;;
    *) refuse "$1 is neither *.nft nor *.sh" ;;
  esac
}

# What is in force, without what counts: dump KIND
live() {
  case $1 in
    nft) nft -s list ruleset ;;
    iptables) { iptables-save && { ip6tables-save 2>/dev/null || :; }; } | sed -e '/^#/d' -e 's/\[[0-9]*:[0-9]*\]//' ;;
  esac
}

digest() { sha256sum | cut -d ' ' -f 1; }

# What is in force goes to the folder, in a form that brings it back; it is tried whether it does.
snapshot() {
  if [ "$1" = nft ]; then
    { echo 'flush ruleset' && nft list ruleset; } >"$2/before.nft"
    nft -c -f "$2/before.nft" || refuse "what is in force could not be brought back"
    return
  fi
  for tables in iptables ip6tables; do
    command -v $tables-save >/dev/null || continue
    $tables-save >"$2/before.$tables"
    if ! grep -q '^\*filter' "$2/before.$tables"; then
      # a kernel without any rule saves no table: without one, nothing would be taken back
      printf '%s\n' '*filter' ':INPUT ACCEPT [0:0]' ':FORWARD ACCEPT [0:0]' ':OUTPUT ACCEPT [0:0]' \
        COMMIT >>"$2/before.$tables"
    fi
    $tables-restore --test <"$2/before.$tables" || refuse "what is in force could not be brought back"
  done
}

# Called within conditions, where set -e does not hold.
bring_back() {
  if [ -f "$pending/before.nft" ]; then
    nft -f "$pending/before.nft"
    return
  fi
  iptables-restore <"$pending/before.iptables" &&
    { [ ! -f "$pending/before.ip6tables" ] || ip6tables-restore <"$pending/before.ip6tables"; }
}

# What is pending is taken back, and is not pending any more. Loading it twice does no harm.
take_back() {
  why=$1
  bring_back || { sleep 1 && bring_back; } || {
    note "COULD NOT TAKE BACK $(cat "$pending/token")"
    refuse "what was in force before could not be loaded"
  }
  disarm
  note "taken back: $(cat "$pending/token"), $why"
  rm -rf "$state/reverted"
  mv "$pending" "$state/reverted"
}

# The timer lives outside of this process and of the connection that started it.
arm() {
  token=$1
  cp "$0" "$state/way-back.tmp"
  chmod 700 "$state/way-back.tmp"
  mv "$state/way-back.tmp" "$state/way-back.sh"
  if [ "$timer" = systemd ] || { [ "$timer" = auto ] && [ -d /run/systemd/system ]; }; then
    systemd-run --quiet --collect --unit="moa-firewall-$token" --on-active="$seconds" \
      --timer-property=AccuracySec=1s --property=Restart=on-failure --property=RestartSec=2 \
      --setenv=FIREWALL_STATE="$state" /bin/sh "$state/way-back.sh" revert "$token" 9>&- ||
      refuse "the way back could not be armed"
    echo systemd >"$pending/timer"
    return
  fi
  # shellcheck disable=SC2016 # the inner shell expands these
  FIREWALL_STATE=$state FIREWALL_WAY_BACK=$token setsid sh -c 'echo $$ >"$4"; sleep "$1"
    until sh "$2" revert "$3"; do sleep 1; done' \
    way-back "$seconds" "$state/way-back.sh" "$token" "$pending/timer" \
    </dev/null >>"$state/log" 2>&1 9>&- &
  # nothing is loaded before the timer itself has said that it runs
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if [ -s "$pending/timer" ]; then return; fi
    sleep 0.1
  done
  refuse "the way back could not be armed"
}

disarm() {
  [ -f "$pending/timer" ] || return 0
  id=$(cat "$pending/timer")
  if [ "$id" = systemd ]; then
    systemctl stop "moa-firewall-$(cat "$pending/token").timer" 2>/dev/null || :
  elif [ "${FIREWALL_WAY_BACK:-}" != "$(cat "$pending/token")" ]; then
    # not from the timer itself, which would end here
    kill -- "-$id" 2>/dev/null || :
  fi
}

load() {
  if [ -f "$pending/rules.nft" ]; then
    nft -f "$pending/rules.nft" 9>&-
  else
    timeout 60 sh "$pending/rules.sh" 9>&-
  fi
}

unchanged() {
  [ -f "$state/kept" ] || return 1
  [ "$(cat "$state/kept")" = "$1 $(digest <"$2") $(live "$1" | digest)" ]
}

# The four words of SSH_CONNECTION: client, its port, server, its port.
checked_connection() {
  case $1 in *[!0-9A-Fa-f.:%\ ]* | '') refuse "this is no SSH_CONNECTION" ;; esac
  # shellcheck disable=SC2086 # the words are what is wanted
  set -- $1
  [ $# -eq 4 ] || refuse "this is no SSH_CONNECTION"
}

apply() {
  rules=$1 connection=$2
  [ -f "$rules" ] || refuse "there is no $rules"
  checked_connection "$connection"
  kind=$(kind_of "$rules")
  lock
  if [ -d "$pending" ]; then
    take_back "a new change came before it was confirmed"
  fi
  if unchanged "$kind" "$rules"; then
    echo unchanged
    return
  fi
  new=$state/pending.tmp
  rm -rf "$new"
  mkdir "$new"
  cp "$rules" "$new/rules.${rules##*.}"
  # shellcheck disable=SC2086 # its words are client, port, server, port
  sh "$here/firewall-rehearse.sh" "$new/rules.${rules##*.}" $connection 9>&- ||
    refuse "with these rules the deployer could not come in again; nothing was changed"
  snapshot "$kind" "$new"
  token=$(cat /proc/sys/kernel/random/uuid)
  echo "$token" >"$new/token"
  echo "$connection" >"$new/connection"
  mv "$new" "$pending"
  arm "$token"
  note "applying $token for ${connection%% *}"
  load || {
    take_back "the rules could not be loaded"
    refuse "the rules could not be loaded; what was before is in force again"
  }
  echo "pending $token"
}

confirm() {
  token=$1 connection=$2
  checked_connection "$connection"
  lock
  if [ ! -d "$pending" ] || [ "$(cat "$pending/token")" != "$token" ]; then
    # asked again by somebody who did not hear the answer
    [ "$(cat "$state/last/token" 2>/dev/null)" = "$token" ] || refuse "$token was taken back"
    echo kept
    return
  fi
  before=$(cat "$pending/connection")
  [ "$connection" != "$before" ] || refuse "this connection was there before; open a new one"
  [ "${connection%% *}" = "${before%% *}" ] || refuse "this comes from somebody else"
  disarm
  rm -rf "$state/last"
  mv "$pending" "$state/last"
  for rules in "$state"/last/rules.*; do
    kind=$(kind_of "$rules")
    echo "$kind $(digest <"$rules") $(live "$kind" | digest)" >"$state/kept.tmp"
    mv "$state/kept.tmp" "$state/kept"
    # so that a restart of the server finds them too
    if [ -n "${FIREWALL_PERSIST:-}" ]; then
      if [ "$kind" = nft ]; then cat "$rules"; else iptables-save; fi >"$FIREWALL_PERSIST.tmp"
      mv "$FIREWALL_PERSIST.tmp" "$FIREWALL_PERSIST"
    fi
  done
  note "kept $token"
  echo kept
}

revert() {
  lock 600
  if [ ! -d "$pending" ] || [ "$(cat "$pending/token")" != "$1" ]; then
    say "nothing to take back for $1"
    return
  fi
  take_back "not confirmed within $seconds s, or told to"
  echo reverted
}

status() {
  if [ -d "$pending" ]; then
    echo "pending $(cat "$pending/token")"
  elif [ -f "$state/kept" ]; then
    echo kept
  else
    echo none
  fi
}

# set -e does not hold within a condition: each is called on a line of its own
case ${1:-}:$# in
  apply:3) apply "$2" "$3" ;;
  confirm:3) confirm "$2" "$3" ;;
  revert:2) revert "$2" ;;
  status:1) status ;;
  *) wrong_use ;;
esac
