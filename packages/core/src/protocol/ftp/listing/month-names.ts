/**
 * Names of months as `ls` and `dir` write them in the language of their server: the abbreviations of common C libraries, and
 * long names in each case that a date may put them in. Without the dots.
 */

/** From January to December; names that mean the same month are divided by a bar. */
export const monthNames: Readonly<Record<string, string>> = {
  english:
    "jan|january feb|february mar|march apr|april may jun|june jul|july aug|august sep|sept|september oct|october nov|november dec|december",
  german:
    "jan|jän|jaen|januar|jänner feb|feber|februar mär|mrz|maer|märz|maerz apr|april mai jun|juni jul|juli aug|august sep|sept|september okt|oktober nov|november dez|dezember",
  french:
    "jan|janv|janvier fév|févr|fev|fevr|février|fevrier mar|mars avr|avril mai jun|juin jul|juil|jui|juillet aoû|août|aou|aout sep|sept|septembre oct|octobre nov|novembre déc|dec|décembre",
  spanish:
    "ene|enero feb|febrero mar|marzo abr|abril may|mayo jun|junio jul|julio ago|agosto sep|set|sept|septiembre|setiembre oct|octubre nov|noviembre dic|diciembre",
  italian:
    "gen|gennaio feb|febbraio mar|marzo apr|aprile mag|maggio giu|giugno lug|luglio ago|agosto set|settembre ott|ottobre nov|novembre dic|dicembre",
  portuguese:
    "jan|janeiro fev|fevereiro mar|março abr|abril mai|maio jun|junho jul|julho ago|agosto set|setembro out|outubro nov|novembro dez|dezembro",
  catalan:
    "gen|gener feb|febr|febrer mar|març abr|abril mai|maig jun|juny jul|juliol ag|ago|agost set|setembre oct|octubre nov|novembre des|desembre",
  galician:
    "xan|xaneiro feb|febreiro mar|marzo abr|abril mai|maio xuñ|xuño xul|xullo ago|agosto set|setembro out|outubro nov|novembro dec|decembro",
  basque:
    "urt|urtarrila|urtarrilak ots|otsaila|otsailak mar|martxoa|martxoak api|apirila|apirilak mai|maiatza|maiatzak eka|ekaina|ekainak uzt|uztaila|uztailak abu|abuztua|abuztuak ira|iraila|irailak urr|urria|urriak aza|azaroa|azaroak abe|abendua|abenduak",
  romanian:
    "ian|ianuarie feb|februarie mar|martie apr|aprilie mai iun|iunie iul|iulie aug|august sep|sept|septembrie oct|octombrie nov|noi|noiembrie dec|decembrie",
  dutch:
    "jan|januari feb|februari mrt|maart apr|april mei jun|juni jul|juli aug|augustus sep|september okt|oktober nov|november dec|december",
  luxembourgish:
    "jan|januar feb|februar mäe|mäerz abr|apr|abrëll mee jun|juni jul|juli aug|august sep|september okt|oktober nov|november dez|dezember",
  swedish:
    "jan|januari feb|februari mar|mars apr|april maj jun|juni jul|juli aug|augusti sep|sept|september okt|oktober nov|november dec|december",
  danish:
    "jan|januar feb|februar mar|marts apr|april maj jun|juni jul|juli aug|august sep|sept|september okt|oktober nov|november dec|december",
  norwegian:
    "jan|januar feb|februar mar|mars apr|april mai jun|juni jul|juli aug|august sep|sept|september okt|oktober nov|november des|desember",
  icelandic:
    "jan|janúar feb|febrúar mar|mars apr|apríl maí jún|júní júl|júlí ágú|ágúst sep|sept|september okt|október nóv|nóvember des|desember",
  finnish:
    "tam|tammi|tammikuu|tammikuuta hel|helmi|helmikuu|helmikuuta maa|maalis|maaliskuu|maaliskuuta huh|huhti|huhtikuu|huhtikuuta tou|touko|toukokuu|toukokuuta kes|kesä|kesäkuu|kesäkuuta hei|heinä|heinäkuu|heinäkuuta elo|elokuu|elokuuta syy|syys|syyskuu|syyskuuta lok|loka|lokakuu|lokakuuta marras|marraskuu|marraskuuta jou|joulu|joulukuu|joulukuuta",
  estonian:
    "jaan|jaanuar veebr|veebruar märts|mär apr|aprill mai juuni|juun juuli|juul aug|august sept|september okt|oktoober nov|november dets|detsember",
  latvian:
    "jan|janvāris|janvārī feb|febr|februāris|februārī mar|marts|martā apr|aprīlis|aprīlī mai|maijs|maijā jūn|jūnijs|jūnijā jūl|jūlijs|jūlijā aug|augusts|augustā sep|sept|septembris|septembrī okt|oktobris|oktobrī nov|novembris|novembrī dec|decembris|decembrī",
  lithuanian:
    "sau|saus|sausis|sausio vas|vasaris|vasario kov|kovas|kovo bal|balandis|balandžio geg|gegužė|gegužės bir|birž|birželis|birželio lie|liep|liepa|liepos rgp|rugp|rugpjūtis|rugpjūčio rgs|rugs|rugsėjis|rugsėjo spa|spal|spalis|spalio lap|lapkr|lapkritis|lapkričio grd|gruod|gruodis|gruodžio",
  polish:
    "sty|styczeń|stycznia lut|luty|lutego mar|marzec|marca kwi|kwiecień|kwietnia maj|maja cze|czerwiec|czerwca lip|lipiec|lipca sie|sierpień|sierpnia wrz|wrzesień|września paź|październik|października lis|listopad|listopada gru|grudzień|grudnia",
  czech:
    "led|leden|ledna úno|únor|února bře|březen|března dub|duben|dubna kvě|květen|května čen|červen|června čec|červenec|července srp|srpen|srpna zář|září říj|říjen|října lis|listopad|listopadu pro|prosinec|prosince",
  slovak:
    "jan|január|januára feb|február|februára mar|marec|marca apr|apríl|apríla máj|mája jún|júna júl|júla aug|august|augusta sep|september|septembra okt|október|októbra nov|november|novembra dec|december|decembra",
  hungarian:
    "jan|január feb|febr|február már|márc|március ápr|április máj|május jún|június júl|július aug|augusztus szep|szept|szeptember okt|október nov|november dec|december",
  slovenian:
    "jan|januar|januarja feb|februar|februarja mar|marec|marca apr|april|aprila maj|maja jun|junij|junija jul|julij|julija avg|avgust|avgusta sep|sept|september|septembra okt|oktober|oktobra nov|november|novembra dec|december|decembra",
  croatian:
    "sij|siječanj|siječnja vel|velj|veljača|veljače ožu|ožujak|ožujka tra|travanj|travnja svi|svibanj|svibnja lip|lipanj|lipnja srp|srpanj|srpnja kol|kolovoz|kolovoza ruj|rujan|rujna lis|listopad|listopada stu|studeni|studenog|studenoga pro|prosinac|prosinca",
  serbianLatin:
    "jan|januar feb|februar mar|mart apr|april maj jun|juni jul|juli avg|aug|avgust sep|sept|septembar okt|oktobar nov|novembar dec|decembar",
  serbian:
    "јан|јануар феб|фебруар мар|март апр|април мај јун|јуни јул|јули авг|август сеп|септ|септембар окт|октобар нов|новембар дец|децембар",
  macedonian:
    "јан|јануари фев|февруари мар|март апр|април мај јун|јуни јул|јули авг|август септ|сеп|септември окт|октомври ноем|ное|ноември дек|декември",
  bulgarian:
    "яну|ян|януари фев|февруари мар|март апр|април май юни|юн юли|юл авг|август сеп|септ|септември окт|октомври ное|ноем|ноември дек|декември",
  russian:
    "янв|январь|января фев|февр|февраль|февраля мар|март|марта апр|апрель|апреля май|мая июн|июнь|июня июл|июль|июля авг|август|августа сен|сент|сентябрь|сентября окт|октябрь|октября ноя|нояб|ноябрь|ноября дек|декабрь|декабря",
  ukrainian:
    "січ|січень|січня лют|лютий|лютого бер|березень|березня кві|квіт|квітень|квітня тра|трав|травень|травня чер|черв|червень|червня лип|липень|липня сер|серп|серпень|серпня вер|вересень|вересня жов|жовт|жовтень|жовтня лис|лист|листопад|листопада гру|груд|грудень|грудня",
  belarusian:
    "сту|студзень|студзеня лют|лютага сак|сакавік|сакавіка кра|красавік|красавіка май|мая чэр|чэрвень|чэрвеня ліп|лiп|ліпень|ліпеня жні|жнi|жнівень|жніўня вер|верасень|верасня кас|кастрычнік|кастрычніка ліс|лiс|лістапад|лістапада сне|снежань|снежня",
  greek:
    "ιαν|ιανουάριος|ιανουαρίου φεβ|φεβρ|φεβρουάριος|φεβρουαρίου μάρ|μαρ|μαρτ|μάρτιος|μαρτίου απρ|απρίλιος|απριλίου μάι|μαι|μαΐ|μάιος|μαΐου ιούν|ιουν|ιούνιος|ιουνίου ιούλ|ιουλ|ιούλιος|ιουλίου αύγ|αυγ|αύγουστος|αυγούστου σεπ|σεπτ|σεπτέμβριος|σεπτεμβρίου οκτ|οκτώβριος|οκτωβρίου νοέ|νοε|νοεμ|νοέμβριος|νοεμβρίου δεκ|δεκέμβριος|δεκεμβρίου",
  turkish:
    "oca|ocak şub|şubat mar|mart nis|nisan may|mayıs haz|haziran tem|temmuz ağu|ağustos eyl|eylül eki|ekim kas|kasım ara|aralık",
  albanian:
    "jan|janar shk|shkurt mar|mars pri|prill maj qer|qershor kor|korrik gsh|gusht sht|shtator tet|tetor nën|nëntor dhj|dhjetor",
  maltese:
    "jan|jannar fra|frar mar|marzu apr|april mej|mejju ġun|ġunju lul|lulju aww|awwissu set|settembru ott|ottubru nov|novembru diċ|diċembru",
  irish:
    "ean|eanáir feabh|feabhra márta aib|aibreán beal|bealtaine meith|meitheamh iúil lún|lúnasa mfómh|meánfómhair dfómh samh|samhain noll|nollaig",
  welsh:
    "ion|ionawr chw|chwe|chwef|chwefror maw|mawrth ebr|ebrill mai meh|mehefin gor|gorff|gorffennaf aws|awst med|medi hyd|hydref tac|tach|tachwedd rha|rhag|rhagfyr",
  esperanto:
    "jan|januaro feb|februaro mar|marto apr|aprilo maj|majo jun|junio jul|julio aŭg|aŭgusto sep|septembro okt|oktobro nov|novembro dec|decembro",
  indonesian:
    "jan|januari feb|peb|februari mar|maret apr|april mei jun|juni jul|juli agu|agt|ags|agustus sep|september okt|oktober nov|november des|desember",
  malay:
    "jan|januari feb|februari mac apr|april mei jun jul|julai ogo|ogos sep|september okt|oktober nov|november dis|disember",
  vietnamese:
    "thg1|th01 thg2|th02 thg3|th03 thg4|th04 thg5|th05 thg6|th06 thg7|th07 thg8|th08 thg9|th09 thg10|th10 thg11|th11 thg12|th12",
  chinese: "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
};
