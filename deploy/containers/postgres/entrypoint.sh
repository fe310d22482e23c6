#!/bin/bash
# The part of the official image's contract that the tests and Compose rely on: POSTGRES_USER, POSTGRES_PASSWORD
# (or POSTGRES_PASSWORD_FILE) and POSTGRES_DB; no port answers before the database exists.
set -euo pipefail

if [ "${1:-}" != postgres ]; then exec "$@"; fi
shift
if [ "$(id -u)" = 0 ]; then
  install -d -m 0700 -o postgres -g postgres "$PGDATA"
  # The password file may be readable by root alone: read it before the rights are dropped.
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
    export POSTGRES_PASSWORD
    unset POSTGRES_PASSWORD_FILE
  fi
  exec setpriv --reuid=postgres --regid=postgres --init-groups /bin/bash "$0" postgres "$@"
fi

make_cluster() {
  local user=${POSTGRES_USER:-postgres}
  local database=${POSTGRES_DB:-$user}
  local sockets
  : "${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE: there is no default}"
  initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-local=trust \
    --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  cat >>"$PGDATA/postgresql.conf" <<-CONF
	listen_addresses = '*'
	unix_socket_directories = '/tmp'
	jit = off
	CONF
  if [ "$database" != postgres ]; then
    sockets=$(mktemp -d)
    pg_ctl --silent --wait --options="-c listen_addresses='' -c unix_socket_directories='$sockets'" start >/dev/null
    createdb --host="$sockets" --username="$user" "$database"
    pg_ctl --silent --wait --mode=fast stop >/dev/null
  fi
}

[ -s "$PGDATA/PG_VERSION" ] || make_cluster
unset POSTGRES_PASSWORD
exec postgres "$@"
