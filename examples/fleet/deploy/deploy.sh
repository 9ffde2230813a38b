#!/bin/sh
# 클라우드 하나의 모든 서버에 차례로 배포한다. Usage: deploy.sh CLOUD
# One server after the other: the second is not touched if the first does not come up.
set -eu

cloud="$1"
inventory="inventory.yml"

for dir in "clouds/$cloud"/*/; do
  name=$(basename "$dir")
  address=$(yq -r ".servers.\"$name\".address" "$inventory")
  user=$(yq -r ".servers.\"$name\".user" "$inventory")
  echo "deploying $name"
  rsync -a --delete --exclude monitoring "$dir" "$user@$address:/opt/moa/"
  if [ "$name" = monitor-1 ]; then
    rsync -a --delete monitoring "$user@$address:/opt/moa/"
  fi
  # every sshd here accepts *_PASSWORD (AcceptEnv); compose waits until the healthchecks pass
  ssh -o SendEnv='*_PASSWORD' "$user@$address" \
    "cd /opt/moa && docker compose up -d --wait --wait-timeout 120"
done
