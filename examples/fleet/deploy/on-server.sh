#!/bin/sh
# 서버에서 돈다: 바뀐 것만 다시 읽게 하거나 다시 시작한다. Usage: on-server.sh COMMIT
# In /opt/moa stands what is to run, and .mounts says which service reads which file. What was
# brought up last is in .deployed: so a run that was cut off is simply done again, and a run with
# nothing new restarts nothing.
set -eu
umask 077
commit=$1
cd "${MOA:-/opt/moa}"
exec 9>.lock
flock -w 600 9 || { echo "another deployment of this server is under way" >&2 && exit 1; }

find . -type f ! -path './.deploy*' ! -name .lock ! -path './.commit*' -exec sha256sum {} + |
  LC_ALL=C sort >.deploying
touch .deployed
# both ways: a file that is gone has changed too
changed=$(LC_ALL=C comm -3 .deployed .deploying | sed 's/^[[:space:]]*//' | cut -c 67- |
  sed 's,^\./,,' | LC_ALL=C sort -u)

# containers whose image, environment or ports changed are made anew by compose itself; it waits
# until the healthchecks pass
docker compose up -d --remove-orphans --wait --wait-timeout 120

# and of those that read a changed file, each is told in its own way
touched() {
  printf '%s\n' "$changed" | while IFS= read -r file; do
    case $file in "$1" | "$1"/*) echo yes ;; esac
  done
}

seen=
while read -r service image path; do
  case " $seen " in *" $service "*) continue ;; esac
  [ -n "$(touched "$path")" ] || continue
  seen="$seen $service"
  case $image in
    nginx* | */nginx:*)
      echo "reloading $service"
      docker compose exec -T "$service" nginx -t
      docker compose exec -T "$service" nginx -s reload
      ;;
    prom/prometheus:* | prom/alertmanager:*)
      echo "reloading $service"
      docker compose kill -s HUP "$service"
      ;;
    *)
      echo "restarting $service"
      docker compose restart "$service"
      ;;
  esac
done <.mounts
docker compose up -d --wait --wait-timeout 120

for file in firewall.yaml security-group.json nsg.toml; do
  if [ -n "$(touched "$file")" ]; then
    echo "NOT APPLIED HERE: $file changed; it belongs to the cloud's own firewall"
  fi
done
echo "$commit" >.commit.new
mv .deploying .deployed
mv .commit.new .commit
echo "runs $commit"
