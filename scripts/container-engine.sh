#!/usr/bin/env bash
# A container engine of this checkout's own, for machines that have none: Debian's dockerd, Compose and BuildKit.
#   container-engine.sh start   installs what is missing (Debian, root), starts dockerd, makes the local base image
#   container-engine.sh stop    ends dockerd; everything it made stays below .run/docker
# Compose and BuildKit come from the next Debian release: they need nothing but libc, so they are only unpacked.
# With DOCKER_HOST set, or an engine that answers already, start changes nothing but the base image.
set -euo pipefail
cd "$(dirname "$0")/.."
state=$PWD/.run/docker
base=localhost/helioscribe-base:bookworm
export DOCKER_CONFIG=$state/config DOCKER_HOST=${DOCKER_HOST:-unix://$state/docker.sock}

install_engine() {
    command -v dockerd >/dev/null && command -v mmdebstrap >/dev/null && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io mmdebstrap iptables >/dev/null
}

install_plugins() {
    [ -x "$DOCKER_CONFIG/cli-plugins/docker-buildx" ] && return
    local apt=$state/apt
    mkdir -p "$apt"/{parts,lists/partial,cache/archives/partial,deb,root} "$DOCKER_CONFIG/cli-plugins"
    sed 's/bookworm/trixie/g' /etc/apt/sources.list.d/debian.sources >"$apt/parts/trixie.sources"
    local options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/parts"
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
    apt-get -qq "${options[@]}" update
    (cd "$apt/deb" && apt-get -qq "${options[@]}" download docker-compose docker-buildx)
    for package in "$apt"/deb/*.deb; do dpkg -x "$package" "$apt/root"; done
    install -m755 "$apt"/root/usr/libexec/docker/cli-plugins/docker-{compose,buildx} "$DOCKER_CONFIG/cli-plugins"
    rm -rf "$apt"
}

start_engine() {
    mkdir -p "$state"
    dockerd --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/dockerd.pid" -H "$DOCKER_HOST" \
        >"$state/dockerd.log" 2>&1 &
    for _ in $(seq 100); do
        docker version >/dev/null 2>&1 && return
        sleep 0.2
    done
    tail -5 "$state/dockerd.log" >&2
    return 1
}

make_base() {
    docker image inspect "$base" >/dev/null 2>&1 && return
    mmdebstrap --quiet --variant=minbase --mode=root --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --include=ca-certificates,python3,python3-venv,libgomp1 \
        bookworm - /etc/apt/sources.list.d/debian.sources | docker import - "$base" >/dev/null
}

case ${1:-} in
start)
    docker version >/dev/null 2>&1 || { install_engine && install_plugins && start_engine; }
    make_base
    ;;
stop)
    [ ! -f "$state/dockerd.pid" ] || kill "$(cat "$state/dockerd.pid")"
    for _ in $(seq 100); do [ -f "$state/dockerd.pid" ] || break; sleep 0.2; done
    ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0" && exit 2
    ;;
esac
