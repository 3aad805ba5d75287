#!/bin/bash
# What --keep-results leaves: a reader that goes on is told what it missed, one that begins is not.
# usage: retention.sh BUILD_DIR
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
watched() { "$demarche" watch --broker "$ep" "$@" >seen 2>err; }
seen() { echo "$(wc -l <seen) $(wc -l <err)"; }

start_broker
"$BUILD/worker/demarche-worker" --broker "$ep" -j 2 >worker.out 2>worker.log &
worker=$!
pids="$pids $worker"
for ((i = 1; i <= 40; i++)); do
	printf '{"id":"d%d","text":"Minister %d met the delegation in Oslo."}\n' "$i" "$i"
done | "$demarche" submit --broker "$ep" --wait - >jobs 2>err
is "all is analysed" 0 $?
watched --name ours --limit 10
is "a cursor stands at" 10 "$(wc -l <seen)"
kill -TERM "$broker"
wait "$broker"
start_broker --keep-results 15

watched --name ours --until-idle
is "what is kept is given, what was missed is told once" "15 1" "$(seen)"
has "how much" '^demarche watch: 15 results are no longer kept' err
watched --name ours --until-idle
is "and not again" "0 0" "$(seen)"
watched --from 24 --until-idle
has "who names a result is told, too" '^demarche watch: 1 result is no longer kept' err
watched --from 25 --until-idle
is "who missed nothing is told nothing" "15 0" "$(seen)"
watched --from start --until-idle
is "nor who begins at the beginning" "15 0" "$(seen)"
watched --from 30 --until-idle
is "nor who is further" "10 0" "$(seen)"

[ "$n_bad" -eq 0 ] || tail -n 5 broker.log worker.log err
kill -TERM "$broker" "$worker"
wait "$broker" "$worker"
pids=
finish
