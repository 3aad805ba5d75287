/* A sentence of our own for every CAMEO code that the codebook can give: some event in it must have
 * it. How many may fail is a ratchet: it may only be lowered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "worker/engine/engine.h"
#include "worker/images.h"

enum { FAILING_MAX = 18 };

static const struct {
	const char *code, *text;
} CASES[] = {
	{"020", "Kenya appealed to Uganda."},
	{"021", "Nepal asked India for closer material cooperation."},
	{"0211", "Chile called on Peru to open its markets to foreign investment."},
	{"0212", "Estonia asked Latvia for military cooperation."},
	{"0213", "Spain asked Morocco to extradite a drug trafficker."},
	{"0214", "France asked Niger to share intelligence on the kidnappers."},
	{"022", "Georgia asked Poland for support of its bid in the assembly."},
	{"023", "Malawi asked Japan for help after the floods."},
	{"0231", "Ghana asked the IMF for a loan of one billion dollars."},
	{"0232", "Ukraine asked Norway for air defense missiles."},
	{"0233", "Haiti appealed to Canada for food and medicine."},
	{"0234", "Chad asked the UN for peacekeepers."},
	{"0241", "Students in Peru called on the president to resign."},
	{"0242", "The unions asked the French government to change its pension policy."},
	{"0243", "The Danish minister urged Iran to respect the rights of women."},
	{"0244", "The Thai opposition asked the king to change the constitution."},
	{"025", "The Kenyan government urged the rebels to yield."},
	{"0251",
	 "Belarus's opposition asked the authorities to ease restrictions on demonstrations."},
	{"0252", "The Iraqi prime minister urged demonstrators to end their sit-in."},
	{"0253", "Turkey urged Libya to release two fishermen."},
	{"0254", "Cuba asked the United States to lift the embargo."},
	{"0255", "Sweden urged Syria to allow inspectors into the country."},
	{"0256", "Egypt urged Israel and Lebanon to halt the fighting."},
	{"026", "Switzerland invited Armenia and Azerbaijan to talks."},
	{"027", "Brazil urged Venezuela and Colombia to settle their dispute."},
	{"028", "Cyprus asked Germany to mediate."},
	{"0311", "Italy agreed to expand trade with Tunisia."},
	{"0312", "Greece promised to hold joint military exercises with Cyprus."},
	{"0313", "Albania agreed to extradite the suspect to Italy."},
	{"0314", "Jordan promised to share intelligence with Iraq."},
	{"032", "Hungary promised to support Serbia's membership."},
	{"0331", "South Korea promised a loan of fifty million dollars to Mongolia."},
	{"0332", "Denmark promised to send tanks to Ukraine."},
	{"0333", "Qatar pledged food and tents for Sudan."},
	{"0334", "Rwanda offered to send peacekeepers to Mozambique."},
	{"0341", "The president of Malawi promised to step down in May."},
	{"0342", "The Greek government promised to change its tax policy."},
	{"0343", "The king of Morocco promised more rights to Berbers."},
	{"0344", "The junta in Mali promised to hold free elections."},
	{"0351", "Iran said it would ease restrictions on the press."},
	{"0353", "The rebels in Colombia promised to free the hostages."},
	{"0354", "The United States said that it would lift sanctions on Sudan."},
	{"0355", "Iraq agreed to admit inspectors of the UN."},
	{"0356", "Eritrea agreed to withdraw its troops from Ethiopia."},
	{"036", "Vietnam and China agreed to meet next month."},
	{"037", "Somalia and Ethiopia agreed to settle their dispute."},
	{"038", "Venezuela accepted mediation by Norway."},
	{"039", "Oman offered to mediate between Iran and Saudi Arabia."},
	{"041", "The Finnish president telephoned the president of Russia."},
	{"042", "The Indian prime minister visited Bhutan."},
	{"043", "Kazakhstan hosted the president of Turkey."},
	{"045", "Qatar mediated between Chad and its rebels."},
	{"046", "Sudan and Egypt held negotiations over the dam."},
	{"051", "The pope praised Colombia for its efforts."},
	{"052", "The Iranian minister defended Syria."},
	{"053", "Ukraine rallied support for its plan among African states."},
	{"054", "Spain recognized Kosovo."},
	{"055", "Japan apologized to South Korea."},
	{"056", "Rwanda forgave Burundi."},
	{"057", "Uruguay signed a fishing agreement with Argentina."},
	{"061", "Kenya exported tea to Pakistan."},
	{"062", "India and Japan held naval exercises in the Bay of Bengal."},
	{"063", "Portugal extradited a banker to Angola."},
	{"064", "Jordan shared intelligence with Canada."},
	{"070", "Norway gave aid to Malawi."},
	{"071", "The World Bank granted Nepal a loan of ninety million dollars."},
	{"072", "The United States delivered helicopters to the army of Kenya."},
	{"073", "Turkey sent tents and blankets to Syria."},
	{"074", "Ghana sent peacekeepers to Liberia."},
	{"075", "Ecuador granted asylum to a Cuban dissident."},
	{"0811", "China eased restrictions on Tibetan schools."},
	{"0812", "Myanmar lifted its ban on the opposition party."},
	{"0813", "The army in Thailand lifted the curfew."},
	{"0814", "Tunisia lifted the state of emergency."},
	{"0831", "The prime minister of Armenia resigned after the protests."},
	{"0832", "The Bolivian government withdrew the fuel tax after protests."},
	{"0833", "Saudi Arabia granted women the right to drive."},
	{"0841", "Iran released two French hostages."},
	{"0842", "Germany returned the artifacts to Namibia."},
	{"085", "The European Union lifted its sanctions on Zimbabwe."},
	{"0861", "Sudan received the first peacekeepers from Nigeria."},
	{"0862", "Iran let inspectors of the UN into the plant."},
	{"0863", "Ethiopia allowed aid convoys into Tigray."},
	{"0871", "Israel and Lebanon declared a ceasefire."},
	{"0872", "Saudi Arabia lifted its blockade of Qatar."},
	{"0873", "Libya destroyed its chemical weapons."},
	{"0874", "France withdrew its troops from Mali."},
	{"090", "Britain investigated a bank from Latvia."},
	{"091", "Prosecutors in Peru investigated the former president for corruption."},
	{"092", "The UN investigated human rights abuses in Burundi."},
	{"093", "The UN investigated the attack on the convoy in Sudan."},
	{"094", "The court in The Hague investigated war crimes in Uganda."},
	{"1011", "Mexico demanded economic cooperation from the United States."},
	{"1012", "Kuwait demanded military cooperation from its neighbors."},
	{"1013", "Argentina demanded the extradition of the officer from Chile."},
	{"1031", "Zambia demanded debt relief from China."},
	{"1032", "The Iraqi government demanded weapons from Washington."},
	{"1033", "Refugees in Jordan demanded food."},
	{"1041", "Protesters in Sudan demanded the resignation of the president."},
	{"1042", "Miners in Bolivia demanded a change of the law."},
	{"1043", "Women in Iran demanded equal rights."},
	{"1044", "The Sudanese opposition demanded a new constitution."},
	{"1051", "Journalists in Turkey demanded that the government lift the ban."},
	{"1053", "Hamas demanded the release of prisoners from Israel."},
	{"1054", "Iran demanded that the United States lift its sanctions."},
	{"1055", "Washington demanded that North Korea admit inspectors."},
	{"1056", "Ukraine demanded that Russia withdraw its troops."},
	{"106", "North Korea demanded talks with Washington."},
	{"107", "The UN demanded that the rebels in Yemen settle the conflict."},
	{"111", "Austria condemned Hungary."},
	{"1121", "Brazil accused the former minister of corruption."},
	{"1122", "Amnesty accused Eritrea of torture and other abuses."},
	{"1123", "Pakistan accused India of aggression."},
	{"1124", "Ukraine accused Russia of war crimes."},
	{"1125", "Iran accused a French tourist of espionage."},
	{"113", "Sudan rallied opposition against the peace mission."},
	{"114", "Vietnam lodged a formal complaint with China."},
	{"115", "Gambia sued Myanmar."},
	{"116", "The tribunal found the Serbian general guilty."},
	{"1211", "Norway refused economic cooperation with Russia."},
	{"1212", "Turkey refused the United States the use of its bases."},
	{"1213", "Russia refused to extradite the suspect to Britain."},
	{"1214", "Pakistan refused to share intelligence with India."},
	{"1221", "Germany refused Greece another loan."},
	{"1222", "Switzerland refused to send ammunition to Ukraine."},
	{"1223", "Eritrea refused food aid from the UN."},
	{"1224", "Fiji refused to send peacekeepers to Syria."},
	{"1231", "The president of Malawi refused to step down."},
	{"1232", "The Polish government refused to change its abortion law."},
	{"1233", "Saudi Arabia refused women the right to vote."},
	{"1234", "Myanmar's generals refused to change the constitution."},
	{"1241", "China refused to ease its restrictions on the press."},
	{"1243", "Iran refused to release the sailors."},
	{"1244", "The United States refused to lift its sanctions on Cuba."},
	{"1245", "Syria refused to admit inspectors."},
	{"1246", "Russia refused to withdraw its troops from Georgia."},
	{"125", "Serbia refused to meet the envoy of Kosovo."},
	{"126", "India rejected mediation by the United States."},
	{"127", "Cyprus rejected the peace plan of the UN."},
	{"128", "Iran defied the order of the court."},
	{"129", "Russia vetoed a resolution on Syria."},
	{"130", "Iran warned Israel of consequences."},
	{"1311", "The United States threatened to cut aid to Pakistan."},
	{"1312", "The European Union threatened Belarus with sanctions."},
	{"1313", "Turkey threatened to break off relations with Israel."},
	{"1321", "Hungary threatened to close a newspaper."},
	{"1322", "The junta in Mali threatened to ban the parties."},
	{"1323", "The mayor of Bogota threatened to impose a curfew."},
	{"1324", "The president of Ecuador threatened to declare a state of emergency."},
	{"133", "Unions in Argentina threatened to strike."},
	{"134", "North Korea threatened to break off the talks."},
	{"135", "Qatar threatened to end its mediation between Israel and Hamas."},
	{"136", "Syria threatened to expel the inspectors."},
	{"137", "The Belarusian police threatened to crush the protests."},
	{"1381", "Iran threatened to blockade the strait."},
	{"1382", "Argentina threatened to occupy the islands."},
	{"1383", "Militants threatened to kidnap tourists in Mali."},
	{"1384", "North Korea threatened to attack South Korea."},
	{"1385", "Russia threatened to use nuclear weapons against Ukraine."},
	{"139", "Niger gave the mercenaries an ultimatum."},
	{"1411", "Thousands demonstrated in Bulgaria for the resignation of the government."},
	{"1412", "Teachers demonstrated in Portugal against the new law."},
	{"1413", "Students demonstrated in Hong Kong for press freedom."},
	{"1414", "Catalans demonstrated in Barcelona for independence."},
	{"1421",
	 "Dissidents in Cuba went on a hunger strike to demand the resignation of the minister."},
	{"1431", "Workers in Guinea went on strike for the resignation of the president."},
	{"1432", "Doctors in Spain went on strike against the health reform."},
	{"144", "Farmers in India blocked a highway."},
	{"145", "Crowds in Haiti looted shops."},
	{"151", "Denmark put its police on alert."},
	{"152", "Israel put its army on high alert."},
	{"153", "France deployed extra police in Corsica."},
	{"154", "Russia massed troops at the border with Ukraine."},
	{"160", "Canada reduced its relations with Myanmar."},
	{"161", "Bolivia cut diplomatic relations with Israel."},
	{"1621", "Sweden suspended development aid to Mali."},
	{"1622", "Germany stopped arms deliveries to Turkey."},
	{"1623", "The UN stopped food aid to Yemen."},
	{"163", "The United States imposed sanctions on Nicaragua."},
	{"164", "Russia broke off the talks with Japan."},
	{"165", "Egypt ended its mediation between Fatah and Hamas."},
	{"1661", "Mali expelled the peacekeepers of the UN."},
	{"1662", "Iran expelled the inspectors of the UN."},
	{"1663", "Ethiopia expelled an aid agency from Norway."},
	{"1711", "Yemen seized a ship from Malta."},
	{"1712", "Israeli soldiers destroyed houses of Palestinians."},
	{"1721", "Turkey closed a newspaper."},
	{"1722", "Cambodia dissolved the opposition party."},
	{"1723", "Sri Lanka imposed a curfew."},
	{"1724", "Myanmar's army declared a state of emergency."},
	{"173", "Belarus arrested a Polish journalist."},
	{"174", "Pakistan deported thousands of Afghans."},
	{"175", "Police in Kenya fired tear gas at protesters."},
	{"180", "A Libyan militia killed an Italian engineer."},
	{"181", "Pirates from Somalia hijacked a tanker."},
	{"1821", "Soldiers in Congo raped dozens of women."},
	{"1822", "Syrian officers tortured a Lebanese prisoner."},
	{"1823", "A mob in Nigeria beat a student to death."},
	{"1831", "A suicide bomber killed ten policemen in Pakistan."},
	{"1832", "A car bomb killed eight people in Mogadishu, Somalia."},
	{"1833", "A roadside bomb killed two French soldiers in Mali."},
	{"184", "Rebels in Syria used civilians as human shields."},
	{"185", "Gunmen in Ecuador attempted to assassinate the mayor."},
	{"186", "Gunmen assassinated the president of Haiti."},
	{"190", "Sudanese forces attacked a village in Chad."},
	{"191", "Azerbaijan blockaded Armenia."},
	{"192", "Rwandan troops occupied a town in Congo."},
	{"193", "Pakistani and Indian soldiers exchanged fire at the border."},
	{"194", "Syrian artillery shelled a Turkish village."},
	{"1951", "The United States struck Syria with cruise missiles."},
	{"1952", "A Turkish drone struck a car in Iraq."},
	{"195", "Israeli warplanes bombed Gaza."},
	{"196", "Armenia violated the ceasefire with Azerbaijan."},
	{"201", "Myanmar expelled thousands of Rohingya to Bangladesh."},
	{"202", "Serb forces massacred hundreds of Bosnian men."},
	{"203", "The militia carried out ethnic cleansing in Sudan."},
	{"2041", "Syria used sarin against rebels."},
	{"2042", "Russia used nuclear weapons against Ukraine."},
};

static bool has_code(const struct result *r, const char *code)
{
	for (uint32_t i = 0; i < r->n_events; i++)
		if (str_is(r->events[i].cameo, code))
			return true;
	return false;
}

static void every_code_has_its_sentence(void **state)
{
	struct images im;
	struct engine *en;
	struct err e;
	int failing = 0;

	(void)state;
	if (images_open(&im, NULL, NULL, &e) < 0)
		fail_msg("%s", e.text);
	en = engine_new(&im.model, &im.codebook, &e);
	assert_non_null(en);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct engine_input in = {.text = str_of(CASES[i].text)};

		if (has_code(engine_analyze(en, &in), CASES[i].code))
			continue;
		failing++;
		print_message("%s: %s\n", CASES[i].code, CASES[i].text);
	}
	engine_free(en);
	images_close(&im);
	assert_true(failing <= FAILING_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_code_has_its_sentence)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
