#!/bin/bash
# Broker, worker and subscriber on machines of their own: three network namespaces with addresses,
# encrypted, each with a key. The worker is cut off in the middle of its work and comes back; every
# document is analysed, and the subscriber sees each result once.
# usage: netns.sh BUILD_DIR      Skipped with a line where namespaces are not allowed.
BUILD=$1
. "$(dirname "$0")/lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
id=dmt$$
if ! command -v ip >/dev/null || ! ip netns add "$id-b" 2>/dev/null; then
	echo "skipped: network namespaces are not allowed here"
	exit 0
fi
take_down() {
	for p in $pids; do kill -9 "$p" 2>/dev/null; done
	for n in b w c; do ip netns del "$id-$n" 2>/dev/null; done
	cleanup
}
trap take_down EXIT
ip netns add "$id-w" && ip netns add "$id-c" || exit 1

# wire_up NAMESPACE NUMBER: a cable between it and the broker, 10.77.NUMBER.1 (broker) and .2
wire_up() {
	ip link add "$id$2" netns "$id-b" type veth peer name eth0 netns "$id-$1" || return 1
	ip -n "$id-b" addr add "10.77.$2.1/24" dev "$id$2"
	ip -n "$id-$1" addr add "10.77.$2.2/24" dev eth0
	ip -n "$id-b" link set "$id$2" up
	ip -n "$id-$1" link set eth0 up
}
if ! wire_up w 1 || ! wire_up c 2; then
	echo "skipped: virtual network cables are not allowed here"
	exit 0
fi
for n in b w c; do ip -n "$id-$n" link set lo up; done

cd "$work" || exit 1
"$demarche" keys add node --roles work >/dev/null 2>&1
"$demarche" keys add office --roles submit,read >/dev/null 2>&1
ip netns exec "$id-b" "$BUILD/broker/demarche-broker" --listen tcp://10.77.1.1:7730 \
	--listen tcp://10.77.2.1:7730 --keys broker.keys --data-dir data --lease 5s --heartbeat 500ms \
	--backoff 50ms --max-attempts 50 >broker.out 2>broker.log &
pids="$pids $!"
ip netns exec "$id-w" "$BUILD/worker/demarche-worker" --broker tcp://10.77.1.1:7730 --key node.key \
	-j 1 >worker.out 2>worker.log &
pids="$pids $!"
client() { ip netns exec "$id-c" timeout 70 "$demarche" "$@" --broker tcp://10.77.2.1:7730 --key-file office.key; }

n=$(ls "$root"/samples/*.txt | wc -l)
client watch --from start --limit "$n" --timeout 60s >watched 2>watch.err &
watch=$!
mapfile -t documents < <(ls "$root"/samples/*.txt)
until_line worker.out ready
client submit "${documents[@]:0:8}" --timeout 60s >jobs 2>submit.err
ip -n "$id-b" link set "${id}1" down
client submit "${documents[@]:8}" --timeout 60s >>jobs 2>>submit.err
is "every document is accepted, also while the worker is cut off" "$n" "$(wc -l <jobs)"
sleep 3
is "the broker is there for others meanwhile" 0 "$(client status --json >status 2>&1; echo $?)"
is "but the work waits" no "$(grep -q "\"done\":$n[,}]" status && echo yes || echo no)"
ip -n "$id-b" link set "${id}1" up
wait "$watch"
is "every result is seen" "$n" "$(grep -c '"seq":' watched)"
is "each once" "$n" "$(sed -E 's/.*"seq":([0-9]+).*/\1/' watched | sort -u | wc -l)"
# A key of another role, from the same machine.
ip netns exec "$id-c" timeout 20 "$demarche" status --broker tcp://10.77.2.1:7730 --key-file node.key \
	>refused 2>&1
is "a worker's key may not ask" 4 $?
[ "$n_bad" -eq 0 ] || for f in broker.log worker.log watch.err submit.err refused; do echo "== $f"; tail -n 5 "$f"; done
finish
