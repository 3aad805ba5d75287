#!/bin/bash
# The configuration file: what one command reads from [client] does not disturb the others, and what is
# mistyped is told.
# usage: options.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
export XDG_CONFIG_HOME=$work/home XDG_CONFIG_DIRS=$work/none
mkdir -p home/demarche
config=home/demarche/demarche.ini
commands=$("$demarche" --help | sed -nE 's/^  ([a-z]+) .*/\1/p')
is "the commands are known" 1 $(($(wc -w <<<"$commands") > 20))

# Each key with each command: not one is unknown, whoever reads it.
keys=$(for c in $commands; do "$demarche" "$c" --print-flags; done | sed -nE 's/^--([a-z-]+).*/\1/p' |
	sort -u | grep -vxE 'config|help|version|key')
for key in $keys; do
	printf '[client]\n%s = 1\n' "$key" >$config
	"$demarche" doctor x >out 2>err # "x" ends it after the file is read
	if grep -q 'no such option' err; then
		is "[client] $key is known to all commands" "" "$(cat err)"
	fi
done

echo 'One text.' >one.txt
echo 'Another text.' >two.txt
# A worker's key is a file. Taken for a submitter's, all documents would be one job.
printf 'key = /etc/demarche/worker.key\n' >$config
export DEMARCHE_KEY=node.key
"$BUILD/broker/demarche-broker" --listen "ipc://$work/broker" --data-dir data >ready 2>>broker.log &
pids="$pids $!"
until_line ready ready
"$demarche" submit --broker "ipc://$work/broker" one.txt two.txt >out 2>err
is "a worker's key is none of a document" "0 2" "$? $(sort -u out | wc -l)"

printf '[cleint]\nlimit = 3\n' >$config
"$demarche" jobs >out 2>err
is "a section that is none" 2 $?
has "is told with its line" 'demarche.ini:1: no section \[cleint\]; did you mean \[client\]\?' err
printf '[client]\n\nlimti = 3\n' >$config
"$demarche" jobs >out 2>err
is "a key that is none" 2 $?
has "is told with its line, too" 'demarche.ini:3: limti: no such option; did you mean limit\?' err
finish
