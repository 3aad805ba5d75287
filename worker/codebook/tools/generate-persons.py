#!/usr/bin/env python3
"""Writes leaders.txt and legislators.txt of the codebook from tables of facts.

usage: generate-persons.py GAZETTEERS CODEBOOK/actors

Not part of the product: run by hand when the tables change. Persons that the files written by
hand name already (people-*.txt) are left out. docs/codebook.md says what the tables are."""
import collections
import csv
import glob
import html
import json
import os
import re
import sys
import unicodedata
import zipfile

SRC, OUT = sys.argv[1], sys.argv[2]
BY_HAND = ["people-usa.txt", "people-world.txt"]
# Words that no name of a person has; rows with them are institutions.
NO_NAME = set("""ministry government party army council committee the of and for president minister
office commission national union movement front league association police court assembly""".split())
TITLES = set("""dr mr mrs ms gen lt maj col brig capt adm sir dame sheikh hon rev prof ing eng king
queen prince princess emir sultan president general colonel admiral major captain lord baroness
field marshal senator vice""".split())


def fold(s):
    s = unicodedata.normalize("NFKD", s)
    s = "".join(c for c in s if not unicodedata.combining(c)).lower()
    s = s.replace("ø", "o").replace("ł", "l").replace("ß", "ss").replace("đ", "d").replace("ı", "i")
    return " ".join(re.findall(r"[a-z0-9]+", s))


def by_hand():
    known = {"juan carlos"}  # the given names of too many others
    for name in BY_HAND:
        for line in open(os.path.join(OUT, name), encoding="utf-8"):
            m = re.match(r"person \S+ (.*)|\talias: (.*)", line)
            if m:
                known |= {fold(x) for x in (m.group(1) or m.group(2)).split("|")}
    return known


def countries():
    iso = {}
    for c in json.load(open(os.path.join(SRC, "mledoze-countries.json"), encoding="utf-8")):
        names = [c["name"]["common"], c["name"]["official"]] + c["altSpellings"]
        for n in names:
            iso[fold(n)] = c["cca3"]
        iso["2" + c["cca2"]] = c["cca3"]
    extra = {"burma": "MMR", "uk": "GBR", "holy see vatican city": "VAT", "holy see": "VAT",
             "korea north": "PRK", "korea south": "KOR", "congo democratic republic of the": "COD",
             "congo republic of the": "COG", "cote d ivoire": "CIV", "ivory coast": "CIV",
             "gambia the": "GMB", "bahamas the": "BHS", "micronesia federated states of": "FSM",
             "macedonia": "MKD", "north macedonia": "MKD", "swaziland": "SWZ", "kosovo": "XKX",
             "the bahamas": "BHS", "the gambia": "GMB", "turkey turkiye": "TUR", "turkey": "TUR",
             "sao tome and principe": "STP", "west bank": "PSE", "palestine": "PSE",
             "democratic republic of the congo": "COD", "republic of the congo": "COG",
             "east timor": "TLS", "timor leste": "TLS", "cabo verde": "CPV", "czechia": "CZE",
             "czech republic": "CZE", "republic of ireland": "IRL", "people s republic of china": "CHN"}
    iso.update(extra)
    return {k: ("XKX" if v == "UNK" else v) for k, v in iso.items()}


ISO = countries()
KNOWN = by_hand()
people = collections.OrderedDict()  # (iso, folded name) -> [name, {(role, title, from, to)}]


def title_case(s):
    def word(w):
        if len(w) > 2 and w.isupper() and not re.fullmatch(r"[IVX]+", w):
            return "-".join(x.capitalize() for x in w.split("-"))
        return w
    return " ".join(word(w) for w in s.split())


def clean_name(s):
    s = html.unescape(re.sub(r"<[^>]*>|\([^)]*\)|\"[^\"]*\"", " ", s)).replace("’", "'")
    s = re.sub(r"[^\w\s.'-]", " ", s)
    words = [w for w in s.split() if w.strip(".'-")]
    while words and words[0].strip(".").lower() in TITLES:
        words.pop(0)
    return " ".join(words)


