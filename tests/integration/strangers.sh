#!/bin/bash
# Bad input on the wire: garbage bytes on the port, frames that are no messages, other versions of
# the protocol. Each gets a clear answer and nothing that was accepted is lost.
# usage: strangers.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
stranger=$BUILD/tests/stranger
cd "$work" || exit 1

"$BUILD/broker/demarche-broker" --listen 'tcp://127.0.0.1:*' --data-dir data >broker.out 2>broker.log &
broker=$!
pids=$broker
until_line broker.out ready
is "broker gets ready" 0 $?
port=$(grep -oE '127\.0\.0\.1\]?:[0-9]+' broker.out | head -1 | grep -oE '[0-9]+$')
export DEMARCHE_BROKER=tcp://127.0.0.1:$port
echo 'China praised Serbia.' >one.txt
"$demarche" submit one.txt >jobs 2>err
is "submit" 0 $?

# ZMTP by hand: a greeting and READY as a DEALER, the broker's, a message of two frames. Before the
# garbage, of which some has several frames, too.
zeros() { for ((i = 0; i < $1; i++)); do printf '\0'; done; }
exec 4<>"/dev/tcp/127.0.0.1/$port"
{
	printf '\xff' && zeros 8 && printf '\x7f\3\0NULL' && zeros 48
	printf '\4\x1c\5READY\xbSocket-Type\0\0\0\6DEALER'
} >&4
timeout 60 head -c 107 <&4 >answer
has "a greeting by hand is answered" ROUTER answer
printf '\1\1a\0\1b' >&4
until_line broker.log 'refused.*messages=1 because="a message of several frames'
is "a message of two frames is in the log" 0 $?
exec 4>&-

RANDOM=7
for n in 1 10 64 1000 100000; do
	for ((i = 0; i < n / 2 + 1; i++)); do printf "\\x$(printf %x $((RANDOM % 256)))"; done |
		timeout 5 bash -c "cat >/dev/tcp/127.0.0.1/$port" 2>/dev/null
done
printf '\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL\0\0\0\0' | timeout 5 bash -c "cat >/dev/tcp/127.0.0.1/$port"
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | timeout 5 bash -c "cat >/dev/tcp/127.0.0.1/$port" 2>/dev/null
"$demarche" status --json >out 2>err
is "garbage on the port changes nothing" 0 $?
until_line broker.log 'refused.*connections=.*another protocol'
is "and is in the log" 0 $?
has "the job is there" '"queued": ?1' out

printf 'not a message' | "$stranger" bytes "$DEMARCHE_BROKER" >out
has "a frame that is no message is answered" '^ERROR (invalid|conflict|unsupported)' out
"$stranger" hello "$DEMARCHE_BROKER" 9 >out
has "another version is told ours" '^ERROR version version=1:' out
"$stranger" hello "$DEMARCHE_BROKER" 1 >out
has "our version is welcome" '^WELCOME' out
kill -0 "$broker"
is "the broker lives" 0 $?

"$stranger" broker "ipc://$work/future" 9 >future.out 2>future.err &
pids="$pids $!"
until_line future.out ready
DEMARCHE_BROKER=ipc://$work/future "$demarche" status >out 2>err
is "client: exit status with a broker of another version" 3 $?
has "client: says so" 'version' err
timeout 30 "$BUILD/worker/demarche-worker" -b "ipc://$work/future" -j 1 >out 2>err
is "worker: exit status with a broker of another version" 4 $?
has "worker: says so" 'error=version' err
DEMARCHE_BROKER=ipc://$work/nobody "$demarche" status --timeout 1s >out 2>err
is "client: exit status without a broker" 3 $?
finish
