#!/usr/bin/env bash
# Make Docker and the database images ready, from nothing if need be.
#
#   ci/docker/up.sh [IMAGE...]  default: postgres:15 postgres:17 mariadb:10.11 mariadb:11.8
#                               also:    debian:bookworm-slim debian:trixie-slim, and what can be pulled
#   ci/docker/up.sh env         print the export lines that testcontainers needs here
#   ci/docker/up.sh down        remove what tests left behind; stop the daemon, if it is this script's
#
# Idempotent, and safe to run from several processes at once. An image that exists is kept; otherwise it
# is pulled where a registry answers, and built from Debian's packages where none does.
#
# DBAL_DOCKER_PULL=auto|never|always  auto: pull where a registry answers, else build
# DBAL_DOCKER_DOCKERD_ARGS            further arguments for dockerd (say --storage-driver=vfs)
# DBAL_DOCKER_STATE                   folder of logs and of the lock; default /var/tmp/dbal-conform-docker
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${DBAL_DOCKER_STATE:-/var/tmp/dbal-conform-docker}
pull=${DBAL_DOCKER_PULL:-auto}
export DEBIAN_FRONTEND=noninteractive DOCKER_BUILDKIT=0 DOCKER_CLI_HINTS=false
began=$(date +%s.%N)

since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }'; }
say() { printf 'docker: %6s s  %s\n' "$(since "$began")" "$*" >&2; }
die() { printf 'docker: FAILED: %s\n' "$1" >&2; [ -z "${2:-}" ] || tail -n 25 "$2" >&2; exit 1; }
answers() { timeout 20 docker info >/dev/null 2>&1; }
have() { docker image inspect "$1" >/dev/null 2>&1; }

# step LABEL COMMAND...: run it, its output in a log that is shown only when it fails.
step() {
  local label=$1 from log
  from=$(date +%s.%N); log=$state/${label//[^A-Za-z0-9.]/_}.log; shift
  "$@" >"$log" 2>&1 </dev/null || die "$label (the whole log: $log)" "$log"
  say "$label: $(since "$from") s"
}

apt() { apt-get -qy -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@"; }
install() {  # the lists are fetched once a run, and only when something is missing
  [ "$(id -u)" = 0 ] || die "root is needed to install: $*"
  [ -n "${lists:-}" ] || { step 'apt-get update' apt update; lists=fresh; }
  step "install $*" apt install --no-install-recommends "$@"
}

# --- the daemon -----------------------------------------------------------------------------------

drop_stale() {  # a pid file whose process is gone, or is another program by now, stops a new daemon
  local pid
  [ -f "$1" ] || return 0
  pid=$(cat "$1")
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] || rm -f "$1"
}

start_daemon() {
  local log=$state/dockerd.log from i
  [ "$(id -u)" = 0 ] || die 'no Docker daemon answers, and only root can start one'
  command -v dockerd >/dev/null || install docker.io
  command -v iptables >/dev/null || install iptables
  from=$(date +%s.%N)
  drop_stale /var/run/docker.pid dockerd
  drop_stale /var/run/docker/containerd/containerd.pid containerd
  # --ip: published ports bind the loopback only. 8<&-: else the daemon would hold this script's lock.
  # shellcheck disable=SC2086
  setsid nohup dockerd --ip 127.0.0.1 ${DBAL_DOCKER_DOCKERD_ARGS:-} >"$log" 2>&1 </dev/null 8<&- &
  echo $! >"$state/dockerd.pid"
  for ((i = 0; i < 300; i++)); do
    ! answers || { say "start dockerd: $(since "$from") s"; return 0; }
    kill -0 "$(cat "$state/dockerd.pid")" 2>/dev/null || die 'dockerd ended at once' "$log"
    sleep 0.2
  done
  die 'dockerd did not answer within a minute' "$log"
}

# --- images ---------------------------------------------------------------------------------------

recipe() {  # image -> folder under images/, base, the package whose version names the tag, version
  case $1 in
    postgres:15) echo postgres bookworm 15 ;;
    postgres:17) echo postgres trixie 17 ;;
    mariadb:10.11) echo mariadb bookworm 10.11 ;;
    mariadb:11.8) echo mariadb trixie 11.8 ;;
    debian:*-slim) local s=${1#debian:}; echo base "${s%-slim}" - ;;
    *) return 1 ;;
  esac
}

registry_answers() {  # asked once a run; the manifest alone, not the layers
  [ "$pull" != never ] || return 1
  [ -n "${registry:-}" ] || {
    registry=no
    if timeout 20 docker manifest inspect "$1" >/dev/null 2>&1; then registry=yes; fi
    say "registry answers: $registry"
  }
  [ "$registry" = yes ]
}

