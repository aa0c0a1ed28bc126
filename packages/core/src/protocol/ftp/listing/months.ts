/** Names of months as `ls` writes them in the locale of its server: short and long, without their dots. */

/** From January to December; names that mean the same month are divided by a bar. */
const languages: Readonly<Record<string, string>> = {
  english:
    "jan|january feb|february mar|march apr|april may jun|june jul|july aug|august sep|sept|september oct|october nov|november dec|december",
  german:
    "jän|jaen|januar|jänner feber|februar mär|mrz|maer|märz|maerz april mai juni juli august september okt|oktober november dez|dezember",
  french:
    "jan|janv|janvier fév|févr|fev|fevr|février mars avr|avril mai juin juil|jui|juillet aoû|août|aou|aout sept|septembre octobre novembre déc|décembre",
  spanish:
    "ene|enero febrero marzo abr|abril mayo junio julio ago|agosto sep|set|septiembre|setiembre octubre noviembre dic|diciembre",
  italian:
    "gen|gennaio febbraio marzo aprile mag|maggio giu|giugno lug|luglio ago|agosto set|settembre ott|ottobre novembre dic|dicembre",
  portuguese: "janeiro fev|fevereiro março abril maio junho julho agosto setembro out|outubro novembro dez|dezembro",
  dutch: "januari februari mrt|maart april mei juni juli augustus september okt|oktober november december",
  swedish: "januari februari mars april maj juni juli augusti september okt|oktober november december",
  finnish:
    "tam|tammi|tammikuu|tammikuuta hel|helmi|helmikuu|helmikuuta maa|maalis|maaliskuu|maaliskuuta huh|huhti|huhtikuu|huhtikuuta tou|touko|toukokuu|toukokuuta kes|kesä|kesäkuu|kesäkuuta hei|heinä|heinäkuu|heinäkuuta elo|elokuu|elokuuta syy|syys|syyskuu|syyskuuta lok|loka|lokakuu|lokakuuta mar|marras|marraskuu|marraskuuta jou|joulu|joulukuu|joulukuuta",
  polish:
    "sty|stycznia|styczeń lut|lutego|luty mar|marca|marzec kwi|kwietnia|kwiecień maj|maja cze|czerwca|czerwiec lip|lipca|lipiec sie|sierpnia|sierpień wrz|września|wrzesień paź|października|październik lis|listopada|listopad gru|grudnia|grudzień",
  russian:
    "янв|января|январь фев|февр|февраля|февраль мар|марта|март апр|апреля|апрель мая|май июн|июня|июнь июл|июля|июль авг|августа|август сен|сент|сентября|сентябрь окт|октября|октябрь ноя|нояб|ноября|ноябрь дек|декабря|декабрь",
};

const numbers = collect();

/** The first language that has a name keeps it: Finnish "mar" would be November, but is everybody else's March. */
function collect(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const months of Object.values(languages)) {
    for (const [index, names] of months.split(" ").entries()) {
      for (const name of names.split("|")) if (!found.has(name)) found.set(name, index + 1);
    }
  }
  return found;
}

/** Characters of the longest name, and a dot. */
const longest = 16;

/** The number of a month, 1 to 12; in any case, with or without a dot; 月 and 월 after a number. */
export function parseMonth(text: string | undefined): number | undefined {
  if (text === undefined || text.length > longest) return undefined;
  const known = numbers.get(text.toLowerCase());
  if (known !== undefined) return known;
  const numbered = /^(\d{1,2})[月월]$/.exec(text);
  if (numbered !== null) {
    const month = Number(numbered[1]);
    return month >= 1 && month <= 12 ? month : undefined;
  }
  return numbers.get(text.toLowerCase().normalize("NFC").replace(/\.$/, ""));
}
