#!/bin/bash
# The whole system: broker, worker and every command of the client that speaks to them.
# usage: system.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
samples=$here/../../samples
n_samples=$(find "$samples" -name '*.txt' | wc -l)
cd "$work" || exit 1
ep=ipc://$work/broker
export DEMARCHE_BROKER=$ep

# until_line FILE PATTERN: waits up to 30 s for a line.
start_broker() {
	: >broker.out # an earlier broker's line must not be taken for this one's
	"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir data >broker.out 2>>broker.log &
	broker=$!
	pids="$pids $broker"
	until_line broker.out ready
}
start_worker() {
	: >worker.out
	"$BUILD/worker/demarche-worker" --broker "$ep" -j 2 >worker.out 2>>worker.log &
	worker=$!
	pids="$pids $worker"
	until_line worker.out ready
}
# A record without what depends on the way: time and sequence.
untimed() { sed -E 's/"us":[0-9]+/"us":0/; s/^\{"seq":[0-9]+,/{/'; }

start_broker
is "broker gets ready" 0 $?
"$demarche" submit "$samples" >jobs 2>err
is "submit" 0 $?
is "one job id a line" "$n_samples" "$(grep -cE '^[0-9]+$' jobs)"
"$demarche" submit "$samples" >again 2>err
is "the same bytes are the same jobs" "$(cat jobs)" "$(cat again)"
is "all wait" "$n_samples" "$("$demarche" jobs --state queued --json | wc -l)"
numbers() { sed -E 's/^\{"job":([0-9]+),.*/\1/'; }
is "jobs come as they came" "$(cat jobs)" "$("$demarche" jobs --json | numbers)"
is "or the newest first" "$(tac jobs)" "$("$demarche" jobs --newest --json | numbers)"
is "and only the newest" "$(tail -n 1 jobs)" \
	"$("$demarche" jobs --newest -n 1 --state queued --json | numbers)"
"$demarche" cancel 1 >out 2>err
is "cancel" "0 1 cancelled" "$? $(cat out)"
"$demarche" retry 1 >out 2>err
is "retry" "0 1 queued" "$? $(cat out)"
"$demarche" retry 99999 >out 2>err
is "retry of no job" 1 $?
has "names it" 'job 99999' err

echo 'One text.' >one.txt
echo 'Another text.' >two.txt
"$demarche" submit --collection keyed --key k one.txt >out 2>err
cp two.txt one.txt
"$demarche" submit --collection keyed --key k one.txt >again 2>err
is "the same key is the same job" "$(cat out)" "$(cat again)"
"$demarche" cancel "$(cat out)" >/dev/null

seq 250 | sed 's/.*/{"id":"n&","text":"Text &."}/' | "$demarche" submit - --collection pages >pages
is "also over pages" "$(tac pages)" "$("$demarche" jobs --newest --collection pages --json | numbers)"
xargs "$demarche" cancel <pages >/dev/null

kill -9 "$broker"
wait "$broker" 2>/dev/null
start_broker
is "after kill -9 all jobs are there" "$n_samples" "$("$demarche" jobs --state queued --json | wc -l)"

start_worker
"$demarche" watch --from start --until-idle >watched 2>err
is "watch until idle" 0 $?
is "one record a document" "$n_samples" "$(wc -l <watched)"
is "sequence is dense" "$(seq "$n_samples")" "$(sed -E 's/^\{"seq":([0-9]+),.*/\1/' watched)"
"$demarche" results >stored
is "results are the watched records" "$(sha256sum <watched)" "$(sha256sum <stored)"
"$demarche" analyze "$samples" | untimed | sort >alone
untimed <stored | sed -E 's/"collection":"[^"]*"/"collection":""/' | sort >through
is "a worker's records are those of analyze" "$(sha256sum <alone)" "$(sha256sum <through)"
"$demarche" watch --from "$((n_samples - 2))" --until-idle >tail
is "watch from a sequence number" 2 "$(wc -l <tail)"
"$demarche" watch --name c --limit 5 >first
"$demarche" watch --name c --until-idle >rest
is "a named cursor goes on where it stopped" "$(cat watched)" "$(cat first rest)"

