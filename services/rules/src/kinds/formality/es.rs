//! Spanish: tú and usted; the plurals vosotros and ustedes.

use countersign_domain::brand::Formality::{Formal, Informal};

use super::words::Words;
use super::{Found, Sign};

pub(super) const TU: [&str; 17] = [
    "tú", "ti", "te", "tu", "tus", "tuyo", "tuya", "tuyos", "tuyas", "contigo", "vos", "vosotros", "vosotras",
    "vuestro", "vuestra", "vuestros", "vuestras",
];

/// Forms of the second person that need no pronoun.
const VERBS: [&str; 64] = [
    "puedes",
    "quieres",
    "tienes",
    "necesitas",
    "debes",
    "sabes",
    "eres",
    "estás",
    "podrás",
    "tendrás",
    "verás",
    "harás",
    "recibirás",
    "sabrás",
    "quieras",
    "puedas",
    "tengas",
    "necesites",
    "deseas",
    "prefieres",
    "buscas",
    "haces",
    "dices",
    "ahorras",
    "ahorrarás",
    "encontrarás",
    "pagas",
    "decides",
    "eliges",
    "pierdes",
    "podrías",
    "deberías",
    "querrías",
    "seas",
    "estés",
    "piensas",
    "gestionas",
    "proteges",
    "recuperas",
    "trabajas",
    "vendes",
    "ganarás",
    "obtienes",
    "obtendrás",
    "recibes",
    "descubrirás",
    "consigues",
    "conseguirás",
    "evitas",
    "evitarás",
    "tenés",
    "podés",
    "querés",
    "sabés",
    "debés",
    "necesitás",
    "conoces",
    "conocerás",
    "vas",
    "hagas",
    "sepas",
    "pagarás",
    "olvidas",
    "crees",
];

/// What is said to, or of, one that is called tú, hung onto an infinitive.
const ENCLITICS: [&str; 46] = [
    "ayudarte",
    "ofrecerte",
    "darte",
    "enviarte",
    "mostrarte",
    "contarte",
    "asesorarte",
    "acompañarte",
    "permitirte",
    "protegerte",
    "contactarte",
    "informarte",
    "llamarte",
    "decirte",
    "hacerte",
    "registrarte",
    "suscribirte",
    "inscribirte",
    "preocuparte",
    "olvidarte",
    "centrarte",
    "unirte",
    "explicarte",
    "enseñarte",
    "guiarte",
    "ahorrarte",
    "avisarte",
    "conectarte",
    "asegurarte",
    "concentrarte",
    "prepararte",
    "quedarte",
    "dedicarte",
    "sentirte",
    "ponerte",
    "beneficiarte",
    "adaptarte",
    "responderte",
    "escucharte",
    "atenderte",
    "facilitarte",
    "presentarte",
    "invitarte",
    "recomendarte",
    "preguntarte",
    "recordarte",
];

/// Imperatives of tú, and of nobody else.
const IMPERATIVES: [&str; 54] = [
    "haz",
    "ponte",
    "obtén",
    "ten",
    "mantén",
    "únete",
    "regístrate",
    "suscríbete",
    "inscríbete",
    "olvídate",
    "contáctanos",
    "llámanos",
    "cuéntanos",
    "escríbenos",
    "infórmate",
    "prepárate",
    "asegúrate",
    "dinos",
    "visítanos",
    "pídenos",
    "pregúntanos",
    "benefíciate",
    "conéctate",
    "adelántate",
    "apúntate",
    "síguenos",
    "ven",
    "sé",
    "elige",
    "descubre",
    "aprovecha",
    "solicita",
    "empieza",
    "comienza",
    "pide",
    "lee",
    "mira",
    "confía",
    "llama",
    "invita",
    "conoce",
    "comprueba",
    "añade",
    "envía",
    "piensa",
    "prueba",
    "deja",
    "evita",
    "ahorra",
    "contacta",
    "accede",
    "despídete",
    "anímate",
    "dile",
];
/// And those that a list of what a product does begins with too.
const DOUBTFUL: [&str; 14] = [
    "protege",
    "reduce",
    "gestiona",
    "recupera",
    "restaura",
    "asegura",
    "planifica",
    "utiliza",
    "usa",
    "habla",
    "automatiza",
    "simplifica",
    "optimiza",
    "sigue",
];

