#!/bin/bash
# A full disk: submitters are told, what was accepted stays, and there is a way on.
# usage: full_disk.sh BUILD_DIR            needs the right to mount; else it skips.
# The broker keeps a reserve of 64 MiB, in which what is under way can be finished.
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
mkdir disk
if ! mount -t tmpfs -o size=80m none disk 2>/dev/null; then
	echo "skipped: a small file system cannot be mounted here"
	exit 0
fi
trap 'umount -l "$work/disk" 2>/dev/null; cleanup' EXIT
ep=ipc://$work/broker
export DEMARCHE_BROKER=$ep
start_broker() {
	rm -f broker.out
	"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir disk >broker.out 2>>broker.log &
	broker=$!
	pids=$broker
	until_line broker.out ready
}
documents() { # FROM TO
	for ((i = $1; i <= $2; i++)); do
		printf '{"id":"d%d","text":"Document %d. %s"}\n' "$i" "$i" \
			"$(head -c 12000 /dev/urandom | base64 -w0)"
	done
}
queued() { "$demarche" jobs --state queued --limit 1000 --json | wc -l; }
documents 1 100 >first.jsonl
documents 101 200 >second.jsonl
documents 201 300 >third.jsonl
start_broker
"$demarche" submit first.jsonl >jobs 2>err
is "there is room at first" 0 $?

# The reserve is touched: refused before anything fails.
head -c 20M /dev/zero >disk/ballast
until_line broker.log disk-full
timeout 60 "$demarche" submit second.jsonl --timeout 5s >jobs2 2>err
is "submit to a full broker fails" 1 $?
has "it says why" 'disk is full' err
is "nothing of it was accepted" "0 100" "$(wc -l <jobs2) $(queued)"
rm disk/ballast
"$demarche" submit second.jsonl --timeout 60s >jobs2 2>err
is "with room it goes on by itself" 0 $?

# Really full, from one moment to the next: the commit fails and the broker ends.
dd if=/dev/zero of=disk/ballast bs=1M 2>/dev/null
timeout 15 "$demarche" submit third.jsonl --timeout 5s >jobs3 2>err
is "submit to a full disk fails" 1 $(($? != 0))
rm disk/ballast
kill -9 "$broker" 2>/dev/null
wait "$broker" 2>/dev/null
start_broker
is "with room the broker starts" 0 $?
is "every accepted job is there" 1 $(($(queued) >= 200 + $(wc -l <jobs3)))
"$demarche" submit third.jsonl >jobs3 2>err
is "the rest is accepted now" 0 $?
is "without doubling" 300 "$(queued)"
kill -TERM "$broker"
wait "$broker"
is "it ends in order" 0 $?
"$BUILD/broker/demarche-broker" check --data-dir disk >check.out 2>&1
is "the store is sound" 0 $?
pids=
[ "$n_bad" -eq 0 ] || tail -n 5 broker.log err
finish