"$demarche" status >out
is "status" 0 $?
has "status tells where a cursor stands" "^c +$n_samples +0 " out
has "status counts" "^done +$n_samples" out
"$demarche" status --json >out
has "status as JSON" "\"done\":$n_samples" out
"$demarche" show 1 >out
has "show tells the life of a job" 'submit' out
"$demarche" show 4711 >out 2>err
is "show of no job" 1 $?
"$demarche" dead >out 2>err
is "no dead jobs" 0 "$(wc -l <out)"

"$demarche" events --json >events
"$demarche" stances --json >stances
"$demarche" events --type SANCTION --actor SAU --json >some
is "filters" "$(grep -c '"type":"SANCTION"' some)" "$(wc -l <some)"
"$demarche" events >out
is "table has all" "$(wc -l <events)" "$(grep -cE '^E[0-9]' out)"
"$demarche" stances --polarity oppose >out 2>err
is "stances" 0 $?
is "events --once leaves repeats out" "$(grep -c '"same_as":null' events)" \
	"$("$demarche" events --once --json | wc -l)"
for view in "stances --matrix" "stances --over-time --by year" "stances --contradictions" "events --clusters"; do
	# shellcheck disable=SC2086
	"$demarche" $view --json >by_broker
	# shellcheck disable=SC2086
	"$demarche" $view --json --db data/demarche.db >by_file
	is "$view: the broker counts as its file" "$(sha256sum <by_file)" "$(sha256sum <by_broker)"
done
is "and there is something to count" 1 "$("$demarche" stances --matrix --json | head -1 | grep -c '"mean":')"
"$demarche" explain E1 >out
is "explain" 0 $?
has "explain names the rule" '^  rule ' out
has "and the line of the codebook that has it" '^    [a-z]+\.[a-z-]+  events/[a-z]+\.txt:[0-9]+' out
has "and those of the actors" '  actors/[a-z-]+\.txt:[0-9]+' out
has "explain tells what was weighed" '^    type +[A-Za-z]+ [01]\.[0-9]+' out
has "and the actors with their scores" '^    who .* [01]\.[0-9]+ .*, taken' out
"$demarche" explain S1 --json >out
has "also of a stance" '"alternatives":\{"weighed":\[\{"holder":' out
"$demarche" explain E1 --brief >out
is "explain --brief" 0 "$(grep -c weighed out)"
"$demarche" results 1 --format table >out
has "results as a table" '^ +[0-9]+ ' out
for f in csv jsonl polecat icews phoenix gdelt xlsx geojson brat; do
	"$demarche" export --as $f --out "e.$f" 2>err
	is "export --as $f" 0 $?
done
is "brat has each text" "$(sha256sum <"$samples/2018-riyadh-ottawa.txt")" \
	"$(sha256sum <e.brat/2018-riyadh-ottawa.txt)"
is "and its annotation" "$n_samples $n_samples" "$(find e.brat -name '*.txt' | wc -l) $(find e.brat -name '*.ann' | wc -l)"
"$demarche" report --out page.html 2>err
is "report" 0 $?
is "the page has all events" "$(wc -l <events)" "$(grep -cE '"event":[0-9]+' page.html)"
has "and a map with the middles of countries" '"countries":\{.*"FIN":\[64\.0,26\.0,"Finland"\]' page.html
is "and loads nothing" 0 "$(grep -cE '(src|href)=.?https?:' page.html)"
is "csv has a line for each event" "$(($(wc -l <events) + 1))" "$(wc -l <e.csv/events.csv)"
is "GDELT has 61 columns" 61 "$(awk -F'\t' '{print NF; exit}' e.gdelt)"
is "POLECAT has 40" 40 "$(awk -F'\t' '{print NF; exit}' e.polecat)"
is "ICEWS has 20" 20 "$(awk -F'\t' '{print NF; exit}' e.icews)"
is "Phoenix has 26" 26 "$(awk -F'\t' '{print NF; exit}' e.phoenix)"

