#!/bin/sh
# 클라우드가 쓰는 태그의 이미지를 빌드해 올린다. Usage: build-image.sh NAME CLOUD
# The tag is what the cloud's compose files ask for. A tag that the registry has is never made
# again: what runs under a name stays what it was, and doing it twice does nothing.
set -eu
cd "$(dirname -- "$0")/.."
name=$1 cloud=$2
images=$(yq -r '.services | .[] | .image' "clouds/$cloud"/*/compose.yml | grep -v '^---$' |
  grep "^$REGISTRY/$name:" | sort -u || :)
for image in $images; do
  if docker manifest inspect "$image" >/dev/null 2>&1; then
    echo "$image is there"
    continue
  fi
  docker build --pull -t "$image" "services/$name"
  docker push "$image"
done
