#!/bin/bash
# kill -9 of broker, worker or slot at seeded random moments: no accepted job is lost, no result is
# doubled, and every record is the one that an undisturbed run gives.
# usage: kill.sh BUILD_DIR [DOCUMENTS [KILLS [SEED]]]       scripts/soak-fleet is the long form
BUILD=$1 n=${2:-} kills=${3:-12} seed=${4:-1}
if [ -z "$n" ]; then # a sanitizer makes everything slow
	n=300
	grep -qE "DEMARCHE_(SANITIZE|TSAN):.*=ON" "$BUILD/CMakeCache.txt" && n=100
fi
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
ep=ipc://$work/broker
export DEMARCHE_BROKER=$ep
RANDOM=$seed
broker='' worker='' submit='' watch=''
echo "seed $seed: $n documents, $kills kills"

# Sentences of our own, each document different.
who=(China Russia France Germany Japan India Brazil Kenya Ghana Serbia Turkey Iran)
what=('praised' 'condemned' 'signed a trade agreement with' 'imposed sanctions on'
	'criticised the tariffs of' 'will send food aid to' 'threatened to attack' 'rejected talks with')
for ((i = 0; i < n; i++)); do
	a=${who[i % 12]} b=${who[(i / 12 + i + 1) % 12]} c=${what[i / 7 % 8]}
	text="$a $c $b on Monday, officials said. "
	text+="The foreign minister of $b said that statement $i supports the plan of $a. "
	text+="\"We $c them because they $c us,\" the president told reporters in the capital. "
	printf '{"id":"d%d","date":"2021-03-%02d","text":"%s%s%s%s"}\n' $i $((i % 28 + 1)) \
		"${text//\"/\\\"}" "${text//\"/\\\"}" "${text//\"/\\\"}" "${text//\"/\\\"}"
done >docs.jsonl

start_broker() {
	"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir data --lease 3s --heartbeat 500ms \
		--backoff 50ms --max-attempts 50 >>broker.out 2>>broker.log &
	broker=$!
}
start_worker() {
	"$BUILD/worker/demarche-worker" -j 2 >>worker.out 2>>worker.log &
	worker=$!
}
alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }
stop_all() {
	for p in $submit $watch $worker $broker; do kill -9 "$p" 2>/dev/null; done
	cleanup
}
trap stop_all EXIT
untimed() {
	sed -E 's/"us":[0-9]+/"us":0/; s/^\{"seq":[0-9]+,/{/; s/"date_source":"[a-z]*"/"date_source":""/'
}

start_broker
start_worker
"$demarche" submit docs.jsonl --timeout 60s >jobs 2>submit.err &
submit=$!
"$demarche" watch --name soak --limit "$n" --timeout 60s >watched 2>watch.err &
watch=$!

killed=
for ((k = 0; k < kills; k++)); do
	sleep "0.$(printf %03d $((RANDOM % 300 + 30)))"
	alive "$watch" || break # all is done: nothing is under way that could be lost
	case $((RANDOM % 3)) in
	0)
		kill -9 "$broker"
		wait "$broker" 2>/dev/null
		start_broker
		killed="$killed broker"
		;;
	1)
		kill -9 "$worker"
		wait "$worker" 2>/dev/null
		start_worker
		killed="$killed worker"
		;;
	*)
		read -ra slots <"/proc/$worker/task/$worker/children" || slots=()
		[ ${#slots[@]} -gt 0 ] && kill -9 "${slots[RANDOM % ${#slots[@]}]}"
		killed="$killed slot"
		;;
	esac
done 2>/dev/null
echo "killed while at work:$killed"
is "there were kills" 1 $((${#killed} > 0))

wait "$submit"
is "submit is done" 0 $?
is "every document has a job" "$n" "$(sort -un jobs | wc -l)"
timeout 120 "$demarche" watch --from start --until-idle >all 2>err
is "the queue runs dry" 0 $?
alive "$broker" && alive "$worker"
is "broker and worker live" 0 $?
timeout 60 tail --pid="$watch" -f /dev/null # a named cursor, read all the while

ids() { sed -E 's/.*"doc":\{"id":"([^"]*)".*/\1/' "$1"; }
is "no job is lost" "$n" "$(ids all | sort -u | wc -l)"
is "no result is doubled" "$n" "$(wc -l <all)"
is "the sequence is dense" "$(seq "$n" | sha256sum)" \
	"$(sed -E 's/^\{"seq":([0-9]+),.*/\1/' all | sha256sum)"
is "a reader that stayed saw each result once" "$(sort all | sha256sum)" \
	"$(sort watched | sha256sum)"
is "nothing is dead" 0 "$("$demarche" dead --json | wc -l)"
"$demarche" analyze -j 2 docs.jsonl 2>err | untimed | sort >alone
untimed <all | sort >through
is "records are those of an undisturbed run" "$(sha256sum <alone)" "$(sha256sum <through)"
kill -TERM "$worker"
wait "$worker"
is "the worker drains" 0 $?
kill -TERM "$broker"
wait "$broker"
is "the broker drains" 0 $?
"$BUILD/broker/demarche-broker" check --data-dir data >check.out 2>&1
is "the store is sound" 0 $?
[ "$n_bad" -eq 0 ] || tail -n 5 broker.log worker.log submit.err watch.err
worker='' broker=''
finish