# What has no column for the status holds what happened; each row has a number of its own, that a
# floating point number keeps; nobody acts on himself.
n_actual=$("$demarche" events --status actual --json | wc -l)
is "POLECAT's layout holds actual events" "$((n_actual + 1))" "$(wc -l <e.polecat)"
"$demarche" export --as polecat --status any --out e.any 2>err
is "or all" "$(wc -l <e.csv/events.csv)" "$(wc -l <e.any)"
is "some actors are doubtful" 1 "$(grep -c -m1 '"doubtful":\[[0-9]' e.jsonl)"
is "and are neither in the store nor in its exports" \
	"$("$demarche" events --json | sed 's/"by":\[[^]]*\]//' | grep -o '"name":' | wc -l)" \
	"$(tail -n +2 e.any | cut -f8,16 | tr '\t;' '\n\n' | grep -c .)"
"$demarche" export --as csv --status planned,negated --out e.some 2>err
is "or some" "$("$demarche" events --json | grep -cE '"status":"(planned|negated)"')" \
	"$(($(wc -l <e.some/events.csv) - 1))"
"$demarche" export --as csv --once --confidence 0.5 --out e.sure 2>err
is "or the surest, once" "$("$demarche" events --json --once --confidence 0.5 | wc -l)" \
	"$(($(wc -l <e.sure/events.csv) - 1))"
"$demarche" export --as csv --status perhaps --out e.none 2>err
is "no such status" 2 $?
is "numbers of rows differ" "$(wc -l <e.gdelt)" "$(cut -f1 e.gdelt | sort -u | wc -l)"
is "and are below 2^53" 0 "$(awk -F'\t' '$1 >= 9007199254740992' e.gdelt | wc -l)"
is "nobody meets himself" 0 "$(awk -F'\t' '$7 != "" && $7 == $17' e.gdelt | wc -l)"
has "numbers on a map are numbers" '"quad_class":[1-4],"goldstein":-?[0-9]' e.geojson
has "a country is not a point" ',country$' e.csv/events.csv
has "a town is" ',point$' e.csv/events.csv
mkdir -p names/a
echo 'Kenya praised Ghana.' >names/a/b.txt
echo 'Ghana praised Kenya.' >names/a_b.txt
for i in 3 4 5 6; do # whatever number sets the two apart: its name is taken
	echo "Ghana praised Kenya $i times." >"names/a_b-$i.txt"
done
"$demarche" run names --db names.db --rows 0 2>err
"$demarche" export --db names.db --as brat --out e.names 2>err
is "no file is written over another" 6 "$(find e.names -name '*.ann' | wc -l)"

# An actor of no country leaves the columns of countries empty.
is "no OTHER: among countries" 0 "$(awk -F'\t' '$5 ~ /^OTHER:/ || $11 ~ /^OTHER:/' e.icews | wc -l)"
echo 'Islamic State militants attacked Iraq.' | "$demarche" analyze - >record
has "a code of its own in the record" '"code":"OTHER:Islamic State' record

echo 'Kenya praised Ghana.' | "$demarche" submit - --wait --json >out
is "submit --wait" 0 $?
has "submit --json" '^\{"job":[0-9]+,"document":' out

head -c 4000 /dev/urandom >garbage
timeout 1 bash -c "cat garbage >/dev/tcp/127.0.0.1/1" 2>/dev/null
kill -TERM "$worker"
wait "$worker"
is "worker drains" 0 $?
kill -TERM "$broker"
wait "$broker"
is "broker ends" 0 $?
"$demarche" status --timeout 300ms >out 2>err
is "no broker any more" 3 $?

