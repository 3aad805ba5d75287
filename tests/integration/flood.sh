#!/bin/bash
# Peers that mean harm (flood.c): whatever they ask for and send, the broker's memory stays bounded
# and others are answered at once.
# usage: flood.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1

"$BUILD/broker/demarche-broker" --listen "ipc://$work/b" --data-dir data >broker.out 2>broker.log &
broker=$!
pids=$broker
until_line broker.out ready
is "broker gets ready" 0 $?
export DEMARCHE_BROKER=ipc://$work/b
for c in x y; do head -c 8000000 /dev/zero | tr '\0' $c >$c.txt; done
"$demarche" submit x.txt y.txt >jobs 2>err
is "submit" 0 $?

# After WHAT: others are answered, and the most memory up to now is below so many MB (sanitizers take
# more, and are not asked).
check() {
	"$demarche" status --timeout 15s >out 2>err
	is "$1: others are answered" 0 $?
	grep -q __asan_init "$BUILD/broker/demarche-broker" && return
	mb=$(awk '/VmHWM/ {print int($2 / 1024)}' "/proc/$broker/status")
	[ "${mb:-999999}" -lt "$2" ]
	is "$1: at most $2 MB (${mb:-none})" 0 $?
}

"$BUILD/tests/flood" repeats "$DEMARCHE_BROKER" 3 >repeats.out
has "repeated lists are refused" 'errors 3' repeats.out
check "repeated lists" 400

"$BUILD/tests/flood" deaf "$DEMARCHE_BROKER" 500 >deaf.out &
pids="$pids $!"
until_line deaf.out said
check "a reader that does not read" 400
until_line broker.log 'peer-gone.*does not read'
is "a reader that does not read is given up" 0 $?

timeout 120 "$BUILD/tests/flood" giants "$DEMARCHE_BROKER" 60 >giants.out
has "giants are answered" 'errors 0' giants.out
check "giants" 3000

"$BUILD/tests/flood" collections "$DEMARCHE_BROKER" 6000 >collections.out
has "no more collections than are allowed" 'errors 19[0-9][0-9]' collections.out
check "collections" 3000

"$BUILD/tests/flood" works "$DEMARCHE_BROKER" 100 >works.out &
pids="$pids $!"
until_line works.out said
"$demarche" status --json >out 2>err
has "workers are counted" '"workers": ?100' out
kill -0 "$broker"
is "the broker lives" 0 $?
finish
