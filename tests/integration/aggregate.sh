#!/bin/bash
# What many documents say together: stances counted, contradictions, reports of one event.
# usage: aggregate.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
cat >news.jsonl <<'END'
{"id": "a", "date": "2021-03-01", "text": "China welcomed the agreement between Iran and Saudi Arabia. Germany condemned Russia."}
{"id": "b", "date": "2021-03-05", "text": "China rejected the agreement between Iran and Saudi Arabia. Germany praised Russia. India welcomed the trade accord."}
{"id": "c", "date": "2021-05-03", "text": "Germany condemned Russia. Russia praised Germany."}
{"id": "d", "date": "2022-05-03", "text": "Germany strongly condemned Russia. Japan rejects decoupling of the economy."}
{"id": "e", "date": "2022-05-04", "text": "Japan rejects the decoupling of the economies. India praised the trade deal."}
END
cat >reports.jsonl <<'END'
{"id": "p", "date": "2022-06-02", "text": "Norway expelled three Russian diplomats on 1 June 2022."}
{"id": "q", "date": "2022-06-03", "text": "Norway expelled Russian diplomats on 1 June 2022. The ministry said so."}
{"id": "r", "date": "2022-06-01", "text": "Norway has expelled Russian diplomats."}
{"id": "s", "date": "2022-06-09", "text": "Norway has expelled some Russian diplomats."}
END
"$demarche" run news.jsonl reports.jsonl --db a.db -j 2 >out 2>err
is "run" 0 $?
printf 'Norway expelled\nthree\033[31m Russian diplomats.\n' >undated.txt
"$demarche" run undated.txt --db u.db >out 2>err
is "run without a date" 0 $?
has "a sentence over two lines is shown on one" 'Norway expelled three \[31m Russian diplomats' out
"$demarche" explain --brief E1 --db u.db >out
has "also by explain" 'three \[31m .*Russian diplomats' out
has "with who did it" '\[who: Norway\] \[expelled' out
"$demarche" run undated.txt --db u.db --rows 0 >out 2>err
is "no tables where none are wanted" 1 "$(grep -c . out)"
has "and what would take the documents anew" 'known before.*--again' err

for what in events "events --clusters" stances "stances --matrix" results; do
	# shellcheck disable=SC2086
	"$demarche" $what --db u.db >"once.${what// /}"
