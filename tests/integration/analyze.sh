#!/bin/bash
# demarche analyze as a filter: order, bad input, exit status, determinism.
# usage: analyze.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1

# Timing apart, a record is the same whoever makes it.
untimed() { sed -E 's/"us":[0-9]+/"us":0/'; }

echo 'France condemned the coup in Niger.' >good.txt
"$demarche" analyze good.txt >out 2>err
is "good document" 0 $?
is "one line a document" 1 "$(wc -l <out)"
is "nothing on standard error" 0 "$(wc -c <err)"
has "id is the path" '"id":"good.txt"' out

"$demarche" analyze --date 'March 5, 2020' good.txt >out 2>err
has "a date as people write it becomes ISO" '"date":"2020-03-05"' out
for command in analyze parse "run --db x.db" submit; do
	# shellcheck disable=SC2086
	"$demarche" $command --date 2020-13-01 good.txt >out 2>err
	is "$command: what is no date is wrong usage" 2 $?
	has "and said" '^demarche [a-z]+: --date 2020-13-01 is no date' err
done

"$demarche" analyze <good.txt >out
is "standard input without operand" 0 $?
has "id is the hash" "\"id\":\"$(sha256sum good.txt | cut -d' ' -f1)\"" out

echo 'Russia was shamed by another disastrous failure of its corrupt army.' >shame.txt
"$demarche" analyze --stances-from 0.01 shame.txt >unsure
is "who asks for unsure stances gets them" 0 $?
has "and the tone toward who is named" '"rule":"tone' unsure
[ "$(grep -o '"model":"[^"]*"' unsure)" != "$(grep -o '"model":"[^"]*"' out)" ]
is "from what is another engine" 0 $?
"$demarche" analyze --stances-from 2 good.txt >out 2>err
is "no such confidence" 2 $?

: >empty.txt
printf 'a\0b' >nul.txt
printf 'Oslo é \xff\xfe signed.\n' >bad-utf8.txt
"$demarche" analyze empty.txt nul.txt missing.txt good.txt bad-utf8.txt >out 2>err
is "some failed" 1 $?
is "the others go on" 2 "$(wc -l <out)"
has "empty file is named" '^demarche analyze: empty.txt: empty' err
has "NUL is named" '^demarche analyze: nul.txt: not text: NUL at byte 1' err
has "missing file is named" '^demarche analyze: missing.txt: cannot open' err
has "malformed UTF-8 is replaced and counted" 'malformed byte sequences replaced' out

echo 'Министр иностранных дел призвал обе стороны к переговорам.' >other.txt
"$demarche" analyze other.txt good.txt >out
is "another language is no failure" 0 $?
has "but told" '"sentences":0,.*"warnings":."language ru not supported"' out

head -c 104857600 /dev/zero | tr '\0' x >long.txt
"$demarche" analyze long.txt good.txt >out 2>err
is "100 MB in one line" 1 $?
has "its error says why" '^demarche analyze: long.txt: .*limit' err
is "and the next is analysed" 1 "$(wc -l <out)"
mv long.txt long.jsonl
"$demarche" analyze long.jsonl good.txt >out 2>err
is "100 MB in one JSON line" 1 $?
is "and the next is analysed (2)" 1 "$(wc -l <out)"
rm -f long.jsonl

# CoNLL-U keeps every character
printf '  Oslo|Bergen \\ said:\t"We won'"'"'t."\r\n\n\n  Chad'"'"'s U.S. envoy\xe2\x80\x94left.  ' >odd.txt
"$demarche" parse odd.txt >odd.conllu
awk -F'\t' '
function text(s) {
	gsub(/\\s/, " ", s); gsub(/\\t/, "\t", s); gsub(/\\n/, "\n", s); gsub(/\\r/, "\r", s)
	gsub(/\\p/, "|", s); gsub(/\\\\/, "\\", s); return s }
function misc(key,   n, i, parts) {
	n = split($10, parts, "|")
	for (i = 1; i <= n; i++) if (index(parts[i], key "=") == 1) return substr(parts[i], length(key) + 2)
	return "" }
