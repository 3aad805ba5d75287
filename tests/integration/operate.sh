#!/bin/bash
# What an operator does while the system is at work: restarts, keys, backup and restore; and a
# reader that stands still.
# usage: operate.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
ep=ipc://$work/broker
start_broker() { # OPTION…
	: >broker.out
	"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir data "$@" >broker.out 2>>broker.log &
	broker=$!
	pids="$pids $broker"
	until_line broker.out ready
}
start_worker() { # OPTION…
	: >worker.out
	"$BUILD/worker/demarche-worker" --broker "$ep" -j 2 "$@" >worker.out 2>>worker.log &
	worker=$!
	pids="$pids $worker"
	until_line worker.out ready
}
documents() { # FROM TO
	for ((i = $1; i <= $2; i++)); do
		printf '{"id":"d%d","text":"Minister %d met the delegation of %d in Oslo."}\n' "$i" "$i" "$i"
	done
}
stop_broker() {
	kill -TERM "$broker"
	wait "$broker"
}
results() { "$demarche" results --broker "$ep" "$@" 2>/dev/null | wc -l; }
until_results() { # N OPTION…
	local n=$1
	shift
	for _ in $(seq 600); do
		[ "$("$demarche" status --broker "$ep" --json "$@" | grep -oE '"done": ?[0-9]+' | head -1 |
			grep -oE '[0-9]+')" = "$n" ] && return 0
		sleep 0.1
	done
	return 1
}

# A rolling restart, broker and worker in turn, under submissions.
start_broker
start_worker
for round in 1 2 3 4; do
	documents $((round * 100 - 99)) $((round * 100)) | "$demarche" submit --broker "$ep" - >>jobs 2>>err &
	submit=$!
	stop_broker
	start_broker
	kill -TERM "$worker"
	wait "$worker"
	is "the worker of round $round ends in order" 0 $?
	start_worker
	wait "$submit"
	is "the submission of round $round is accepted" 0 $?
done
until_results 400
is "rolling restarts lose nothing and double nothing" "0 400" "$? $(sort -u jobs | wc -l)"

# A reader that stands still costs the others nothing.
"$demarche" watch --broker "$ep" --from start >stalled 2>>err &
stalled=$!
pids="$pids $stalled"
until_line stalled seq
kill -STOP "$stalled"
documents 401 600 | "$demarche" submit --broker "$ep" - >>jobs 2>>err
timeout 60 "$demarche" watch --broker "$ep" --from start --limit 600 >lively 2>>err
is "beside a reader that stands still another one gets all" "0 600" "$? $(wc -l <lively)"
kill -CONT "$stalled"
timeout 60 sh -c 'until [ "$(wc -l <stalled)" -ge 600 ]; do sleep 0.1; done'
is "and it gets all when it goes on" 600 "$(wc -l <stalled)"
kill "$stalled"

# Backup while the broker is at work, and restore.
"$BUILD/broker/demarche-broker" backup copy.db --data-dir data 2>>err
is "live backup" 0 $?
"$BUILD/broker/demarche-broker" check --store sqlite:copy.db >/dev/null 2>>err
is "one file, also when it was looked at" copy.db "$(echo copy.db*)"
(trap '' XFSZ; ulimit -f 100; "$BUILD/broker/demarche-broker" backup half.db --data-dir data) >out 2>err
is "a backup that has no room fails" 1 $?
is "and leaves no half of one" 0 "$(find . -name 'half.db*' | wc -l)"
documents 601 650 | "$demarche" submit --broker "$ep" - >>jobs 2>>err
until_results 650
stop_broker
rm data/demarche.db-wal data/demarche.db-shm data/demarche.db-intake 2>/dev/null
cp copy.db data/demarche.db
start_broker
is "the restored store has what the backup had" 600 "$(results --limit 1000)"
documents 601 650 | "$demarche" submit --broker "$ep" - >again 2>>err
until_results 650
is "and goes on from there" 0 $?
stop_broker
"$BUILD/broker/demarche-broker" check --data-dir data >>err 2>&1
is "the restored store is sound" 0 $?

# Keys are read again while all goes on; who is refused is in the log.
"$demarche" keys add node --roles work >/dev/null
"$demarche" keys add office --roles submit,read >/dev/null
kill -TERM "$worker"
wait "$worker"
start_broker --keys broker.keys
start_worker --key node.key
documents 651 660 | "$demarche" submit --broker "$ep" --key-file office.key - >>jobs 2>>err
until_results 660 --key-file office.key
is "with keys all goes on" 0 $?
"$demarche" keys add late --roles submit,read >/dev/null
documents 661 661 | timeout 3 "$demarche" submit --broker "$ep" --key-file late.key - >out 2>>err
is "a key that the broker has not read is not let in" 1 $(($? != 0))
until_line broker.log 'refused.*key is not in the file'
is "and the log says so" 0 $?
documents 661 661 | timeout 3 "$demarche" submit --broker "$ep" - >out 2>>err
is "without a key nobody is let in" 1 $(($? != 0))
until_line broker.log 'refused.*they had no key'
is "which is in the log as well" 0 $?
kill -HUP "$broker"
documents 661 661 | timeout 60 "$demarche" submit --broker "$ep" --key-file late.key - >out 2>>err
is "after SIGHUP it is" 0 $?
documents 662 662 | timeout 60 "$demarche" submit --broker "$ep" --key-file node.key - >out 2>err2
is "a role that a key has not is refused" 1 $(($? != 0))
has "which is in the log too" 'refused.*(roles do not allow|none of the roles)' broker.log

# The worker's key is changed for another one.
"$demarche" keys add node2 --roles work >/dev/null
sed -i '/ node$/d' broker.keys
cp node2.key node.key
kill -HUP "$broker" "$worker"
documents 663 670 | timeout 60 "$demarche" submit --broker "$ep" --key-file late.key - >out 2>>err
until_results 669 --key-file office.key
is "a worker whose key was changed goes on after SIGHUP" 0 $?
kill -TERM "$worker"
wait "$worker"
stop_broker
is "the broker ends in order" 0 $?
pids=
[ "$n_bad" -eq 0 ] || tail -n 5 broker.log worker.log err
finish