done
"$demarche" run undated.txt --db u.db --again --rows 0 >out 2>err
has "a document analysed again counts once" ': 1 events and ' out
for what in events "events --clusters" stances "stances --matrix" results; do
	# shellcheck disable=SC2086
	is "$what: as many as before" "$(wc -l <"once.${what// /}")" "$("$demarche" $what --db u.db | wc -l)"
done
"$demarche" export --db u.db --as csv --out u.csv 2>err
is "and so in files" 1 "$(grep -c -- '-e1,' u.csv/events.csv)"
is "the older record is there" 2 "$("$demarche" results 1 2 --db u.db | wc -l)"

"$demarche" stances --db a.db --matrix >out
is "matrix" 0 $?
has "a holder in each row" '^DEU ' out
has "says its scale" 'from -3 \(against\) to 3 \(for\)' out
"$demarche" stances --db a.db --matrix --json --actor DEU --target RUS >out
is "one cell" 1 "$(wc -l <out)"
has "counts" '"n":4,"support":1,"oppose":3,"neutral":0,"documents":4' out
has "first and last" '"first":"2021-03-01","last":"2022-05-03"' out
has "changes: against, for, against" '"changes":2' out
"$demarche" stances --db a.db --matrix --json --actor RUS --target DEU >out
has "one sentence is no exact figure" '"n":1,.*"mean":3\.0,"low":-2\.2006[0-9]*,"high":3\.0' out
"$demarche" stances --db a.db --matrix --csv >out
has "CSV has a header" '^holder,target,words,n,support,oppose' out
has "and a line a cell" '^DEU,RUS,.*,4,1,3,0,4,-' out
echo 'Norway expelled Russian diplomats.' >later.txt
"$demarche" run later.txt --db later.db --rows 0 >out 2>err
"$demarche" run later.txt --db later.db --again --date 2021-03-04 --rows 0 >out 2>err
"$demarche" events --db later.db --json >out
has "its date may be told later" '"doc_date":"2021-03-04"' out

# Whatever the text tells of a day, a column of dates is read as one.
echo '{"id":"x","date":"2021-03","text":"In 1990 Norway expelled Russian diplomats. Norway condemned Iran in May 2020."}' >old.jsonl
"$demarche" run old.jsonl --db old.db --rows 0 >out 2>err
"$demarche" export --db old.db --as csv --out old.csv 2>err
is "a year and a month are days from and to" "1990-01-01,1990-12-31,year 2020-05-01,2020-05-31,month" \
	"$(tail -n +2 old.csv/events.csv | cut -d, -f2-4 | sort -u | xargs)"
for layout in polecat icews; do
	"$demarche" export --db old.db --as "$layout" --out - 2>err | tail -n +2 | cut -f2 | sort -u | xargs >out
	has "so in $layout" '^1990-01-01 2020-05-01$' out
done

"$demarche" stances --db a.db --over-time --by year --actor DEU --target RUS --csv >out
is "a line a year" "period 2021 2022" "$(cut -d, -f4 out | xargs)"
"$demarche" stances --db a.db --over-time --by week --actor DEU --target RUS --csv >out
is "weeks are named by their Monday" "period 2021-03-01 2021-05-03 2022-05-02" \
	"$(cut -d, -f4 out | xargs)"
"$demarche" stances --db a.db --over-time --actor DEU >out
has "as a table" '^DEU +RUS +2021-03 ' out

"$demarche" stances --db a.db --contradictions --json >out
has "the opposite on a later day" \
	'"holder":"China".*"earlier_date":"2021-03-01".*"later_date":"2021-03-05"' out
has "the agreement is the same" '"holder":"China".*"earlier_polarity":"support".*"later_polarity":"oppose"' out
is "twice of Germany" 2 "$(grep -c '"holder":"Germany"' out)"
"$demarche" stances --db a.db --contradictions --actor CHN >out
has "both sentences are shown" 'China welcomed the agreement' out
has "and the later one" 'China rejected the agreement' out

"$demarche" stances --db a.db --matrix --targets issue --actor JPN --json >out
has "an issue in other words is the same" '"n":2,"support":0,"oppose":2' out
"$demarche" stances --db a.db --matrix --targets issue --actor IND --json >out
has "an accord is a deal" '"n":2,"support":2,"oppose":0' out
"$demarche" stances --db a.db --matrix --over-time >out 2>err
is "one view at a time" 2 $?
"$demarche" stances --db a.db --confidence 2 >out 2>err
is "a confidence is at most 1" 2 $?
"$demarche" stances --db a.db --confidence 0.999 --json >out 2>err
is "only the surest" "$("$demarche" stances --db a.db --json | grep -cE '"confidence":(1\.0|0\.999)')" \
	"$(wc -l <out)"

for wrong in "events --type ACUSE" "events --since yesterday" "events --until 2020-13" \
	"events --status maybe" "stances --polarity pro" "jobs --state lost"; do
	# shellcheck disable=SC2086
	"$demarche" $wrong --db a.db >out 2>err
	is "$wrong is wrong usage" "2 0" "$? $(wc -c <out)"
	has "and told why" "${wrong#* }" err
done
for span in "2022 2021-12-31" "2022-02 2022-01-31" "2022-01-02 2022-01-01"; do
	"$demarche" stances --db a.db --since "${span% *}" --until "${span#* }" >out 2>err
	is "a time that ends before it begins is wrong usage" "2 0" "$? $(wc -c <out)"
	has "and told why" "--since ${span% *} is after --until ${span#* }" err
done
"$demarche" events --db a.db --since 2022-06 --until 2022 --json >out 2>err
is "a year ends after each of its months" "0 0" "$? $(wc -c <err)"
mkdir folder && echo 'no rows here' >notes.txt
for none in "missing.db: No such file" "folder: .* folder" "notes.txt: .* no database"; do
	"$demarche" events --db "${none%%:*}" >out 2>err
	is "${none%%:*} is no database" "1 0" "$? $(wc -c <out)"
	has "and told why" "^demarche events: cannot open $none" err
done
for none in "folder: .* folder" "notes.txt: .* no database" "nowhere/x.db: No such file"; do
	"$demarche" run news.jsonl --db "${none%%:*}" >out 2>err
	is "run leaves ${none%%:*} alone" "1 no lock" "$? $(ls ./*.lock 2>/dev/null || echo no lock)"
	has "and says why" "^demarche run: cannot (open|write) $none" err
done
"$demarche" keys >out 2>err
has "who has no keys is told how to make them" 'demarche keys add NAME makes it' err
"$demarche" keys add 'a"b\' 2>err >out
"$demarche" keys --json >out 2>err
is "a peer of any name is JSON" 1 "$(grep -cF '"name":"a\"b\\"' out)"
mistyped() {
	what=$1 status=$2 meant=$3
	shift 3
	"$demarche" "$@" >out 2>err
	is "$what: no answer" "$status 0" "$? $(wc -c <out)"
	has "but what was meant" "$meant" err
}
mistyped "a type" 2 'did you mean ACCUSE\?' events --db a.db --type ACUSE
mistyped "a topic" 2 'did you mean trade\?' stances --db a.db --topic trde
mistyped "a topic that is counted" 2 'did you mean trade\?' stances --db a.db --topic trde --matrix
mistyped "an actor" 0 'did you mean Norway \(NOR\)\?' events --db a.db --actor Norwey
mistyped "an actor's code" 0 'did you mean .*\(DEU\)\?' stances --db a.db --actor DEUU
mistyped "a name where the code is used" 0 'try --actor ESP' events --db a.db --actor Spain
mistyped "a collection" 0 'there is no collection nowhere' events --db a.db --collection nowhere
mistyped "an option" 2 'did you mean --actor\?' events --db a.db --actr NOR
mistyped "a command" 2 'did you mean events\?' evnts
mistyped "a name in the codebook" 1 'did you mean Norway\?' codebook find Norwey
"$demarche" stances --db a.db --topic health --actor NOR >out 2>err
is "a topic that nobody spoke of" "0 1" "$? $(wc -l <err)"
"$demarche" events --db a.db --type sanction --actor nor --json >out
is "words and codes may be small" 4 "$(wc -l <out)"
"$demarche" events --db u.db --until 2030 >out 2>err
is "an event without any date is not before one" 0 "$(wc -l <out)"

"$demarche" events --db a.db --clusters --type SANCTION --json >out
is "reports of one event are one" 2 "$(wc -l <out)"
has "three documents tell it" '"cluster":"2022-06-01:SANCTION:NOR:RUS","reports":3' out
has "the first report" '"document":"r".*"reports":3' out
"$demarche" events --db a.db --cluster 2022-06-01:SANCTION:NOR:RUS --json >out
is "all reports of it" "p q r" "$(sed -E 's/.*"document":"([^"]*)".*/\1/' out | sort | xargs)"
"$demarche" events --db a.db --reports 2 >out
is "told by two at least" 3 "$(grep -c '^E' out)"
for order in "news.jsonl reports.jsonl" "reports.jsonl news.jsonl"; do
	tac reports.jsonl >reports.tmp && mv reports.tmp reports.jsonl
	# shellcheck disable=SC2086
	"$demarche" run $order --db "o.db" -j 1 >out 2>err
	"$demarche" events --db o.db --clusters --json | sed -E 's/.*("document":"[^"]*").*("cluster":.*)/\1 \2/' |
		sort >"order.${order%%.*}"
	rm -f o.db o.db-wal o.db-shm o.db.lock
done
is "the order of documents changes nothing" "$(cat order.news)" "$(cat order.reports)"
"$demarche" events --db a.db --clusters >out
has "a cluster's name can be copied" '^2022-06-01:SANCTION:NOR:RUS ' out
echo "The European Union and the African Union held talks in Nairobi on trade, migration and debt." |
	"$demarche" run - --db long.db --rows 0 2>err
"$demarche" events --db long.db >out
is "no name is cut" 0 "$(grep -c '…' out)"
has "who met each other" 'each other' out
"$demarche" export --db a.db --as csv --out csv 2>err
is "export" 0 $?
has "names the cluster" '2022-06-01:SANCTION:NOR:RUS,3' csv/events.csv

# A file of an older version: user_version stands at byte 60.
cp a.db old.db
printf '\000\000\000\005' | dd of=old.db bs=1 seek=60 conv=notrunc status=none
"$demarche" events --db old.db >out 2>err
is "a database of an older version" 0 $?
has "is brought up to date, and it is said" 'old.db, made by an older version, was brought up' err
is "with all that is in it" "$("$demarche" events --db a.db | sha256sum)" "$(sha256sum <out)"
"$demarche" events --db old.db >out 2>err
is "once" 0 "$(wc -c <err)"
printf 'xxxx' | dd of=old.db bs=1 seek=68 conv=notrunc status=none
"$demarche" events --db old.db >out 2>err
is "a database of another program" 1 $?
has "is told apart" 'no database of demarche' err
finish