/^$/ { range = 0; next }
/^#/ { next }
$1 ~ /-/ { split($1, r, "-"); range = r[2] }
$1 !~ /-/ && $1 <= range { next }
{ printf "%s%s", text(misc("SpacesBefore")), $2
  if (misc("SpaceAfter") == "No") next
  after = misc("SpacesAfter"); printf "%s", after == "" ? " " : text(after) }' odd.conllu >odd.back
is "CoNLL-U gives the text back" "$(sha256sum <odd.txt)" "$(sha256sum <odd.back)"

# Other formats
cat >t.pdf <<'END'
%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R
/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj
4 0 obj << /Length 163 >> stream
BT /F1 12 Tf 72 720 Td 14 TL (Talks in Oslo) Tj T* (Norway and Chad signed a treaty on Thurs-) Tj T*
(day. France condemned the coup in Niger.) Tj ET
endstream endobj
trailer << /Root 1 0 R >>
END
echo '%PDF-1.4 broken' >broken.pdf
printf 'PK\003\004broken' >broken.docx
echo '<html><body><p>France condemned the coup in Niger.</p></body></html>' | gzip >page.html.gz
if command -v pdftotext >/dev/null; then
	"$demarche" parse t.pdf >out 2>err
	is "PDF" 0 $?
	has "a cut word is joined" '^# text = Norway and Chad signed a treaty on Thursday\.' out
	has "a short line is its own paragraph" '^# text = Talks in Oslo$' out
	"$demarche" analyze broken.pdf >out 2>err
	is "broken PDF" 1 $?
	has "says so" 'broken.pdf: not a PDF' err
fi
"$demarche" analyze broken.docx page.html.gz >out 2>err
is "broken DOCX" 1 $?
has "says so (2)" 'broken.docx: a ZIP file without' err
has "compressed page" '"sha256"' out

mkdir locked
echo 'Oslo signed.' >locked/a.txt
chmod 000 locked
if [ "$(id -u)" -ne 0 ]; then
	"$demarche" analyze locked >out 2>err
	is "folder without rights" 1 $?
	has "it is named" 'locked: cannot read' err
fi
chmod 700 locked

mkdir many
for i in $(seq -w 1 60); do
	{ for _ in $(seq $((60 - 10#$i))); do printf 'Norway and Chad met in Oslo in %s. ' 2021; done
	  echo "Document $i."; } >"many/$i.txt"
done
"$demarche" analyze many -j 1 | untimed >one
"$demarche" analyze many -j 4 | untimed >four
is "one and four processes give the same bytes" "$(sha256sum <one)" "$(sha256sum <four)"
is "in the order of the input" "$(seq -w 1 60 | sed 's/$/.txt/')" \
	"$(sed -E 's/.*"id":"([^"]*)".*/\1/' four)"

"$demarche" analyze many >/dev/full 2>err
is "full disk behind standard output" 1 $?
has "is said" 'cannot write to standard output' err

"$demarche" analyze --jobs 0 good.txt >out 2>err
is "wrong usage" 2 $?
"$demarche" nonsense >out 2>err
is "unknown command" 2 $?
"$demarche" status --broker tcp://127.0.0.1:9 --timeout 300ms >out 2>err
is "no broker" 3 $?
for c in $("$demarche" --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
	"$demarche" "$c" --help >out 2>err
	is "demarche $c --help" 0 $?
	is "names the command" "Usage: demarche $c" "$(head -1 out | cut -c1-$((16 + ${#c})))"
done

# One's own frames: check says what their examples give.
mkdir -p my/events
printf 'frame own.curl\n\tcode: 173\n\tverb: curl\n\texample: Norway curled Sweden. => NOR COERCE SWE\n' >my/events/own.txt
"$demarche" codebook check my >out 2>err
is "an example that holds" 0 $?
has "is counted" '^no problem found, 1 example holds' out
sed -i 's/COERCE/SANCTION/' my/events/own.txt
"$demarche" codebook check my >out 2>err
is "an example that does not" 1 $?
has "says what is found instead" '^events/own.txt:4: found "NOR COERCE SWE", expected the example' err
"$demarche" codebook build my --out my.image >out 2>err
is "an image is built of it all the same" 0 $?
"$demarche" codebook find "the Kremlin" >out
has "an article before a name is no hindrance" '^RUS ' out
finish
