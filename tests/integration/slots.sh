#!/bin/bash
# The same documents with one slot and with four: byte-identical records, timing apart; through
# the broker and without it. Draining loses nothing.
# usage: slots.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
samples=$(cd "$(dirname "$0")/../../samples" && pwd)
cd "$work" || exit 1
untimed() { sed -E 's/"us":[0-9]+/"us":0/; s/^\{"seq":[0-9]+,/{/'; }
for j in 1 4; do
	"$demarche" analyze -j $j "$samples" 2>err | untimed >alone-$j
	is "analyze -j $j" 0 $?
done
is "analyze: 1 and 4 slots give the same bytes" "$(sha256sum <alone-1)" "$(sha256sum <alone-4)"

export DEMARCHE_BROKER=ipc://$work/broker
for j in 1 4; do
	: >broker.out
	"$BUILD/broker/demarche-broker" --listen "$DEMARCHE_BROKER" --data-dir data-$j >broker.out 2>>broker.log &
	broker=$!
	pids=$broker
	until_line broker.out ready
	"$demarche" submit "$samples" >jobs 2>err
	# Workers come and go: each is told to drain as soon as it is ready, the last one stays.
	for round in 1 2 3 4; do
		: >worker.out # the line of the round before must not be taken for this one's
		"$BUILD/worker/demarche-worker" -j $j >worker.out 2>>worker.log &
		worker=$!
		pids="$broker $worker"
		until_line worker.out ready
		[ $round -eq 4 ] && break
		kill -TERM "$worker"
		wait "$worker"
		is "round $round: the worker drains" 0 $?
	done
	"$demarche" watch --from start --until-idle 2>err | untimed | sort >through-$j
	is "one record a document" "$(find "$samples" -name '*.txt' | wc -l)" "$(wc -l <through-$j)"
	"$demarche" jobs --json >all-jobs
	is "draining cost no attempt" 0 "$(grep -cE '"attempts": ?[2-9]' all-jobs)"
	kill -TERM "$worker" "$broker"
	wait
	rm -f broker.out worker.out
done
pids=
is "1 and 4 slots give the same bytes" "$(sha256sum <through-1)" "$(sha256sum <through-4)"
finish
