#!/bin/sh
# A private, throw-away PostgreSQL for tests and benches.
#
#   postgres.sh start DIR   make a server with its data under DIR, print its URL
#   postgres.sh url DIR     print the URL of the server under DIR
#   postgres.sh stop DIR    stop it and delete DIR/postgres
#
# It listens on a free port of 127.0.0.1 only, trusts who connects, and writes to
# disk like a real one (fsync=on). PostgreSQL refuses to run as root: then the
# server runs as the user postgres. PGBIN names the folder of its programs.
set -eu

usage() { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }

[ $# -eq 2 ] || usage
verb=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)/postgres

bin=${PGBIN:-}
if [ -z "$bin" ]; then
	for d in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin; do
		[ -x "$d/initdb" ] && bin=$d # the newest one comes last
	done
fi
if [ -z "$bin" ]; then
	found=$(command -v initdb || true)
	bin=${found%/initdb}
fi

as() { # as the user postgres where we are root
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$dir" "$@"
	else
		"$@"
	fi
}

case $verb in
start)
	[ -n "$bin" ] || { echo "no PostgreSQL found: set PGBIN" >&2; exit 1; }
	if [ -f "$dir/url" ] && as "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
		cat "$dir/url"
		exit 0
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres "$dir"
		# The user postgres must be able to reach the folder.
		as test -x "$dir" || { echo "$dir: the user postgres may not go there" >&2; exit 1; }
	fi
	cd "$dir"
	as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$dir/initdb.log" 2>&1 ||
		{ cat "$dir/initdb.log" >&2; exit 1; }
	# A free port may be taken by another before the server has it: try again.
	for try in 1 2 3 4 5 6 7 8 9 10; do
		port=$(($(od -An -N2 -tu2 /dev/urandom) % 20000 + 20000))
		if as "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 \
			-o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=2GB" \
			start >/dev/null 2>&1; then
			echo "postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable" >"$dir/url"
			cat "$dir/url"
			exit 0
		fi
	done
	cat "$dir/log" >&2
	exit 1
	;;
url)
	cat "$dir/url"
	;;
stop)
	if [ -d "$dir/data" ] && [ -n "$bin" ]; then
		# pg_ctl knows the process by its pid file.
		as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
	rm -rf "$dir"
	;;
*) usage ;;
esac
