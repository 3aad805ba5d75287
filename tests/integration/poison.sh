#!/bin/bash
# A document can hurt only itself: crash, hang, memory bomb and forbidden calls cost the attempts of
# that document, end in quarantine with the reason, and the others do not notice.
# usage: poison.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
ep=ipc://$work/broker
export DEMARCHE_BROKER=$ep
evils='crash hang'
# A sanitizer's own memory and calls make the other two meaningless there.
grep -q 'DEMARCHE_\(SANITIZE\|TSAN\):.*=ON' "$BUILD/CMakeCache.txt" || evils='crash hang eat read call'
for evil in $evils; do
	echo "EVIL $evil: China praised Serbia." >"evil-$evil.txt"
done
for i in $(seq 20); do
	echo "China praised Serbia for the $i. time. Russia condemned Ghana." >"good-$i.txt"
done

"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir data --max-attempts 2 --backoff 20ms \
	>broker.out 2>broker.log &
broker=$!
"$BUILD/tests/hostile-worker" -j 2 --time-limit 6s --memory-limit 256M >worker.out 2>worker.log &
worker=$!
pids="$broker $worker"
until_line worker.out ready
is "worker gets ready" 0 $?
"$demarche" submit ./*.txt >jobs 2>err
is "submit" 0 $?
timeout 200 "$demarche" watch --from start --until-idle >all 2>err
is "the queue runs dry" 0 $?
is "the others are done" 20 "$(wc -l <all)"
"$demarche" dead --json >dead
is "the evil ones are in quarantine" "$(echo "$evils" | wc -w)" "$(wc -l <dead)"
reason() {
	grep -F "evil-$1.txt" dead >line
	has "$1: $2" "$2" line
	has "$1: after two attempts" '"attempts": ?2' line
}
for evil in $evils; do
	case $evil in
	crash) reason crash 'SIGSEGV|AddressSanitizer|ThreadSanitizer|UndefinedBehavior|runtime error' ;;
	hang) reason hang 'no answer within 6000 ms' ;;
	eat) reason eat 'out-of-memory' ;;
	*) reason "$evil" 'system call that its sandbox forbids' ;;
	esac
done
"$demarche" dead >table
has "the table says why, too" 'evil-hang.txt +timeout: the slot' table
kill -0 "$worker"
is "the worker lives" 0 $?
"$demarche" submit --again good-1.txt --wait >out 2>err
is "and works on" 0 $?
kill -TERM "$worker" "$broker"
wait "$worker"
is "it drains" 0 $?
wait "$broker"
pids=
finish