unset DEMARCHE_BROKER
export TMPDIR=$work/t
mkdir "$TMPDIR"
"$demarche" keys add ann --roles submit >out 2>err
is "keys add" "0 ann.key" "$? $(cat out)"
"$demarche" keys add node --roles read,work >out 2>err
"$demarche" keys add ann >out 2>err
is "a key file is never overwritten" 1 $?
"$demarche" keys add eve --roles dig >out 2>err
is "unknown role" 2 $?
is "keys lists them" "ann node" "$("$demarche" keys --json | sed -E 's/.*"name":"([^"]*)".*/\1/' | xargs)"
is "key files are private" "600 600 600" "$(stat -c %a ann.key node.key broker.keys | xargs)"
"$BUILD/broker/demarche-broker" --listen 'tcp://127.0.0.1:*' --keys broker.keys --data-dir keyed \
	>keyed.out 2>>broker.log &
pids="$pids $!"
until_line keyed.out ready
tcp=$(sed -E 's/^ready ([^ ]*).*/\1/; s/\[::ffff:127\.0\.0\.1\]/127.0.0.1/' keyed.out)
"$demarche" submit --broker "$tcp" --key-file ann.key "$samples" >out 2>err
is "submit with a key" 0 $?
"$demarche" status --broker "$tcp" --key-file ann.key >out 2>err
is "a role that the key lacks" 4 $?
"$demarche" status --broker "$tcp" --key-file node.key >out 2>err
is "a role that it has" 0 $?
"$demarche" status --broker "$tcp" --timeout 500ms >out 2>err
is "without a key there is no answer" 3 $?
has "and it is said why" 'no broker answers .*--key-file' err
"$demarche" submit "$samples" --broker "$tcp" --timeout 500ms >out 2>err
is "nor to who wants to submit" 3 $?
has "in the same words" 'no broker answers .*--key-file' err
"$demarche" status --broker 127.0.0.1 >out 2>err
is "a malformed endpoint is wrong usage" 2 $?
has "an endpoint is spelt out" 'expected tcp://HOST:PORT or ipc://PATH' err

"$demarche" run "$samples" --db run.db -j 2 >out 2>err
is "run" 0 $?
"$demarche" results --db run.db | untimed | sed -E 's/"collection":"[^"]*"/"collection":""/' | sort >by_run
is "run gives the same records" "$(sha256sum <alone)" "$(sha256sum <by_run)"
is "events --db" "$(wc -l <events)" "$("$demarche" events --db run.db --json | wc -l)"

# A folder that nobody may write to, a database beside its documents, and what stays beside it.
is "run leaves one file" "run.db" "$(echo run.db*)"
"$demarche" events --db run.db --json >now
is "and who reads it leaves none" "run.db" "$(echo run.db*)"
mkdir sealed beside
for f in run.db data/demarche.db; do # as run leaves it, and as a broker does
	cp $f sealed/x.db
	if mount -t tmpfs none sealed 2>/dev/null; then
		cp $f sealed/x.db
		mount -o remount,ro sealed
		is "$f is read where nothing may be written" "$("$demarche" events --db $f --json | wc -l)" \
			"$("$demarche" events --db sealed/x.db --json | wc -l)"
		umount sealed
	fi
done
echo 'Kenya praised Ghana.' >beside/one.txt
for i in 1 2; do
	"$demarche" run beside --db beside/x.db --rows 0 >out 2>err
	is "a database beside its documents is none of them" "0 0" "$? $(grep -c x.db err)"
	has "they are read" '^1 documents|^0 documents' out
done
"$demarche" analyze beside/x.db >out 2>err
is "one that is named is" 1 $?

# What an earlier run left, because it was stopped, is done by the next one.
"$BUILD/broker/demarche-broker" --listen "ipc://$work/left" --store sqlite:left.db >left.out 2>>broker.log &
left=$!
pids="$pids $left"
until_line left.out ready
"$demarche" submit "$samples" --broker "ipc://$work/left" >out 2>err
kill "$left"
wait "$left"
"$demarche" run "$samples" --db left.db -j 2 >out 2>err
is "a run that goes on" 0 $?
has "does what was left" '^17 documents analysed .*17 known before, 17 left by an earlier run' out
is "and all of it" "$(wc -l <events)" "$("$demarche" events --db left.db --json | wc -l)"

: >empty.txt
"$demarche" run empty.txt "$samples" --db run.db >out 2>err
is "run with a bad document" 1 $?
has "names it" '^demarche run: empty.txt: empty' err
"$demarche" run "$samples" --db /nonexistent/x.db >out 2>err
is "run without a place for the database" 1 $?
has "says why" 'cannot write /nonexistent/x.db: No such file' err
{ printf 'SQLite format 3\0'; head -c 5000 "$samples/$(ls "$samples" | head -1)"; } >torn.db
"$demarche" run "$samples" --db torn.db >out 2>err
is "run on a damaged database" 1 $?
has "says why the broker ended" 'demarche-broker ended: .*torn.db' err
is "and not in the log's words" 0 "$(grep -c because= err)"
"$BUILD/broker/demarche-broker" --listen "ipc://$work/lone-broker" --data-dir lone >lone.out 2>>broker.log &
pids="$pids $!"
until_line lone.out ready
echo 'Kenya praised Togo.' | "$demarche" submit - --wait --broker "ipc://$work/lone-broker" >out 2>err &
waits=$!
pids="$pids $waits"
until_line err 'no worker'
has "who waits without a worker is told" 'no worker is connected .*demarche-worker' err
has "and has the number of the job already" '^1$' out
"$BUILD/worker/demarche-worker" --broker "ipc://$work/lone-broker" -j 1 >worker.out 2>>worker.log &
pids="$pids $!"
wait "$waits"
is "and is served when one comes" 0 $?
"$demarche" run "$samples" --db none.db --report /nonexistent/r.html >out 2>err
is "a page that cannot be written is told before the work" "1 0" "$? $(find . -name none.db | wc -l)"
"$demarche" export --db run.db --as gdelt --out run.db >out 2>err
is "a database is not written over" 1 $?
mkdir -p blocked/2018-riyadh-ottawa.ann
"$demarche" export --db run.db --as brat --out blocked >out 2>err
is "a file that cannot be written is no success" 1 $?
has "and is named" 'cannot write blocked/2018-riyadh-ottawa.ann' err
# A file of an export is whole or is not there: cut off by a limit of its size, by which the program is
# killed, or which it survives as a full disk. What was there before stays. The limit leaves room for
# the 32 KiB that SQLite needs to read.
for f in jsonl csv xlsx; do
	for way in killed full; do
		rm -rf whole
		"$demarche" export --db run.db --as $f --out whole 2>err
		find whole -type f -exec sha256sum {} + >before
		rm -rf whole/stances.csv
		ls whole >listed
		[ $way = full ] && trap '' XFSZ
		(ulimit -f 33; "$demarche" export --db run.db --as $f --out whole) >out 2>err
		status=$?
		is "export --as $f, $way" "$([ $way = full ] && echo 1 || echo 153)" $status
		trap - XFSZ
		is "and the file is that of before" "" "$(sha256sum -c before 2>&1 | grep -v -e ': OK$' -e stances.csv -e WARNING)"
		[ $way = killed ] && find . -name '*.part' -delete
		is "and no other has its name" "$(cat listed)" "$(ls whole)"
		is "and nothing is left beside" 0 "$(find . -name '*.part' | wc -l)"
	done
done
for asked in "events" "events --json" "stances --matrix" "results" "results --format table" "status" \
	"jobs" "show 1" "explain E1"; do
	# shellcheck disable=SC2086
	"$demarche" $asked --db run.db >/dev/full 2>err
	is "$asked on a full disk is no success" 1 $?
	has "and it is said" 'cannot write to standard output' err
done
"$demarche" report --db run.db --out run.db >out 2>err
is "by the page neither" 1 $?
is "and all is there" "$(wc -l <events)" "$("$demarche" events --db run.db --json | wc -l)"
"$demarche" events --db missing.db >out 2>err
is "no such database" 1 $?
# The broker of a run dies while results are waited for.
for i in {1..300}; do sed "1s/.*/& $i/" "$samples"/2018-riyadh-ottawa.txt >names/r$i.txt; done
cat names/r?.txt names/r1??.txt names/r2??.txt >names/long.txt # takes seconds, and comes first
"$demarche" run names --db killed.db -j 1 >out 2>err &
run=$!
pids="$pids $run"
timeout 60 sh -c 'until "$1" status --timeout 1s --json --broker "ipc://$(echo "$2"/demarche-*)/broker" |
	grep -q "\"leased\":[1-9]"; do sleep 0.02; done' sh "$demarche" "$TMPDIR" 2>/dev/null
pkill -KILL -P $run -x demarche-broker
timeout 60 tail --pid=$run -f /dev/null
is "a run whose broker died ends at once" 0 $?
kill -9 $run 2>/dev/null
has "and says so" 'demarche run: demarche-broker was ended by signal 9' err
"$demarche" run names --db killed.db >out 2>err
is "and the next one goes on" "0 307" "$? $("$demarche" results --db killed.db | wc -l)"

is "no folder is left behind" 0 "$(find "$TMPDIR" -mindepth 1 | wc -l)"
finish