def add(iso, name, role, title, start, end):
    name = clean_name(name)
    folded = fold(name)
    parts = folded.split()
    if not iso or not 2 <= len(parts) <= 6 or NO_NAME & set(parts) or len(folded) < 6:
        return
    if not re.search(r"[A-Za-z]", name) or folded in KNOWN or re.search(r"\d", name):
        return
    if any(ord(c) > 0x24f for c in name) or (end and end < start[:len(end)]):
        return
    p = people.setdefault((iso, folded), [title_case(name), set()])
    p[1].add((role, title, start, end))


PHOENIX_ROLES = ["GOV", "MIL", "LEG", "JUD", "OPP", "REB", "SPY", "PTY", "BUS", "MED", "EDU", "CVL"]
OLD_CODES = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "YUG": "SRB", "DDR": "DEU", "KSV": "XKX",
             "PAL": "PSE"}


def phoenix_day(s):
    if len(s) == 6:
        year = int(s[:2])
        return ("19" if year > 25 else "20") + s[:2] + "-" + s[2:4] + "-" + s[4:6]
    if len(s) == 8:
        return s[:4] + "-" + s[4:6] + "-" + s[6:8]
    return None


def valid(day):
    return re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", day or "")


def read_phoenix():
    name = None
    known = set(ISO.values())
    for line in open(os.path.join(SRC, "Phoenix.Countries.actors.txt"), encoding="utf-8",
                     errors="replace"):
        m = re.match(r"([A-Z][A-Z_'.-]*?)_*\s*(;.*)?$", line.rstrip())
        if m and not line.startswith(("+", "\t", "#")):
            name = m.group(1).replace("_", " ").strip()
            continue
        m = re.match(r"\s+\[([A-Z]+) ([<>]?)(\d+)(?:-(\d+))?\]", line)
        if not m or not name or not 2 <= len(name.split()) <= 5:
            continue
        code = m.group(1)
        iso = OLD_CODES.get(code[:3], code[:3])
        role = next((r for r in PHOENIX_ROLES if code[3:6] == r), None)
        if iso not in known or not role or m.group(2) == "<":
            continue
        start, end = phoenix_day(m.group(3)), phoenix_day(m.group(4) or "")
        if m.group(2) == ">" and valid(start):
            end = "2018" if start < "2018" else ""
        if not valid(start) or (end and end != "2018" and not valid(end)) or \
                (end or "2018") < "1990" or start < "1970":
            continue
        add(iso, name.title().replace("'S", "'s"), role, "", start, end or "")


def read_factbook():
    months = {m: i + 1 for i, m in enumerate(
        "January February March April May June July August September October November December".split())}
    for path in sorted(glob.glob(os.path.join(SRC, "factbook", "*", "*.json"))):
        d = json.load(open(path, encoding="utf-8"))
        gov = d.get("Government", {})
        name = gov.get("Country name", {}).get("conventional short form", {}).get("text", "")
        iso = ISO.get(fold(re.sub(r"\(.*|<.*", "", name)))
        for key in ("chief of state", "head of government"):
            text = html.unescape(gov.get("Executive branch", {}).get(key, {}).get("text", ""))
            text = re.sub(r"<[^>]*>", " ", text)
            for m in re.finditer(r"([^;,()]*?)\(since (?:(\d+) )?(?:([A-Z][a-z]+) )?(\d{4})\)", text):
                words = m.group(1).split()
                upper = [i for i, w in enumerate(words) if len(w) > 1 and w.isupper()]
                if not upper or not iso:
                    continue
                start = m.group(4)
                if m.group(3) in months:
                    start += "-%02d" % months[m.group(3)]
                    if m.group(2):
                        start += "-%02d" % int(m.group(2))
                first = upper[0]
                stop = {"president", "minister", "king", "queen", "emir", "sultan", "premier", "chancellor",
                        "governor", "general", "state", "government", "prince", "emperor", "leader", "pope",
                        "secretary", "administrator", "commissioner", "council", "transitional", "chairman",
                        "prime", "vice", "acting", "interim", "(ret.)", "captain", "taoiseach", "gen.",
                        "lt.", "brig.", "maj.", "col.", "dr.", "sheikh", "amir", "of", "the", "colonel"}
                while first > 0 and words[first - 1].lower() not in stop:
                    first -= 1
                title = " ".join(words[:first]).lower() or key
                add(iso, title_case(" ".join(words[first:])), "GOV", title[:40], start, "")


