#!/bin/sh
# cfgbot에게 빌드를 다시 보라고 알린다. Needs CFGBOT_URL, CFGBOT_SECRET and CFG_RUN; without them it
# does nothing. It never fails a build: cfgbot looks by itself too, only later. The message names
# the run and no result, since no result that is told would be believed.
set -eu
if [ -z "${CFGBOT_URL:-}" ] || [ -z "${CFGBOT_SECRET:-}" ] || [ -z "${CFG_RUN:-}" ]; then
  exit 0
fi
case $CFG_RUN in *[!0-9A-Za-z._:~-]*) exit 0 ;; esac
body="{\"run\": \"$CFG_RUN\"}"

# HMAC-SHA256 (RFC 2104) by hand: openssl takes a key as an argument only, and arguments can be
# read by everybody on the machine
hex() { od -An -v -tx1 | tr -d ' \n'; }
key=$(printf %s "$CFGBOT_SECRET" | hex)
if [ ${#key} -gt 128 ]; then
  key=$(printf %s "$CFGBOT_SECRET" | openssl dgst -sha256 -binary | hex)
fi
padded() {
  rest=$key
  left=64
  while [ "$left" -gt 0 ]; do
    byte=00
    if [ -n "$rest" ]; then
      byte=${rest%"${rest#??}"}
      rest=${rest#??}
    fi
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((0x$byte ^ $1)))"
    left=$((left - 1))
  done
}
signature=$({
  padded 0x5c
  { padded 0x36 && printf %s "$body"; } | openssl dgst -sha256 -binary
} | openssl dgst -sha256 -binary | hex)

curl -fsS --max-time 20 --retry 2 --proto '=https,http' -o /dev/null \
  -H 'Content-Type: application/json' -H "X-Cfg-Signature-256: sha256=$signature" \
  --data-binary "$body" "${CFGBOT_URL%/}/jenkins" || echo "cfgbot was not told; it looks by itself"
