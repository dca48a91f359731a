// Every word of the pages, in both languages.

const TEXTS = {
  watermark: ["Software di ricerca, non un dispositivo medico", "Research software, not a medical device"],
  pseudonyms: ["Solo pseudonimi; nulla lascia questo computer.", "Pseudonyms only; nothing leaves this computer."],
  live: ["Adesso", "Now"],
  sessions: ["Sedute", "Sessions"],
  patients: ["Pazienti", "Patients"],
  patient: ["Paziente", "Patient"],
  session: ["Seduta", "Session"],
  language: ["Lingua", "Language"],
  loading: ["Un momento…", "One moment…"],
  training_now: ["Chi si allena adesso", "Who trains now"],
  waiting_title: ["In attesa di una seduta", "Waiting for a session"],
  waiting: ["La pagina si apre da sola appena qualcuno comincia.", "This page opens by itself as soon as somebody starts."],
  no_live: ["Qui si vedono solo le sedute registrate.", "Only recorded sessions can be seen here."],
  line_lost: ["Collegamento interrotto: si riprova da soli.", "Connection lost: trying again by itself."],
  failed: ["Non riuscito", "That did not work"],
  retry: ["Riprova", "Try again"],

  phase_checkin: ["Domande iniziali", "Check-in"],
  phase_calibration: ["Calibrazione", "Calibration"],
  phase_exercise: ["In esercizio", "Exercising"],
  phase_assessment: ["Valutazione", "Assessment"],
  phase_between: ["Pausa", "Between exercises"],
  phase_checkout: ["Domande finali", "Check-out"],
  phase_closed: ["Conclusa", "Closed"],
  silent: ["In pausa: un sensore tace", "Paused: a sensor is silent"],
  unwell: ["Ha detto «Non mi sento bene»", "Said “I feel unwell”"],
  replay: ["riproduzione di una registrazione", "replay of a recording"],
  provisional: ["provvisorio", "provisional"],
  counted_final: ["dalla registrazione", "from the recording"],

  movement: ["Movimento", "Movement"],
  movement_past: ["Ripetizioni, una per una", "Repetitions, one by one"],
  angle_now: ["Angolo adesso", "Angle now"],
  not_angle: ["Movimento: 0 a riposo, 1 l’obiettivo di oggi", "Movement: 0 at rest, 1 today’s target"],
  calibrating: ["si sta trovando l’escursione di oggi", "today’s range is being found"],
  trace_label: ["Andamento degli ultimi {s} secondi, da {low} a {high}", "The last {s} seconds, from {low} to {high}"],
  target: ["obiettivo di oggi", "today’s target"],
  limit: ["limite del clinico", "clinician’s limit"],
  dial_label: ["Goniometro: {value}", "Goniometer: {value}"],
  seconds_ago: ["secondi fa", "seconds ago"],

  repetitions: ["Ripetizioni", "Repetitions"],
  of: ["di", "of"],
  of_plan: ["{done} di {asked} previste dal piano", "{done} of {asked} in the plan"],
  no_plan: ["{done} ripetizioni; il piano non ne prevede", "{done} repetitions; none in the plan"],
  reported_of_plan: ["{reported} di {asked} riferite dalla persona, con i tasti; nessuna misurata", "{reported} of {asked} told by the person, by keys; none measured"],
  reported_no_plan: ["{reported} riferite dalla persona, con i tasti; il piano non ne prevede", "{reported} told by the person, by keys; none in the plan"],
  reported_beside: ["Inoltre {reported} riferite dalla persona, con i tasti", "Also {reported} told by the person, by keys"],
  reported: ["{n} riferite", "{n} self-reported"],
  reported_line: ["{n} {unit}, con i tasti: riferito, non misurato", "{n} {unit}, by keys: self-reported, not measured"],
  unit_repetitions: ["ripetizioni", "repetitions"],
  unit_minutes: ["minuti", "minutes"],
  unit_holds: ["tenute", "holds"],
  minutes: ["minuti", "minutes"],
  holds: ["tenute", "holds"],
  nothing_yet: ["ancora nessuna", "none yet"],
  nothing_measured: ["Nessuna ripetizione misurata in questa seduta.", "No repetition was measured in this session."],
  also_planned: ["Il resto del piano di quel giorno", "The rest of the day’s plan"],
  assessment: ["valutazione", "assessment"],
  left: ["sinistra", "left"],
  right: ["destra", "right"],
  to_do: ["da fare", "to do"],
  not_done: ["non fatto", "not done"],
  running: ["in corso", "running"],

  range: ["Escursione", "Range of motion"],
  range_sentence: ["Metà delle ripetizioni supera {median}°; otto su dieci stanno fra {p10}° e {p90}°.", "Half of the repetitions exceed {median}°; eight in ten lie between {p10}° and {p90}°."],
  median: ["mediana", "median"],
  p10_p90: ["p10–p90", "p10–p90"],
  not_observable: ["Non osservabile", "Not observable"],
  validated: ["Verificato solo su registrazioni di adulti sani.", "Checked on recordings of healthy adults only."],
  validated_joint: ["Verificato su articolazioni simulate e su una persona sana, su nessun paziente.", "Checked on simulated joints and on one healthy adult, on no patient."],
  no_range_yet: ["Dopo la prima ripetizione", "After the first repetition"],
  range_none: ["Nessuna escursione misurata", "No range was measured"],
  range_reported: ["Senza sensore: riferito dalla persona, nulla è misurato.", "Without a sensor: told by the person, nothing is measured."],
  peak_sentence: ["Picco: mediana {median}°, {p10}–{p90}°", "Peak: median {median}°, {p10}–{p90}°"],
  band_sentence: ["Fascia d’errore al 95 %: {low}–{high}°", "95 % band: {low}–{high}°"],
  range_label: ["Escursione: mediana {median} gradi, dal 10° al 90° percentile da {p10} a {p90}", "Range: median {median} degrees, 10th to 90th percentile {p10} to {p90}"],

  adherence: ["Aderenza al piano", "Adherence to the plan"],
  adherence_dose: ["Dose", "Dose"],
  adherence_range: ["Escursione", "Range"],
  adherence_sessions: ["Sedute", "Sessions"],
  adherence_quality: ["Qualità", "Quality"],
  unknown: ["non nota", "unknown"],
  adherence_later: ["Le altre parti si calcolano alla chiusura della seduta.", "The other parts are worked out when the session closes."],
  plan_so_far: ["Del piano di oggi, finora", "Of today’s plan, so far"],
  adherence_none: ["Nessun dato di aderenza per questa seduta.", "No adherence figure for this session."],
  state_measured: ["misurata", "measured"],
  "state_self-reported": ["riferita", "self-reported"],
  told_not_measured: ["riferita dalla persona, non misurata", "told by the person, not measured"],
  state_excused: ["giustificata", "excused"],
  state_unknown: ["non nota", "unknown"],
  state_missed: ["saltata", "missed"],

  ledger: ["Dove sono andati i campioni", "Where the samples went"],
  emitted: ["emessi dal sensore", "sent by the sensor"],
  received: ["ricevuti a casa", "received at home"],
  stored: ["conservati in clinica", "stored at the clinic"],
  lost: ["persi, dichiarati", "lost, declared"],
  duplicates: ["conservati due volte", "stored twice"],
  resent: ["inviati di nuovo", "sent again"],
  refused: ["messaggi illeggibili", "unreadable messages"],
  clock_together: ["Gli orologi di casa e clinica concordano.", "The clocks of home and clinic agree."],
  clock_ahead: ["L'orologio di casa è avanti di {n} s.", "The home's clock is {n} s ahead."],
  clock_behind: ["L'orologio di casa è indietro di {n} s.", "The home's clock is {n} s behind."],
  nothing_lost: ["Non manca nulla", "Nothing is missing"],
  on_the_way: ["{n} in viaggio", "{n} on the way"],
  some_lost: ["{n} campioni persi, dichiarati nella registrazione", "{n} samples lost, declared in the recording"],
  some_twice: ["{n} campioni conservati due volte", "{n} samples stored twice"],
  ledger_none: ["Nessuno conta i campioni qui.", "Nobody counts samples here."],

  story: ["La seduta", "The session"],
  pain: ["Dolore", "Pain"],
  before: ["prima", "before"],
  after: ["dopo", "after"],
  effort: ["Fatica (Borg)", "Effort (Borg)"],
  heart: ["Battito", "Heart rate"],
  per_minute: ["al minuto", "a minute"],
  of_ten: ["su 10", "of 10"],
  no_answer: ["non risposto", "not answered"],
  yes: ["sì", "yes"],
  no: ["no", "no"],
  by_demo: ["risposte della dimostrazione", "answered by the demo"],
  story_empty: ["Ancora nulla da raccontare.", "Nothing to tell yet."],
  data_quality: ["Campioni corretti", "Samples mended"],
  conditioning: ["{rejected} scartati, {interpolated} interpolati, {missing} mancanti su {samples}", "{rejected} rejected, {interpolated} interpolated, {missing} missing of {samples}"],

  "session.opened": ["Seduta aperta", "Session opened"],
  "check.answered": ["Domanda", "Question"],
  "segment.calibrated": ["Sensore calibrato", "Sensor calibrated"],
  calibration_failed: ["Calibrazione non riuscita", "Calibration failed"],
  calibration_counts: ["Si contano le ripetizioni", "Repetitions are counted"],
  told: ["detto alla persona: «{note}»", "told to the person: “{note}”"],
  "range.calibrated": ["Escursione di oggi", "Today’s range"],
  "assessment.started": ["Valutazione iniziata", "Assessment started"],
  "assessment.ended": ["Valutazione finita", "Assessment ended"],
  "exercise.started": ["Esercizio iniziato", "Exercise started"],
  "exercise.ended": ["Esercizio finito", "Exercise ended"],
  "exercise.reported": ["Riferito dalla persona", "Told by the person"],
  "fall.suspected": ["Movimento simile a una caduta", "Movement like a fall"],
  fall_asked: ["è stato chiesto alla persona", "the person was asked"],
  "pain.reported": ["Dolore riferito", "Pain reported"],
  "effort.reported": ["Fatica riferita", "Effort reported"],
  "unwell.reported": ["«Non mi sento bene»", "“I feel unwell”"],
  "prompt.shown": ["Messaggio mostrato", "Prompt shown"],
  "session.closed": ["Seduta chiusa", "Session closed"],

  reason_done: ["completato", "done"],
  reason_pain: ["dolore", "pain"],
  reason_tired: ["stanchezza", "tired"],
  reason_unwell: ["non si sentiva bene", "unwell"],
  reason_time: ["tempo", "time"],
  "reason_lost sensor": ["sensore perso", "lost sensor"],
  reason_interrupted: ["interrotta", "interrupted"],
  reason_other: ["altro", "other"],

  level_gravity: ["per gravità", "by gravity"],
  level_stored: ["valore della clinica", "the clinic’s value"],
  level_functional: ["con movimenti guidati", "by guided movements"],
  level_none: ["senza calibrazione", "without a calibration"],
  "source_calibration repetitions": ["dalle ripetizioni di calibrazione", "from the calibration repetitions"],
  "source_first repetitions of the recording": ["dalle prime ripetizioni della registrazione", "from the recording’s first repetitions"],
  source_clinician: ["del clinico", "the clinician’s"],

  question_unwell: ["Si sente male?", "Feeling unwell?"],
  question_fallen: ["Una caduta?", "Fallen?"],
  question_medicine: ["Nuove medicine?", "New medicine?"],
  question_pain: ["Dolore adesso", "Pain now"],
  question_settled: ["Il dolore in più di ieri è passato?", "Has yesterday’s extra pain settled?"],
  question_effort: ["Fatica", "Effort"],
  question_why: ["Perché ha smesso", "Why stopped"],

  four_weeks: ["Quattro settimane", "Four weeks"],
  calendar_note: ["Ogni giorno: quota della dose prevista. Il giorno apre la sua seduta.", "Each day: share of the prescribed dose. A day leads to its session."],
  day_measured: ["misurato: più scuro, più dose", "measured: the darker, the more"],
  "day_self-reported": ["riferito, non misurato", "self-reported, not measured"],
  day_excused: ["giustificato", "excused"],
  day_unknown: ["nessun dato da casa", "nothing heard from home"],
  day_missed: ["saltato", "missed"],
  "day_not asked": ["nulla di previsto", "nothing asked"],
  "day_to come": ["non ancora", "to come"],
  adherence_weeks: ["Aderenza, quattro settimane", "Adherence, four weeks"],
  period_note: ["Dose: limitata al previsto, media sugli esercizi. I giorni giustificati o ignoti non contano.", "Dose: capped at what was asked, mean over exercises. Excused and unknown days do not count."],
  trends: ["Escursione nel tempo", "Range over time"],
  trends_none: ["Ancora nessuna valutazione.", "No assessment yet."],
  trends_note: ["Solo ripetizioni di valutazione, con picco mediano e 10°–90° percentile; la fascia è l’errore attorno alle prime. Verificato su registrazioni di adulti sani e, per le articolazioni, su simulazioni.", "Assessment repetitions only, median peak with 10th to 90th percentile; the band is the error around the first ones. Checked on recordings of healthy adults and, for joints, on simulations."],
  change_few: ["Troppe poche valutazioni per dire se è cambiata.", "Too few assessments to tell a change."],
  change_within: ["Da {from}° a {to}° ({by}°): entro l’errore di {error}°.", "From {from}° to {to}° ({by}°): within the error of {error}°."],
  change_beyond: ["Da {from}° a {to}° ({by}°): oltre l’errore di {error}°.", "From {from}° to {to}° ({by}°): beyond the error of {error}°."],
  error_own: ["errore di questa persona", "this person’s own error"],
  error_population: ["errore tipico, dichiarato", "typical error, declared"],
  posture_seated: ["seduti", "seated"],
  posture_standing: ["in piedi", "standing"],
  posture_supine: ["supini", "lying"],
  exercises_weeks: ["Esercizi, quattro settimane", "Exercises, four weeks"],
  exercise: ["esercizio", "exercise"],
  done_asked: ["fatte / previste", "done / asked"],
  days: ["giorni", "days"],
  why_stopped: ["interrotto per", "stopped by"],
  pain_sessions: ["Dolore prima e dopo ogni seduta", "Pain before and after each session"],
  pain_none: ["Nessuna risposta sul dolore.", "No answer about pain."],
  ended_by_pain: ["finita per dolore", "ended by pain"],
  alerts: ["Avvisi", "Alerts"],
  alerts_none: ["Nessun avviso da vedere.", "No alert waits for a look."],
  alerts_seen: ["Già visti: {n}", "Already seen: {n}"],
  alert_closed: ["finito il {day}", "over on {day}"],
  alert_grave: ["forma più grave", "graver form"],
  alert_unwell: ["Non si sentiva bene", "Felt unwell"],
  alert_fall: ["Caduta", "Fall"],
  alert_pain: ["Dolore", "Pain"],
  "alert_few days": ["Pochi giorni attivi", "Few active days"],
  alert_range: ["Escursione", "Range"],
  alert_speed: ["Velocità", "Speed"],
  alert_overdose: ["Più del previsto", "More than asked"],
  alert_data: ["Dati", "Data"],
  seen_by: ["Visto da {by}, {day}: {action}", "Seen by {by}, {day}: {action}"],
  i_saw: ["L’ho visto", "I have seen it"],
  who_saw: ["Sigla o ruolo", "Initials or role"],
  what_done: ["Che cosa si è fatto", "What was done"],
  a_note: ["Nota (senza nomi)", "Note (no names)"],
  write_down: ["Annota", "Write down"],
  action_called: ["telefonata", "called"],
  action_visit: ["visita", "visit"],
  "action_plan changed": ["piano cambiato", "plan changed"],
  action_watching: ["si osserva", "watching"],
  "action_no action": ["nessuna azione", "no action"],
  action_other: ["altro", "other"],
  plan_version: ["Piano, versione {n}", "Plan, version {n}"],
  plan_unknown: ["Piano non noto", "Plan unknown"],
  waiting_alerts: ["avvisi da vedere", "alerts to look at"],
  last_session: ["ultima seduta", "last session"],

  number: ["n.", "no."],
  peak: ["picco", "peak"],
  duration: ["durata", "duration"],
  remarks: ["note", "remarks"],
  "flag_too fast": ["troppo veloce", "too fast"],
  "flag_up too fast": ["salita troppo veloce", "up too fast"],
  "flag_up too slow": ["salita troppo lenta", "up too slow"],
  "flag_hold too fast": ["tenuta troppo breve", "hold too short"],
  "flag_hold too slow": ["tenuta troppo lunga", "hold too long"],
  "flag_down too fast": ["discesa troppo veloce", "down too fast"],
  "flag_down too slow": ["discesa troppo lenta", "down too slow"],
  "flag_too small": ["troppo piccola", "too small"],
  flag_unfinished: ["non finita", "unfinished"],
  flag_interpolated: ["campioni mancanti, interpolati", "missing samples, interpolated"],
  flag_gap: ["interrotta da un vuoto nei dati", "broken by a gap in the data"],
  as_table: ["Come tabella", "As a table"],
  reps_chart_label: ["Escursione di ogni ripetizione in gradi: {values}", "Range of each repetition in degrees: {values}"],

  sessions_title: ["Sedute registrate", "Recorded sessions"],
  sessions_none: ["Nessuna seduta in questo archivio.", "No session in this journal yet."],
  day: ["giorno", "day"],
  started: ["inizio", "started"],
  lasted: ["durata", "lasted"],
  ended_as: ["esito", "ended"],
  open_now: ["in corso", "running"],
  open: ["Apri", "Open"],
};

export const LANGUAGES = { it: "Italiano", en: "English" };

let place = 1;
export let language = "en";

/** Choose a language: the address, what was chosen before, then the browser's. */
export function chooseLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = stored("get");
  const browser = (navigator.language || "en").slice(0, 2);
  language = [asked, kept, browser, "en"].find((name) => name in LANGUAGES);
  place = language === "it" ? 0 : 1;
  document.documentElement.lang = language;
  if (asked) stored("set", language);
}

/** Keep the choice and show the page anew. */
export function switchLanguage(name) {
  stored("set", name);
  const address = new URL(location.href);
  if (address.searchParams.has("lang")) address.searchParams.set("lang", name);
  location.replace(address);
  if (address.href === location.href) location.reload();
}

function stored(what, value) {
  try {
    return what === "get" ? localStorage.getItem("language") : localStorage.setItem("language", value);
  } catch {
    return null; // a browser that keeps nothing still shows the page
  }
}

/** A text, its {places} filled in. */
export function t(key, values = {}) {
  const text = TEXTS[key];
  if (!text) return key.replace(/^[a-z]+_/, "").replaceAll("_", " ");
  return text[place].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** One of the server's texts in both languages. */
export function both(words) {
  return words ? words[language] : "";
}