/// Imperatives of usted at the beginning of a sentence.
const FORMAL_IMPERATIVES: [&str; 76] = [
    "descubra",
    "proteja",
    "pruebe",
    "solicite",
    "contacte",
    "consulte",
    "ahorre",
    "reserve",
    "compare",
    "regístrese",
    "suscríbase",
    "póngase",
    "haga",
    "vea",
    "lea",
    "elija",
    "empiece",
    "comience",
    "pida",
    "obtenga",
    "descargue",
    "aproveche",
    "evite",
    "conozca",
    "confíe",
    "invite",
    "llame",
    "escriba",
    "escríbanos",
    "visite",
    "utilice",
    "hable",
    "mejore",
    "reduzca",
    "gestione",
    "recupere",
    "restaure",
    "asegure",
    "asegúrese",
    "deje",
    "díganos",
    "tenga",
    "sepa",
    "acceda",
    "únase",
    "inscríbase",
    "benefíciese",
    "olvídese",
    "contáctenos",
    "llámenos",
    "cuéntenos",
    "infórmese",
    "prepárese",
    "planifique",
    "añada",
    "envíe",
    "envíenos",
    "compruebe",
    "mantenga",
    "siga",
    "síganos",
    "piense",
    "pregunte",
    "pregúntenos",
    "visítenos",
    "pídanos",
    "conéctese",
    "venga",
    "vaya",
    "active",
    "cree",
    "guarde",
    "mire",
    "responda",
    "rellene",
    "complete",
];

/// `in_spain`: whether ustedes is polite; in America it is the plural of tú as well.
pub(super) fn read(words: &Words<'_>, at: usize, in_spain: bool) -> Option<Found> {
    let word = &words.0[at];
    let lower = word.lower.as_ref();
    let next = words.next(at).map(|next| next.lower.as_ref());
    let short_name = words.is_short_name(at);
    if TU.contains(&lower) {
        // Titanium and information technology are called so too.
        return (!short_name).then(|| Found::of(Informal, Sign::Clear));
    }
    if lower == "os" && word.text == "os" {
        return in_spain.then(|| Found::of(Informal, Sign::Clear));
    }
    if lower == "usted" || matches!(word.text, "Ud" | "Vd" | "UD" | "VD") {
        return Some(Found::of(Formal, Sign::Clear));
    }
    if lower == "ustedes" || matches!(word.text, "Uds" | "Vds") {
        return in_spain.then(|| Found::of(Formal, Sign::Clear));
    }
    if matches!(lower, "su" | "sus" | "suyo" | "suya" | "le" | "consigo") {
        return Some(Found::of(Formal, Sign::Hint));
    }
    if VERBS.contains(&lower) || ENCLITICS.contains(&lower) {
        return (!word.is_capital() || word.initial).then(|| Found::of(Informal, Sign::Form));
    }
    let all_of_you =
        lower.chars().count() >= 5 && (lower.ends_with("áis") || lower.ends_with("éis")) && lower != "seréis";
    if all_of_you && !word.is_capital() {
        return Some(Found::of(Informal, Sign::Form));
    }
    if !(word.initial && word.is_capital()) {
        return None;
    }
    let noun = next.is_some_and(|next| {
        matches!(next, "de" | "del" | "gratis" | "gratuita" | "automática" | "completa" | "mensual" | "que")
    });
    if IMPERATIVES.contains(&lower) && !noun {
        return Some(Found::of(Informal, Sign::Form));
    }
    if DOUBTFUL.contains(&lower) && !noun {
        return Some(Found::of(Informal, Sign::DoubtfulForm));
    }
    (FORMAL_IMPERATIVES.contains(&lower) && !matches!(next, Some("que" | "usted")))
        .then(|| Found::of(Formal, Sign::Form))
}
