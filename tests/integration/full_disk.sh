#!/bin/bash
# A full disk: submitters are told, what was accepted stays, and there is a way on.
# usage: full_disk.sh BUILD_DIR            needs the right to mount; else it skips
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
mkdir disk
if ! mount -t tmpfs -o size=3m none disk 2>/dev/null; then
	echo "skipped: a small file system cannot be mounted here"
	exit 0
fi
trap 'umount -l "$work/disk" 2>/dev/null; cleanup' EXIT
ep=ipc://$work/broker
export DEMARCHE_BROKER=$ep
until_line() {
	timeout 30 sh -c 'until grep -q "$2" "$1" 2>/dev/null; do sleep 0.05; done' sh "$1" "$2"
}
start_broker() {
	: >broker.out
	"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir disk >broker.out 2>>broker.log &
	broker=$!
	pids=$broker
	until_line broker.out ready
}
for i in $(seq 400); do
	printf '{"id":"d%d","text":"Document %d. %s"}\n' "$i" "$i" \
		"$(head -c 12000 /dev/urandom | base64 -w0)"
done >docs.jsonl
start_broker
timeout 20 "$demarche" submit docs.jsonl --timeout 3s >jobs 2>err
rc=$?
is "submit does not succeed" 1 $((rc != 0))
has "it says why" 'full|space|disk' err
accepted=$(sort -un jobs | wc -l)
is "some were accepted before" 1 $((accepted > 0 && accepted < 400))
kill -9 "$broker" 2>/dev/null
wait "$broker" 2>/dev/null
mount -o remount,size=64m disk
start_broker
is "with more room the broker starts" 0 $?
n=$("$demarche" jobs --state queued --limit 1000 --json | wc -l)
is "every accepted job is there" 1 $((n >= accepted))
"$demarche" submit docs.jsonl >jobs2 2>err
is "the rest is accepted now" 0 $?
is "without doubling" 400 "$("$demarche" jobs --state queued --limit 1000 --json | wc -l)"
kill -TERM "$broker"
wait "$broker"
pids=
[ "$n_bad" -eq 0 ] || tail -5 broker.log err
finish
