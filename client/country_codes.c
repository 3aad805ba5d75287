#include "client/country_codes.h"

#include <stdlib.h>

/* clang-format off */
static const struct country_codes CODES[] = { /* sorted */
	{"ABW", "", "AA"}, {"AFG", "700", "AF"}, {"AGO", "540", "AO"}, {"AIA", "", "AV"},
	{"ALA", "", ""}, {"ALB", "339", "AL"}, {"AND", "232", "AN"}, {"ARE", "696", "AE"},
	{"ARG", "160", "AR"}, {"ARM", "371", "AM"}, {"ASM", "", "AQ"}, {"ATA", "", "AY"},
	{"ATF", "", "FS"}, {"ATG", "58", "AC"}, {"AUS", "900", "AS"}, {"AUT", "305", "AU"},
	{"AZE", "373", "AJ"}, {"BDI", "516", "BY"}, {"BEL", "211", "BE"}, {"BEN", "434", "BN"},
	{"BES", "", "NL"}, {"BFA", "439", "UV"}, {"BGD", "771", "BG"}, {"BGR", "355", "BU"},
	{"BHR", "692", "BA"}, {"BHS", "31", "BF"}, {"BIH", "346", "BK"}, {"BLM", "", "TB"},
	{"BLR", "370", "BO"}, {"BLZ", "80", "BH"}, {"BMU", "", "BD"}, {"BOL", "145", "BL"},
	{"BRA", "140", "BR"}, {"BRB", "53", "BB"}, {"BRN", "835", "BX"}, {"BTN", "760", "BT"},
	{"BVT", "", "BV"}, {"BWA", "571", "BC"}, {"CAF", "482", "CT"}, {"CAN", "20", "CA"},
	{"CCK", "", "CK"}, {"CHE", "225", "SZ"}, {"CHL", "155", "CI"}, {"CHN", "710", "CH"},
	{"CIV", "437", "IV"}, {"CMR", "471", "CM"}, {"COD", "490", "CG"}, {"COG", "484", "CF"},
	{"COK", "", "CW"}, {"COL", "100", "CO"}, {"COM", "581", "CN"}, {"CPV", "402", "CV"},
	{"CRI", "94", "CS"}, {"CSK", "315", ""}, {"CUB", "40", "CU"}, {"CUW", "", "UC"},
	{"CXR", "", "KT"}, {"CYM", "", "CJ"}, {"CYP", "352", "CY"}, {"CZE", "316", "EZ"},
	{"DDR", "265", ""}, {"DEU", "255", "GM"}, {"DJI", "522", "DJ"}, {"DMA", "54", "DO"},
	{"DNK", "390", "DA"}, {"DOM", "42", "DR"}, {"DZA", "615", "AG"}, {"ECU", "130", "EC"},
	{"EGY", "651", "EG"}, {"ERI", "531", "ER"}, {"ESH", "", "WI"}, {"ESP", "230", "SP"},
	{"EST", "366", "EN"}, {"ETH", "530", "ET"}, {"FIN", "375", "FI"}, {"FJI", "950", "FJ"},
	{"FLK", "", "FK"}, {"FRA", "220", "FR"}, {"FRO", "", "FO"}, {"FSM", "987", "FM"},
	{"GAB", "481", "GB"}, {"GBR", "200", "UK"}, {"GEO", "372", "GG"}, {"GGY", "", "GK"},
	{"GHA", "452", "GH"}, {"GIB", "", "GI"}, {"GIN", "438", "GV"}, {"GLP", "", "GP"},
	{"GMB", "420", "GA"}, {"GNB", "404", "PU"}, {"GNQ", "411", "EK"}, {"GRC", "350", "GR"},
	{"GRD", "55", "GJ"}, {"GRL", "", "GL"}, {"GTM", "90", "GT"}, {"GUF", "", "FG"},
	{"GUM", "", "GQ"}, {"GUY", "110", "GY"}, {"HKG", "", "HK"}, {"HMD", "", "HM"},
	{"HND", "91", "HO"}, {"HRV", "344", "HR"}, {"HTI", "41", "HA"}, {"HUN", "310", "HU"},
	{"IDN", "850", "ID"}, {"IMN", "", "IM"}, {"IND", "750", "IN"}, {"IOT", "", "IO"},
	{"IRL", "205", "EI"}, {"IRN", "630", "IR"}, {"IRQ", "645", "IZ"}, {"ISL", "395", "IC"},
	{"ISR", "666", "IS"}, {"ITA", "325", "IT"}, {"JAM", "51", "JM"}, {"JEY", "", "JE"},
	{"JOR", "663", "JO"}, {"JPN", "740", "JA"}, {"KAZ", "705", "KZ"}, {"KEN", "501", "KE"},
	{"KGZ", "703", "KG"}, {"KHM", "811", "CB"}, {"KIR", "946", "KR"}, {"KNA", "60", "SC"},
	{"KOR", "732", "KS"}, {"KWT", "690", "KU"}, {"LAO", "812", "LA"}, {"LBN", "660", "LE"},
	{"LBR", "450", "LI"}, {"LBY", "620", "LY"}, {"LCA", "56", "ST"}, {"LIE", "223", "LS"},
	{"LKA", "780", "CE"}, {"LSO", "570", "LT"}, {"LTU", "368", "LH"}, {"LUX", "212", "LU"},
	{"LVA", "367", "LG"}, {"MAC", "", "MC"}, {"MAF", "", "RN"}, {"MAR", "600", "MO"},
	{"MCO", "221", "MN"}, {"MDA", "359", "MD"}, {"MDG", "580", "MA"}, {"MDV", "781", "MV"},
	{"MEX", "70", "MX"}, {"MHL", "983", "RM"}, {"MKD", "343", "MK"}, {"MLI", "432", "ML"},
	{"MLT", "338", "MT"}, {"MMR", "775", "BM"}, {"MNE", "341", "MJ"}, {"MNG", "712", "MG"},
	{"MNP", "", "CQ"}, {"MOZ", "541", "MZ"}, {"MRT", "435", "MR"}, {"MSR", "", "MH"},
	{"MTQ", "", "MB"}, {"MUS", "590", "MP"}, {"MWI", "553", "MI"}, {"MYS", "820", "MY"},
	{"MYT", "", "MF"}, {"NAM", "565", "WA"}, {"NCL", "", "NC"}, {"NER", "436", "NG"},
	{"NFK", "", "NF"}, {"NGA", "475", "NI"}, {"NIC", "93", "NU"}, {"NIU", "", "NE"},
	{"NLD", "210", "NL"}, {"NOR", "385", "NO"}, {"NPL", "790", "NP"}, {"NRU", "970", "NR"},
	{"NZL", "920", "NZ"}, {"OMN", "698", "MU"}, {"PAK", "770", "PK"}, {"PAN", "95", "PM"},
	{"PCN", "", "PC"}, {"PER", "135", "PE"}, {"PHL", "840", "RP"}, {"PLW", "986", "PS"},
	{"PNG", "910", "PP"}, {"POL", "290", "PL"}, {"PRI", "", "RQ"}, {"PRK", "731", "KN"},
	{"PRT", "235", "PO"}, {"PRY", "150", "PA"}, {"PSE", "", "WE"}, {"PYF", "", "FP"},
	{"QAT", "694", "QA"}, {"REU", "", "RE"}, {"ROU", "360", "RO"}, {"RUS", "365", "RS"},
	{"RWA", "517", "RW"}, {"SAU", "670", "SA"}, {"SDN", "625", "SU"}, {"SEN", "433", "SG"},
	{"SGP", "830", "SN"}, {"SGS", "", "SX"}, {"SHN", "", "SH"}, {"SJM", "", "SV"},
	{"SLB", "940", "BP"}, {"SLE", "451", "SL"}, {"SLV", "92", "ES"}, {"SMR", "331", "SM"},
	{"SOM", "520", "SO"}, {"SPM", "", "SB"}, {"SRB", "345", "RI"}, {"SSD", "626", "OD"},
	{"STP", "403", "TP"}, {"SUN", "365", ""}, {"SUR", "115", "NS"}, {"SVK", "317", "LO"},
	{"SVN", "349", "SI"}, {"SWE", "380", "SW"}, {"SWZ", "572", "WZ"}, {"SXM", "", "NN"},
	{"SYC", "591", "SE"}, {"SYR", "652", "SY"}, {"TCA", "", "TK"}, {"TCD", "483", "CD"},
	{"TGO", "461", "TO"}, {"THA", "800", "TH"}, {"TJK", "702", "TI"}, {"TKL", "", "TL"},
	{"TKM", "701", "TX"}, {"TLS", "860", "TT"}, {"TON", "955", "TN"}, {"TTO", "52", "TD"},
	{"TUN", "616", "TS"}, {"TUR", "640", "TU"}, {"TUV", "947", "TV"}, {"TWN", "713", "TW"},
	{"TZA", "510", "TZ"}, {"UGA", "500", "UG"}, {"UKR", "369", "UP"}, {"UMI", "", ""},
	{"URY", "165", "UY"}, {"USA", "2", "US"}, {"UZB", "704", "UZ"}, {"VAT", "", "VT"},
	{"VCT", "57", "VC"}, {"VEN", "101", "VE"}, {"VGB", "", "VI"}, {"VIR", "", "VQ"},
	{"VNM", "816", "VM"}, {"VUT", "935", "NH"}, {"WLF", "", "WF"}, {"WSM", "990", "WS"},
	{"XKX", "347", "KV"}, {"YEM", "679", "YM"}, {"YUG", "345", ""}, {"ZAF", "560", "SF"},
	{"ZMB", "551", "ZA"}, {"ZWE", "552", "ZI"},
};
/* clang-format on */

static int compare(const void *key, const void *row)
{
	return str_cmp(*(const struct str *)key, str_of(((const struct country_codes *)row)->code));
}

const struct country_codes *country_codes(struct str code)
{
	return bsearch(&code, CODES, sizeof(CODES) / sizeof(CODES[0]), sizeof(CODES[0]), compare);
}
