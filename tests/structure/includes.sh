#!/bin/sh
# The rules of docs/architecture.md that a compiler does not check: who may include what.
# usage: includes.sh SOURCE_DIR   prints each offending line; exit 1 where there is one.
set -u
cd "${1:-.}" || exit 2
bad=0

# forbid WHERE PATTERN WHY: no #include in files below WHERE may match PATTERN.
forbid() {
	hits=$(grep -rnE --include='*.[ch]' "^#[[:space:]]*include[[:space:]]*$2" $1 2>/dev/null)
	[ -z "$hits" ] && return
	printf '%s\n%s\n' "forbidden: $3" "$hits"
	bad=1
}

# only NAMES PATTERN WHY: the header PATTERN is included by these product files alone.
only() {
	hits=$(grep -rlE --include='*.[ch]' "^#[[:space:]]*include[[:space:]]*$2" \
		proto broker worker client 2>/dev/null | grep -vE "^($1)\$")
	[ -z "$hits" ] && return
	printf '%s\n%s\n' "forbidden: $3" "$hits"
	bad=1
}

forbid proto '"(broker|worker|client|tests)/' 'proto knows no other room'
forbid broker '"(worker|client|tests)/' 'the broker knows neither engine nor client'
forbid worker '"(broker|client|tests)/' 'the worker knows neither broker nor client'
forbid client '"tests/' 'no test code in the product'
forbid worker/engine '"worker/(agent|slot|sandbox|images|codebook|training)' \
	'the engine knows neither the fleet nor the tools that feed it'
forbid worker/engine '<(sys/socket|sys/stat|sys/mman|fcntl|unistd|pthread|threads|time|sys/time|zmq|sqlite3)\.h>' \
	'the engine has no files, sockets, clocks or threads'
forbid 'broker/core.c broker/core.h broker/sched.c broker/sched.h' \
	'<(stdio|fcntl|unistd|pthread|threads|time|sys/.*|zmq|sqlite3)\.h>' 'the core decides without I/O'

only 'proto/wire\.c' '<zmq\.h>' 'only proto/wire.c knows ZeroMQ'
only 'broker/http\.c' '<microhttpd\.h>' 'only broker/http.c knows HTTP'
only 'proto/pack\.c' '<msgpack' 'only proto/pack.c knows msgpack-c'
only 'broker/(store|query)[a-z_]*\.[ch]' '<(sqlite3|libpq-fe)\.h>' 'only the store knows its database'

for call in malloc calloc realloc; do
	hits=$(grep -rnE --include='*.[ch]' "(^|[^_[:alnum:]])$call\(" proto broker worker client |
		grep -v '^proto/mem\.c:')
	if [ -n "$hits" ]; then
		printf '%s\n%s\n' 'forbidden: memory comes from proto/mem.c' "$hits"
		bad=1
	fi
done

# No circle: print the include graph's edges between product files and sort them topologically.
edges=$(grep -rnoE --include='*.h' '^#[[:space:]]*include[[:space:]]*"[^"]+"' \
	proto broker worker client | sed -E 's/^([^:]+):[0-9]+:.*"([^"]+)"/\1 \2/')
if ! printf '%s\n' "$edges" | tsort >/dev/null 2>/tmp/includes.$$; then
	echo 'forbidden: headers include each other in a circle'
	cat /tmp/includes.$$
	bad=1
fi
rm -f /tmp/includes.$$
exit $bad
