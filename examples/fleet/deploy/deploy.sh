#!/bin/sh
# 클라우드 하나의 모든 서버에 차례로 배포한다. Usage: deploy.sh CLOUD
# One server after the other: the second is not touched if the first does not come up. First the
# firewall, so that who is admitted anew finds the door open, then the services. Everything may be
# done again: what is there already stays. ROLLBACK=true lets an older commit replace a newer one.
set -eu
cd "$(dirname -- "$0")/.."

cloud=$1
case $cloud in *[!a-z0-9-]* | '') echo "no cloud: $cloud" >&2 && exit 2 ;; esac
[ -d "clouds/$cloud" ] || { echo "there is no clouds/$cloud" >&2 && exit 2; }
commit=$(git rev-parse HEAD)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# every connection is a new one: that of the firewall's confirmation has to be
ssh_to() {
  to=$1
  shift
  # every sshd here accepts *_PASSWORD (AcceptEnv)
  ssh -o ControlMaster=no -o ControlPath=none -o BatchMode=yes -o ConnectTimeout=10 \
    -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -o SendEnv='*_PASSWORD' "$to" "$@" </dev/null
}

refuse_older() {
  was=$(ssh_to "$1" 'cat /opt/moa/.commit 2>/dev/null || :')
  if [ -n "$was" ] && [ "$was" != "$commit" ] && [ "${ROLLBACK:-false}" != true ] &&
    git merge-base --is-ancestor "$commit" "$was" 2>/dev/null; then
    echo "$1 runs $was, which is newer; ROLLBACK=true goes back" >&2
    exit 3
  fi
}

# What the server gets: its folder, what it shares, and the scripts that run there.
fill() {
  rm -rf "${stage:?}/moa"
  mkdir "$stage/moa"
  cp -R "clouds/$cloud/$1/." "$stage/moa/"
  if [ "$1" = monitor-1 ]; then
    cp -R monitoring "$stage/moa/"
  fi
  mkdir "$stage/moa/.deploy"
  cp deploy/on-server.sh deploy/firewall-*.sh "$stage/moa/.deploy/"
  # lines of service, image, file: which service reads which of our files
  # shellcheck disable=SC2016 # these are yq's own
  yq -r '.services | to_entries | .[] | .key as $name | .value.image as $image
    | (.value.volumes // []) | .[] | select(test("^\\./")) | split(":") | .[0]
    | $name + " " + $image + " " + sub("^\\./"; "")' "$stage/moa/compose.yml" >"$stage/moa/.mounts"
}

# shellcheck disable=SC2016 # the server's shell expands these
as_root='root=; [ "$(id -u)" = 0 ] || root="sudo -n"; $root sh /opt/moa/.deploy/firewall-apply.sh'

# The deployer's own address is the one that the server sees it by.
firewall() {
  said=$(ssh_to "$1" "$as_root apply /opt/moa/$2 \"\$SSH_CONNECTION\"")
  case $said in
    unchanged) ;;
    'pending '*)
      ssh_to "$1" "$as_root confirm ${said#pending } \"\$SSH_CONNECTION\"" || {
        echo "the firewall of $1 was not confirmed, and takes itself back" >&2
        exit 1
      }
      ;;
    *) echo "unexpected: $said" >&2 && exit 1 ;;
  esac
}

for dir in "clouds/$cloud"/*/; do
  name=$(basename "$dir")
  address=$(yq -r ".servers.\"$name\".address" inventory.yml)
  user=$(yq -r ".servers.\"$name\".user" inventory.yml)
  case $address$user in *null* | *[!A-Za-z0-9.:_-]*) echo "$name: no address" >&2 && exit 2 ;; esac
  to=$user@$address
  echo "deploying $name"
  refuse_older "$to"
  fill "$name"
  # in place: a container that mounts one file keeps the file it was given, not its name
  rsync -rlp --checksum --inplace --delete --timeout=60 --chmod=D755,F644 \
    --exclude=/.lock --exclude=/.commit --exclude=/.deployed --exclude=/.deploying \
    -e 'ssh -o BatchMode=yes -o ConnectTimeout=10' "$stage/moa/" "$to:/opt/moa/"
  for rules in firewall.nft firewall.sh; do
    if [ -f "$dir$rules" ] && [ "${FIREWALL:-true}" = true ]; then
      firewall "$to" "$rules"
    fi
  done
  ssh_to "$to" "sh /opt/moa/.deploy/on-server.sh $commit"
done