def read_leaders():
    d = json.load(open(os.path.join(SRC, "world-leaders-current.json"), encoding="utf-8"))
    for c in d["countries"].values():
        iso = ISO.get("2" + c["country"]["iso_code"])
        for post in c["positions"].values():
            h = (post or {}).get("current_holder") or {}
            if h.get("name_en") and h.get("since"):
                add(iso, h["name_en"], "GOV", (post.get("title_en") or "").lower(), h["since"][:10], "")
    for name in ("wikidata", "wikipedia"):
        for r in csv.DictReader(open(os.path.join(SRC, "world-leaders-2021-%s.csv" % name),
                                     encoding="utf-8")):
            label = r.get("positionLabel") or r.get("positionlabel")
            holder = r.get("officeholderLabel") or r.get("officeholderlabel")
            if r["start_year"] and holder and re.fullmatch(r"\d{4}", r["start_year"]):
                add(ISO.get(fold(r["country"])), holder, "GOV", label.split(" of ")[0].lower(),
                    r["start_year"], r["end_year"] or "2022")


def read_cabinets_2019():
    z = zipfile.ZipFile(os.path.join(SRC, "cia-world-leaders-2019.json.zip"))
    text = z.read(z.namelist()[0]).decode("utf-8")
    decoder, at, seen = json.JSONDecoder(), 0, []
    while at < len(text):
        try:
            d, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            at += 1
            continue
        if isinstance(d, dict):
            seen.append(d)
    for d in seen:
        for v in d.values():
            if not isinstance(v, dict) or not str(v.get("@type", "")).endswith("#Person"):
                continue
            name = v.get("http://www.w3.org/2000/01/rdf-schema#label", "")
            for o in v["objectProperties"]:
                for t in o.values():
                    label = t.get("http://www.w3.org/2000/01/rdf-schema#label", "") \
                        if isinstance(t, dict) else ""
                    m = re.match(r"The Office of (.*) \(([^()]*)\)$", label)
                    if m:
                        add(ISO.get(fold(m.group(2))), title_case(name), "GOV",
                            m.group(1).lower()[:40], "2019", "2019")


legislators = collections.OrderedDict()


def add_legislator(iso, name, start, end):
    name = clean_name(name)
    folded = fold(name)
    if not iso or not 2 <= len(folded.split()) <= 5 or len(folded) < 7 or folded in KNOWN or \
            (end and end < start):
        return
    if (iso, folded) in people or any(ord(c) > 0x24f for c in name) or re.search(r"\d", name):
        return
    p = legislators.setdefault((iso, folded), [title_case(name), start, end])
    p[1] = min(p[1], start)
    p[2] = max(p[2], end) if p[2] and end else ""


def read_congress():
    last = first = official = None
    terms = []

    def flush():
        if terms and last:
            start = min(t[0] for t in terms)
            names = [official or first + " " + last]
            if official and fold(first + " " + last) != fold(official):
                names.append(first + " " + last)
            for n in names:
                add_legislator("USA", n, start, "")
    for line in open(os.path.join(SRC, "us-legislators-current.yaml"), encoding="utf-8"):
        if line.startswith("- id:"):
            flush()
            last = first = official = None
            terms = []
        m = re.match(r"    (first|nickname|last|official_full): (.*)", line)
        if m:
            value = m.group(2).strip().strip("'\"")
            value = value.encode().decode("unicode_escape") if "\\x" in value else value
            if m.group(1) in ("first", "nickname"):
                first = value
            elif m.group(1) == "last":
                last = value
            else:
                official = value
        m = re.match(r"    start: '(\d{4}-\d\d-\d\d)'", line)
        if m:
            terms.append((m.group(1),))
    flush()


