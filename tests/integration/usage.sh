#!/bin/bash
# Calls that are wrong or come from strange surroundings: told in one plain sentence, nothing done.
# usage: usage.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
echo 'Norway expelled Russian diplomats on 1 June 2022.' >one.txt

# Who starts us may have closed the standard files: a database must not take their numbers.
"$demarche" run one.txt --db closed.db <&- >&- 2>&-
is "run without standard files does its work" 1 "$("$demarche" events --db closed.db --json | wc -l)"
"$demarche" events --db closed.db >&- 2>err
is "who cannot be told has a failure" 1 $?
"$demarche" analyze <&- >out 2>err
is "nothing can be read from a closed input" 1 $?
has "and why" 'standard input: cannot read: Bad file descriptor' err
"$BUILD/broker/demarche-broker" --listen "ipc://$work/socket" --data-dir quiet <&- >&- 2>&- &
pids="$pids $!"
timeout 30 sh -c 'until "$1" status --broker "$2" >/dev/null 2>&1; do sleep 0.05; done' sh "$demarche" "ipc://$work/socket"
is "a broker without standard files" 0 $?
"$demarche" submit one.txt --broker "ipc://$work/socket" >out 2>err
is "takes documents" 0 $?
is "and says nothing into its files" 0 "$(wc -c <quiet/demarche.db.lock)"

for command in show results; do
	for word in abc 3x 0 -1; do
		"$demarche" "$command" --db closed.db -- "$word" >out 2>err
		is "$command $word is wrong usage" 2 $?
		has "and told why" "^demarche $command: \"$word\" is no job number" err
	done
done
"$demarche" show 1 --db closed.db >out 2>err
is "a number is not" 0 $?

long=$(printf '%0200d' 7)
for option in name collection; do
	"$demarche" watch --"$option" "$long" >out 2>err
	is "watch --$option too long is wrong usage" 2 $?
	has "and told how long it may be" "^demarche watch: --$option has 200 bytes, a name at most 128" err
done

"$demarche" keys add anna --roles read,wirte >out 2>err
is "a role that is none" 2 $?
has "is told by its option" '^demarche keys: --roles: "wirte" is none of submit, work, read, admin' err
is "and makes nothing" 0 "$(find . -name '*.key*' | wc -l)"
"$demarche" keys add anna --roles read,read,submit >out 2>err
is "a role may be said twice" 0 $?

broker=$BUILD/broker/demarche-broker
: >there.db
"$broker" backup there.db --store sqlite:closed.db >out 2>err
is "a backup over a file" 1 $?
is "is told in a sentence" 'demarche-broker: there.db is there already' "$(cat err)"
"$broker" check --store sqlite:missing.db >out 2>err
has "and a store that is none" '^demarche-broker: cannot open missing.db: ' err

# Options that cannot work together, or are none, are told before anything is made.
wrong() { # PATTERN OPTION…
	local pattern=$1
	shift
	timeout 20 "$broker" --data-dir none "$@" >out 2>err
	is "broker $* is wrong usage" 2 $?
	has "and told why" "^demarche-broker: $pattern" err
}
wrong '--lease 1s is shorter than --heartbeat 5s' --lease 1s
wrong '--lease 30s is shorter than --heartbeat 60s' --heartbeat 1m
wrong '--store mysql:x: expected sqlite:PATH' --store mysql:x
wrong '--listen: tcp://127.0.0.1: expected tcp://HOST:PORT or ipc://PATH' --listen tcp://127.0.0.1
wrong '--listen: foo://x: expected tcp://HOST:PORT or ipc://PATH' --listen foo://x
is "and no folder was made" no "$([ -e none ] && echo yes || echo no)"

"$demarche" run one.txt --db closed.db --rows 0 --again >out 2>err
"$demarche" export --db closed.db --as jsonl --out one.jsonl 2>err
has "one row is one row" '^1 row written to one.jsonl' err
for ask in "--type oppose --polarity support" "--targets topic" "--least 3" "--csv" "--matrix --over-time"; do
	# shellcheck disable=SC2086
	"$demarche" stances --db closed.db $ask >out 2>err
	is "stances $ask is wrong usage" "2 0" "$? $(wc -c <out)"
	has "and told why" '^demarche stances: .*--' err
done
# A codebook whose files have other names would be passed over.
mkdir -p mine/actors
echo 'country ARL Arendelle' >mine/actors/own.dic
for ask in "codebook check mine" "analyze --codebook mine one.txt" "run one.txt --db mine.db --codebook mine"; do
	# shellcheck disable=SC2086
	"$demarche" $ask >out 2>err
	is "$ask fails" 1 $?
	has "and says that no file is in it" 'mine: no \*.txt file is in it' err
done
finish
