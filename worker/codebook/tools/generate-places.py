#!/usr/bin/env python3
"""Writes places/countries.txt, places/capitals.txt and places/towns.txt from tables of facts.

usage: generate-places.py GAZETTEERS CODEBOOK

Not part of the product: run by hand when the tables change; docs/codebook.md names the tables."""
import collections
import csv
import glob
import html
import json
import os
import re
import sys
import unicodedata

SRC, BOOK = sys.argv[1], sys.argv[2]


def plain(s):
    s = unicodedata.normalize("NFKD", s)
    s = "".join(c for c in s if not unicodedata.combining(c))
    return s.replace("ı", "i").replace("ə", "a").replace("ʻ", "").replace("‘", "").replace("’", "'")


def write(name, head, rows):
    path = os.path.join(BOOK, "places", name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(head + "\n" + "".join(rows))
    print(name, len(rows), os.path.getsize(path))


countries = json.load(open(os.path.join(SRC, "mledoze-countries.json"), encoding="utf-8"))
iso, rows = {}, []
for c in sorted(countries, key=lambda c: c["cca3"]):
    code = "XKX" if c["cca3"] == "UNK" else c["cca3"]
    for n in [c["name"]["common"], c["name"]["official"]] + c["altSpellings"]:
        iso[plain(n).lower()] = code
    rows.append("country %s %.2f %.2f %s\n" % (code, *c["latlng"], c["name"]["common"]))
write("countries.txt", "# The middle of every country, written by generate-places.py; do not edit.\n", rows)

# Readers of the country's middle: other names stand in actors/countries.txt already.
iso.update({"south korea": "KOR", "north korea": "PRK", "burma": "MMR", "macedonia": "MKD",
            "ivory coast": "CIV", "democratic republic of the congo": "COD", "russia": "RUS",
            "czech republic": "CZE", "cabo verde": "CPV", "turkey (turkiye)": "TUR",
            "palestinian territory": "PSE", "palestinian territories": "PSE", "west bank": "PSE",
            "the netherlands": "NLD", "bahamas, the": "BHS", "gambia, the": "GMB", "swaziland": "SWZ",
            "korea, south": "KOR", "korea, north": "PRK", "republic of the congo": "COG", "kosovo": "XKX",
            "congo, republic of the": "COG", "congo, democratic republic of the": "COD"})
# A place that stands in cities.txt, written by hand, has its point there and nowhere else.
taken_places = set()
for line in open(os.path.join(BOOK, "places", "cities.txt"), encoding="utf-8"):
    m = re.match(r"place ([A-Z]{3}) \S+ \S+ (.*)", line)
    if m:
        taken_places |= {(m[1], n.strip().lower()) for n in m[2].split("|")}
rows = []
for path in sorted(glob.glob(os.path.join(SRC, "factbook", "*", "*.json"))):
    gov = json.load(open(path, encoding="utf-8")).get("Government", {})
    name = gov.get("Country name", {}).get("conventional short form", {}).get("text", "")
    code = iso.get(plain(html.unescape(re.sub(r"<.*", "", name))).lower().strip())
    capital = html.unescape(gov.get("Capital", {}).get("name", {}).get("text", ""))
    where = gov.get("Capital", {}).get("geographic coordinates", {}).get("text", "")
    m = re.search(r"(\d+) (\d+) ([NS]), (\d+) (\d+) ([EW])", where)
    capital = re.sub(r"\s*[(;<,].*", "", capital).strip()
    if not m or not code or not capital or any(ord(ch) > 0x24f for ch in capital):
        continue
    lat = (int(m[1]) + int(m[2]) / 60) * (-1 if m[3] == "S" else 1)
    lon = (int(m[4]) + int(m[5]) / 60) * (-1 if m[6] == "W" else 1)
    names = [capital] + ([plain(capital)] if plain(capital) != capital else [])
    if any((code, n.lower()) in taken_places for n in names):
        continue
    taken_places |= {(code, n.lower()) for n in names}
    rows.append("place %s %.2f %.2f %s\n" % (code, lat, lon, " | ".join(names)))
write("capitals.txt", "# Capitals, written by generate-places.py; do not edit.\n", rows)

# Cities by hand are qualifiers of actors too ("Shanghai police"), unless actors/ has the name.
NO_ACTOR = {"Nice", "Arak", "Bali", "Goa", "Swat", "DMZ", "Rio", "Hague", "Golan", "Maidan", "Hormuz"}
STATES = """Alabama Arkansas Colorado Connecticut Delaware Idaho Illinois Indiana Kansas Kentucky Louisiana
Maine Massachusetts Minnesota Mississippi Missouri Montana Nebraska New_Jersey New_Mexico New_York_state
North_Dakota Oklahoma Oregon Rhode_Island South_Dakota Tennessee Utah Vermont Washington_state West_Virginia
Wyoming""".split()
taken = set()
for path in glob.glob(os.path.join(BOOK, "actors", "*.txt")):
    if path.endswith("cities.txt") or "leaders" in path or "legislators" in path:
        continue
    for line in open(path, encoding="utf-8"):
        m = re.match(r"\t(?:alias|capital|metonym|adjective|short): (.*)|(?:country|organization|group|place|nothing) \S+ (.*)", line)
        if m:
            taken |= {x.strip().lower() for x in (m.group(1) or m.group(2)).split("|")}
rows = ["place USA %s\n" % s.replace("_", " ") for s in STATES]
for line in open(os.path.join(BOOK, "places", "cities.txt"), encoding="utf-8"):
    m = re.match(r"place ([A-Z]{3}) \S+ \S+ (.*)", line)
    for name in m.group(2).split("|") if m else []:
        name = name.strip()
        if name not in NO_ACTOR and name.lower() not in taken:
            rows.append("place %s %s\n" % (m.group(1), name))
with open(os.path.join(BOOK, "actors", "cities.txt"), "w", encoding="utf-8") as f:
    f.write("# Cities and regions as what an actor belongs to (\"Shanghai police\"), written by\n"
            "# generate-places.py from places/cities.txt; do not edit.\n\n" + "".join(rows))

# Towns whose name only one country has. No coordinates are in the table: the country's count.
where, regions = collections.defaultdict(set), collections.defaultdict(set)
for r in csv.DictReader(open(os.path.join(SRC, "world-cities.csv"), encoding="utf-8")):
    code = iso.get(plain(r["country"]).lower())
    if code:
        where[plain(r["name"])].add(code)
        if r["subcountry"]:
            regions[plain(r["subcountry"])].add(code)
words = set()
for path in glob.glob(os.path.join(BOOK, "*", "*.txt")):
    if "/places/" not in path:
        words |= {w.lower() for w in re.findall(r"[A-Za-z]+", open(path, encoding="utf-8").read())}
rows = []
for table in (where, regions):
    for name, codes in sorted(table.items()):
        parts = name.split()
        if len(codes) != 1 or not re.fullmatch(r"[A-Z][A-Za-z' -]+", name) or len(name) < 5:
            continue
        if all(w.lower() in words for w in re.findall(r"[A-Za-z]+", name)) or len(parts) > 3:
            continue
        if (min(codes), name.lower()) not in taken_places:
            rows.append("town %s %s\n" % (min(codes), name))
write("towns.txt", "# Towns and regions that one country alone has, written by generate-places.py; do not edit.\n"
      "# They have the coordinates of their country.\n", sorted(set(rows)))
