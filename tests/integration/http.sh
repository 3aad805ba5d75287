#!/bin/bash
# The broker's figures over HTTP: on this machine alone, read only.
# usage: http.sh BUILD_DIR
BUILD=$1
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
ep=ipc://$work/broker
export DEMARCHE_BROKER=$ep

# ask METHOD PATH HOST: the whole answer into the file "answer".
ask() {
	exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf '%s %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" "$2" "$3" >&3
	timeout 10 cat <&3 >answer
	exec 3>&-
}

"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir refused --http 0.0.0.0:7780 >out 2>err
is "not beyond this machine" 4 $?
has "and it says why" 'is not on this machine: it has neither keys nor encryption' err
"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir refused --http 7780 >out 2>err
is "an endpoint has an address and a port" 1 $?
has "and that is said" 'expected ADDRESS:PORT' err

"$BUILD/broker/demarche-broker" --listen "$ep" --data-dir data --http tcp://127.0.0.1:0 >broker.out 2>broker.log &
broker=$!
pids=$broker
timeout 30 sh -c 'until grep -q "^http " broker.log; do sleep 0.05; done'
port=$(sed -nE 's|^http endpoint=http://127.0.0.1:([0-9]+)/.*|\1|p' broker.log)
echo 'Kenya praised Ghana.' | "$demarche" submit - >/dev/null
timeout 30 bash -c "$(declare -f ask); port=$port; until ask GET /metrics localhost && grep -q 'state=\"queued\"} 1' answer; do sleep 0.1; done"
is "metrics tell what waits" 0 $?
ask GET /metrics localhost
has "as text that Prometheus reads" '^Content-Type: text/plain; version=0.0.4' answer
has "with kinds" '^# TYPE demarche_results_total counter' answer
ask GET /status "127.0.0.1:$port"
has "status is JSON" '^Content-Type: application/json' answer
is "as that of demarche status" "$("$demarche" status --json | sed -E 's/"peers":[0-9]+/"peers":0/; s/"db_bytes":[0-9]+/"db_bytes":0/; s/,"cursor_list":.*\]/}/; s/}}$/}/')" \
	"$(tail -1 answer | sed -E 's/"peers":[0-9]+/"peers":0/; s/"db_bytes":[0-9]+/"db_bytes":0/')"
ask GET / localhost
has "a page for people" '<title>demarche broker</title>' answer
ask GET /else localhost
has "nothing else" ' 404 ' answer
ask POST /status localhost
has "nothing is changed" ' 405 ' answer
ask GET /status evil.example
has "no page of another site asks" ' 403 ' answer
for host in localhost.evil.example 127.evil.example "localhost@evil.example" "127.0.0.1.evil.example:$port"; do
	ask GET /status "$host"
	has "nor by a name that begins like ours ($host)" ' 403 ' answer
done
ask GET /status "[::1]:$port"
has "every own name is good" ' 200 ' answer
head -c 100000 /dev/urandom >garbage
exec 3<>"/dev/tcp/127.0.0.1/$port"
cat garbage >&3 2>/dev/null
exec 3>&-
ask GET /status localhost
has "garbage does no harm" ' 200 ' answer
kill -TERM "$broker"
wait "$broker"
is "it ends as told" 0 $?
pids=
finish