# Parliaments whose members the news name; those of the European Union's states come shorter.
CHAMBERS = {"UK": "GBR", "Canada": "CAN", "Australia": "AUS",
            "New_Zealand": "NZL", "Germany": "DEU", "France": "FRA", "Italy": "ITA", "Spain": "ESP",
            "Poland": "POL", "Israel": "ISR", "India": "IND", "Pakistan": "PAK", "Japan": "JPN",
            "South_Korea": "KOR", "Taiwan": "TWN", "Turkey": "TUR", "Ukraine": "UKR", "Iran": "IRN",
            "Iraq": "IRQ", "Brazil": "BRA", "Argentina": "ARG", "Mexico": "MEX", "Chile": "CHL",
            "Colombia": "COL", "Venezuela": "VEN", "Peru": "PER", "South_Africa": "ZAF",
            "Nigeria": "NGA", "Kenya": "KEN", "Zimbabwe": "ZWE", "Uganda": "UGA", "Ghana": "GHA",
            "Tanzania": "TZA", "Malaysia": "MYS", "Singapore": "SGP", "Philippines": "PHL",
            "Thailand": "THA", "Myanmar": "MMR", "Cambodia": "KHM", "Hong_Kong": "HKG", "Ireland": "IRL",
            "Netherlands": "NLD", "Belgium": "BEL", "Sweden": "SWE", "Norway": "NOR", "Denmark": "DNK",
            "Finland": "FIN", "Austria": "AUT", "Switzerland": "CHE", "Czech_Republic": "CZE",
            "Hungary": "HUN", "Slovakia": "SVK", "Romania": "ROU", "Greece": "GRC", "Portugal": "PRT",
            "Estonia": "EST", "Latvia": "LVA", "Lithuania": "LTU", "Serbia": "SRB", "Croatia": "HRV",
            "Bangladesh": "BGD", "Sri_Lanka": "LKA", "Nepal": "NPL", "Kosovo": "XKX", "Cuba": "CUB",
            "Zambia": "ZMB", "Botswana": "BWA", "Rwanda": "RWA", "Scotland": "GBR",
            "Northern_Ireland": "GBR", "Wales": "GBR", "Moldova": "MDA", "Albania": "ALB",
            "Macedonia": "MKD", "Slovenia": "SVN", "Cyprus": "CYP", "Malta": "MLT", "Jamaica": "JAM",
            "Bulgaria": "BGR", "Iceland": "ISL", "Georgia": "GEO", "Vietnam": "VNM"}


def read_members():
    for r in csv.DictReader(open(os.path.join(SRC, "everypolitician-2015.tsv"), encoding="utf-8"),
                            delimiter="\t", quoting=csv.QUOTE_NONE):
        iso = CHAMBERS.get(r["country"])
        start = re.match(r"\d{4}", r["start_date"] or "")
        end = re.match(r"\d{4}", r["end_date"] or "")
        term = re.search(r"\d{4}", r["term"] or "")
        year = start.group() if start else term.group() if term else ""
        # Early terms fill the book with people whom today's texts do not name.
        if not iso or (end and end.group() < "2008") or not "2000" <= year <= "2015":
            continue
        add_legislator(iso, r["name"] or "", year, end.group() if end else "2015")


def write(name, head, rows):
    with open(os.path.join(OUT, name), "w", encoding="utf-8") as f:
        f.write(head)
        f.writelines(rows)
    print(name, len(rows), os.path.getsize(os.path.join(OUT, name)))


for read in (read_phoenix, read_factbook, read_leaders, read_cabinets_2019, read_congress,
             read_members):
    read()
countries_of = collections.Counter(folded for _, folded in list(people) + list(legislators))
rows = []
for (iso, folded), (name, offices) in sorted(people.items()):
    row = "person %s %s\n" % (iso, name)
    if countries_of[folded] > 1:
        row += "\tweak: yes\n"
    for role, title, start, end in sorted(offices, key=lambda o: (o[2], o[3])):
        row += "\toffice: %s %s%s..%s\n" % (role, title.strip() + " " if title.strip() else "", start, end)
    rows.append(row)
write("leaders.txt", """# Office-holders from tables of facts, written by worker/codebook/tools/generate-persons.py; do not
# edit. Sources: docs/codebook.md. Persons of people-*.txt are not repeated here.

""", rows)
rows = []
for (iso, folded), (name, start, end) in sorted(legislators.items()):
    rows.append("person %s %s\n%s\toffice: LEG %s..%s\n" % (
        iso, name, "\tweak: yes\n", start, end))
write("legislators.txt", """# Members of parliaments from tables of facts, written by worker/codebook/tools/generate-persons.py;
# do not edit. Sources: docs/codebook.md. `weak`: counts only where the document names the country.

""", rows)