roomy_memory() {
  ! findmnt -no OPTIONS -T /dev/shm | grep -qE 'noexec|nodev' &&
    [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 2000000 ]
}

make_base() {  # SUITE: debian:SUITE-slim from the mirror that apt itself uses
  local suite=$1 mirror security options=() sources=()
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk '$2 !~ /-/ && $1 !~ /security/ && $1 ~ /debian\/?$/ { print $1; exit }')
  [ -n "$mirror" ] || { echo "no Debian mirror among apt's sources"; return 1; }
  security=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk '$2 ~ /-security$/ { print $1; exit }')
  sources=("deb $mirror $suite main" "deb $mirror $suite-updates main")
  [ -z "$security" ] || sources+=("deb $security $suite-security main")
  while IFS= read -r line; do options+=("--aptopt=$line"); done < <(
    apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date|Retries) ' || true)
  roomy_memory && export TMPDIR=/dev/shm  # no syncs: twice as fast as on a disk
  mmdebstrap --mode=root --variant=apt "${options[@]}" \
    --dpkgopt=force-unsafe-io --include=ca-certificates \
    "$suite" "$state/$suite.tar" "${sources[@]}" || return 1
  docker import --change 'CMD ["bash"]' --change 'ENV LANG=C.UTF-8' "$state/$suite.tar" "debian:$suite-slim" &&
    rm -f "$state/$suite.tar"
}

chain() {  # SUITE IMAGE...: the base, then what stands on it
  local suite=$1 image folder version; shift
  have "debian:$suite-slim" || step "base debian:$suite-slim" make_base "$suite"
  for image; do
    read -r folder _ version <<<"$(recipe "$image")"
    [ "$folder" = base ] || step "build $image" docker build --network=bridge \
      --build-arg "BASE=debian:$suite-slim" --build-arg "VERSION=$version" \
      --label org.dbal.local=true -t "$image" "$here/images/$folder"
  done
}

images() {
  local image folder suite failed=0 pid; local -A wanted=() ; local pids=()
  for image; do
    if have "$image"; then say "$image: present"; continue; fi
    if [ "$pull" = always ] || registry_answers "$image"; then
      step "pull $image" docker pull -q "$image"; continue
    fi
    read -r folder suite _ <<<"$(recipe "$image")" || true
    [ -n "${suite:-}" ] || die "$image: not here, no registry answers, and no recipe builds it"
    wanted[$suite]+=" $image"
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  command -v mmdebstrap >/dev/null || install mmdebstrap
  for suite in "${!wanted[@]}"; do  # one chain a suite, side by side
    # shellcheck disable=SC2086
    chain "$suite" ${wanted[$suite]} & pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  [ "$failed" = 0 ] || exit 1
}

# --- commands -------------------------------------------------------------------------------------

environment() {
  echo 'export TESTCONTAINERS_CONNECTION_MODE=docker_host TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1'
  echo 'export TC_POOLING_INTERVAL=0.1 TC_MAX_TRIES=600'
  have testcontainers/ryuk:0.8.1 || registry_answers testcontainers/ryuk:0.8.1 ||
    echo 'export TESTCONTAINERS_RYUK_DISABLED=true'
}

down() {
  local pid i label=dbal-conform.test-run  # on a daemon that others use too, only what is ours
  [ ! -f "$state/dockerd.pid" ] || label=org.testcontainers=true
  if answers; then docker ps -aq --filter "label=$label" | xargs -r docker rm -fv >/dev/null; fi
  [ -f "$state/dockerd.pid" ] || { say 'no daemon of this script runs'; return 0; }
  pid=$(cat "$state/dockerd.pid"); rm -f "$state/dockerd.pid"
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || return 0
  kill "$pid"
  for ((i = 0; i < 150; i++)); do kill -0 "$pid" 2>/dev/null || { say 'dockerd stopped'; return 0; }; sleep 0.2; done
  die "dockerd ($pid) does not end"
}

umask 022
mkdir -p "$state"
exec 8>"$state/lock"
flock -w 1500 8 || die 'another run of this script held the lock for 25 minutes'

case ${1:-} in
  env) environment; exit ;;
  down) down; exit ;;
  -*) sed -n '2,16s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
if ! command -v docker >/dev/null || ! answers; then start_daemon; fi
say "server $(docker version --format '{{.Server.Version}}'), $(docker info --format '{{.Driver}}, cgroup v{{.CgroupVersion}}' 2>/dev/null)"
[ $# -gt 0 ] || set -- postgres:15 postgres:17 mariadb:10.11 mariadb:11.8
images "$@"
say "ready: $*"
