# What the integration tests share. Sourced with BUILD set; leaves nothing behind.
# shellcheck shell=bash
set -u
demarche=$BUILD/client/demarche
work=$(mktemp -d)
pids=
cleanup() {
	for p in $pids; do kill -9 "$p" 2>/dev/null; done
	chmod -R u+rwX "$work" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
n_bad=0
export DEMARCHE_TIMEOUT=60s # however busy this machine is; who waits for no answer says less

# is WHAT EXPECTED GOT
is() {
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: expected \"$2\", got \"$3\""
		n_bad=$((n_bad + 1))
	fi
}

# has WHAT PATTERN FILE
has() {
	if grep -qE -- "$2" "$3"; then
		echo "ok $1"
	else
		echo "not ok $1: no /$2/ in:"
		head -5 "$3"
		n_bad=$((n_bad + 1))
	fi
}

# until_line FILE PATTERN: waits until the file has such a line; fails where it has none in 60 s.
until_line() {
	timeout 60 sh -c 'until grep -q "$2" "$1" 2>/dev/null; do sleep 0.05; done' sh "$1" "$2"
}

finish() {
	[ "$n_bad" -eq 0 ] || { echo "$n_bad failed"; exit 1; }
}
